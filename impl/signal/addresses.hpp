#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "../common/futex.hpp"

namespace handoff::signal {

/// Whom signals are sent to.
struct Address {
  pid_t process;
  pid_t thread;
};

/// Where the workers of a messenger can be reached. In memory that they share.
class Addresses {
  struct Slot {
    pid_t process;
    std::atomic<std::uint32_t> thread;  ///< its id, or one of the two below
  };
  static constexpr std::uint32_t not_yet = 0;
  static constexpr std::uint32_t gone = std::numeric_limits<std::uint32_t>::max();

  struct Leave {
    void operator()(Slot* slot) const {
      slot->thread.store(gone, std::memory_order_relaxed);  // orders nothing
    }
  };

 public:
  static constexpr std::size_t most_workers = 64;

  /// The calling thread can be reached while this lives.
  using Entry = std::unique_ptr<Slot, Leave>;
  Entry enter(unsigned worker) {
    Slot& slot = slots_[worker];
    slot.process = getpid();
    slot.thread.store(static_cast<std::uint32_t>(gettid()),
                      std::memory_order_release);  // after the process
    futex_wake(slot.thread);
    return Entry(&slot);
  }
  /// Waits until it can be reached; nothing once it has gone.
  std::optional<Address> of(unsigned worker) {
    Slot& slot = slots_[worker];
    for (;;) {
      const std::uint32_t thread =
          slot.thread.load(std::memory_order_acquire);  // as it was written
      if (thread == gone) return std::nullopt;
      if (thread != not_yet) return Address{slot.process, static_cast<pid_t>(thread)};
      futex_wait(slot.thread, not_yet);
    }
  }

 private:
  std::array<Slot, most_workers> slots_{};
};

}  // namespace handoff::signal
