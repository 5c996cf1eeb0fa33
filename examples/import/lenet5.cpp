#include <polyfold/models/lenet5.hpp>

#include "importer.hpp"

void import_lenet5(arguments const& a) { import_into<polyfold::lenet5>(a, "fashion-mnist", {0.5f, 0.5f}); }
