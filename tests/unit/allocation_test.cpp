// Inference takes no memory: operator new, replaced here, counts.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/random.hpp"

namespace {
int allocations = 0;

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  std::size_t const rounded = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
/// Not inlined: compilers would take free for the wrong counterpart of operator new.
[[gnu::noinline]] void release(void* memory) { std::free(memory); }
}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) { return allocate(size, std::size_t(alignment)); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return allocate(size, std::size_t(alignment)); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
  return allocate(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept {
  return allocate(size, alignof(std::max_align_t));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::nothrow_t const&) noexcept { release(memory); }
void operator delete[](void* memory, std::nothrow_t const&) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

using namespace polyfold;

namespace {

template <class Network>
int allocations_of_a_run(Network const& net) {
  auto const image = std::make_unique<tensor<float, Network::input_shape>>();
  auto const workspace = std::make_unique<typename Network::template workspace<float>>();
  test::random_numbers random(31);
  random.fill(image->values);
  int const before = allocations;
  (void)net.run(*image, *workspace);
  return allocations - before;
}
template <auto Pipeline>
int allocations_of_a_run() {
  auto const net = std::make_unique<network<Pipeline>>();
  test::random_numbers random(32);
  test::randomise(*net, random, 0.3f);
  return allocations_of_a_run(*net);
}

}  // namespace

TEST_CASE("inference takes no memory") {
  int const before = allocations;
  (void)std::make_unique<int>(1);
  REQUIRE(allocations > before);
  CHECK(allocations_of_a_run<lenet5>() == 0);
  CHECK(allocations_of_a_run<lenet5_small>() == 0);
  CHECK(allocations_of_a_run<lenet5_paper>() == 0);
  CHECK(allocations_of_a_run<lenet5_arranged>() == 0);
  CHECK(allocations_of_a_run(*std::make_unique<network<lenet5_small, in_bytes>>()) == 0);
  CHECK(allocations_of_a_run<input<4, 8, 8> | conv2d<8, 3>(padding<1>, groups<2>) | batch_norm | leaky_relu<> |
                             residual(conv2d<8, 3>(padding<1>, along<axis::channel, segment<4>, linear>) |
                                          tanh_activation | dropout<>,
                                      conv2d<8, 1>(along<axis::channel, segment<4>, linear>)) |
                             average_pool<2> | dense<10>(along<axis::flat, segment<8>, order<3>>, bias_along<linear>) |
                             sigmoid | dense<6>(along<axis::output, linear, cosine>) | softmax>() == 0);
}
