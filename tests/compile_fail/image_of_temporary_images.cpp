// expect: deleted (function .*image_set::image|member function .*image)
// The bytes of an image, of a set that takes them with it.

#include <polyfold/data/image_set.hpp>

using namespace polyfold;

image_set load();

std::size_t grey_pixels() {
#ifdef POLYFOLD_COMPILE_PASS
  image_set const images = load();
  auto const image = images.image(0);
#else
  auto const image = load().image(0);
#endif
  return image.size();
}
