// expect: polyfold needs C..20: compile with -std=c..20
// flags: -std=c++17
// A compiler that is told nothing, or too little.

#include <polyfold/inference.hpp>

int main() {}
