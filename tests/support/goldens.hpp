// What PyTorch computed, from tests/data/goldens (made by tests/goldens/make_goldens.py).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <polyfold/io/safetensors.hpp>

#include "catch.hpp"

namespace test {

class goldens {
 public:
  explicit goldens(std::string const& name)
      : file_(polyfold::read_safetensors(std::filesystem::path(POLYFOLD_TEST_DATA) / "goldens" /
                                         (name + ".safetensors"))) {}

  [[nodiscard]] std::vector<float> operator[](std::string const& name) const {
    polyfold::stored_tensor const* const found = file_.find(name);
    INFO(name);
    REQUIRE(found != nullptr);
    return polyfold::tensor_values<float>(*found);
  }

 private:
  polyfold::tensor_file file_;
};

}  // namespace test
