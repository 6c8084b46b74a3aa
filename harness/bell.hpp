#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "impl/common/descriptor.hpp"
#include "impl/common/status.hpp"

namespace handoff::harness {

/// Rung by workers, threads or forked processes; their parent may sleep until it is rung. What was
/// rung before the parent listened is not lost.
class Bell {
 public:
  Bell() : events_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (events_.get() == -1) throw_errno("eventfd");
  }
  void ring() {
    const std::uint64_t one = 1;
    if (write(events_.get(), &one, sizeof one) == -1 && errno != EAGAIN) throw_errno("eventfd");
  }
  /// Until the next ring, the descriptor is no longer readable.
  void reset() {
    std::uint64_t rings = 0;
    if (read(events_.get(), &rings, sizeof rings) == -1 && errno != EAGAIN) throw_errno("eventfd");
  }
  /// Readable once the bell has been rung.
  int descriptor() const { return events_.get(); }

 private:
  Descriptor events_;
};

}  // namespace handoff::harness
