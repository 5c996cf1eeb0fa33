// expect: deleted (function .*tensor_file::find|member function .*find)
// The tensor would be gone with the file that held it.

#include <polyfold/io/tensors.hpp>
#include <string>

using namespace polyfold;

tensor_file load();

std::string found() {
#ifdef POLYFOLD_COMPILE_PASS
  tensor_file const file = load();
  stored_tensor const* const weights = file.find("fc.weight");
#else
  stored_tensor const* const weights = load().find("fc.weight");
#endif
  return weights == nullptr ? "" : weights->name;
}
