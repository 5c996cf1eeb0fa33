// onnx FILE: reads weights of an ONNX file.
#include <polyfold/io/onnx.hpp>

int main(int, char** arguments) { return polyfold::read_onnx(arguments[1]).modules.empty() ? 1 : 0; }
