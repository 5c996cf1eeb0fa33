// expect: deleted (function .*dataset::dataset|constructor of .*dataset)
// A view of images that are gone as soon as it is made.

#include <polyfold/train/dataset.hpp>

using namespace polyfold;

image_set load();

void train() {
#ifdef POLYFOLD_COMPILE_PASS
  image_set const images = load();
  dataset const data(images);
#else
  dataset const data(load());
#endif
  (void)data.size();
}
