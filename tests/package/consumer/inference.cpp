#include <polyfold/inference.hpp>

int main() {}
