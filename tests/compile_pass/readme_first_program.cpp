// README's first program in a file that calls all names of the standard library and of polyfold at hand, beside glibc's
// `error`.
#include <error.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <ranges>
#include <span>
#include <string>
#include <vector>
using namespace std;

#include "../../examples/first_program/main.cpp"
