// expect: deleted (function .*batch_source::batch_source|constructor of .*batch_source)
// A view of images that are gone as soon as it is made.

#include <polyfold/train/batches.hpp>

using namespace polyfold;

image_set load();

void train() {
#ifdef POLYFOLD_COMPILE_PASS
  image_set const images = load();
  batch_source const source(images);
#else
  batch_source const source(load());
#endif
  (void)source.size();
}
