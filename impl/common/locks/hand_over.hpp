#pragma once

#include <atomic>

namespace handoff {

/// Beside a lock that the kernel keeps, of whose calls the C++ memory model knows nothing: tells it
/// that what one holder did comes before what the next one does.
class HandOver {
 public:
  /// By a holder before it lets go. release: all that it did comes before.
  void give() { given_.store(true, std::memory_order_release); }
  /// By the next one once it holds the lock. acquire: pairs with the above.
  void take() const { (void)given_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> given_{false};
};

}  // namespace handoff
