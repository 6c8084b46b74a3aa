#pragma once

#include <atomic>
#include <cstdint>

namespace handoff {

/// Tells the C++ memory model, which does not know what the kernel hands over, that what was done
/// before giving it comes before what is done after taking it.
class KernelOrder {
 public:
  /// Before the call that gives. A count and not a flag: an exchange carries on what others have
  /// published, where a store would hide it.
  void give() { given_.fetch_add(1, std::memory_order_release); }
  /// After the call that has taken.
  void take() const { (void)given_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint32_t> given_{0};
};

}  // namespace handoff
