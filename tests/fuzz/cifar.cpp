// CIFAR's files: CIFAR-10, and both labels of CIFAR-100.
#include <polyfold/io/cifar.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const bytes = fuzz::text_of(data, size);
  (void)fuzz::file_of(bytes, "test_batch.bin");
  (void)fuzz::file_of(bytes, "test.bin");
  std::filesystem::path const& folder = fuzz::folder().path();
  using enum polyfold::cifar100_label;
  fuzz::accepts(size, [&] { (void)polyfold::read_cifar10(folder, polyfold::split::test, 0); });
  fuzz::accepts(size, [&] { (void)polyfold::read_cifar100(folder, polyfold::split::test, fine, 0); });
  fuzz::accepts(size, [&] { (void)polyfold::read_cifar100(folder, polyfold::split::test, coarse, 0); });
  return 0;
}
