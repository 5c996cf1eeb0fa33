// README's second program in a file that calls all names of the standard library and of polyfold at hand, beside glibc's
// `error`.
#include <error.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <ranges>
#include <regex>
#include <thread>
using namespace std;

#include "../../examples/retrain/main.cpp"

static_assert(is_base_of_v<runtime_error, failure>);
