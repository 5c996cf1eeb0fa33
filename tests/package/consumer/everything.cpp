#include <polyfold/polyfold.hpp>

int main() {}
