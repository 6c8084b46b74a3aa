#include <sched.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "harness/placement.hpp"
#include "impl/common/status.hpp"

namespace handoff::harness {
namespace {

/// A CPU mask large enough for the machine, whatever CPU_SETSIZE is.
class Mask {
 public:
  explicit Mask(int cpus)
      : set_(CPU_ALLOC(static_cast<std::size_t>(cpus))),
        bytes_(CPU_ALLOC_SIZE(static_cast<std::size_t>(cpus))) {
    if (!set_) throw std::bad_alloc();
    CPU_ZERO_S(bytes_, set_.get());
  }

  cpu_set_t* get() const { return set_.get(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
  };
  std::unique_ptr<cpu_set_t, Free> set_;
  std::size_t bytes_;
};

/// The kernel's largest possible CONFIG_NR_CPUS; a smaller mask than its own is refused (EINVAL).
constexpr int most_cpus = 8192;

}  // namespace

void pin_this_thread(int cpu) {
  if (cpu == Placement::not_pinned) return;
  std::string what = "pinning to CPU " + std::to_string(cpu);
  if (cpu < 0 || cpu >= most_cpus) throw std::invalid_argument(what);
  Mask mask(most_cpus);
  CPU_SET_S(static_cast<std::size_t>(cpu), mask.bytes(), mask.get());
  if (sched_setaffinity(0, mask.bytes(), mask.get()) != 0) throw_errno(what);
  verify_pinned(cpu);
}

void verify_pinned(int cpu) {
  std::string what = "pinned to CPU " + std::to_string(cpu);
  Mask mask(most_cpus);
  if (sched_getaffinity(0, mask.bytes(), mask.get()) != 0) throw_errno(what);
  int allowed = CPU_COUNT_S(mask.bytes(), mask.get());
  if (cpu < 0 || cpu >= most_cpus || allowed != 1 ||
      !CPU_ISSET_S(static_cast<std::size_t>(cpu), mask.bytes(), mask.get())) {
    throw std::runtime_error("not " + what + ": the affinity mask has " + std::to_string(allowed) +
                             (allowed == 1 ? " other CPU" : " CPUs"));
  }
  int now = sched_getcpu();
  if (now != cpu) {
    throw std::runtime_error("not " + what + ": this thread runs on CPU " + std::to_string(now));
  }
}

}  // namespace handoff::harness
