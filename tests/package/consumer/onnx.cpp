#include <polyfold/io/onnx.hpp>

int main() {}
