// expect: deleted (function .*teacher_network|constructor of .*teacher)
// A teacher whose network is gone as soon as it is made.

#include <polyfold/inference.hpp>
#include <polyfold/train/teacher.hpp>

using namespace polyfold;

using net_type = network<input<1, 8, 8> | dense<4>>;
net_type load();

void train(thread_pool& threads) {
#ifdef POLYFOLD_COMPILE_PASS
  net_type const net = load();
  teacher_network<net_type, float> const teacher(net, threads);
#else
  teacher_network<net_type, float> const teacher(load(), threads);
#endif
  (void)teacher;
}
