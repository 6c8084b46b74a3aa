#pragma once

#include <algorithm>

#include "../common/descriptor_poll.hpp"
#include "../common/pidfd.hpp"
#include "../common/waiting.hpp"
#include "../common/watching_park.hpp"

namespace handoff {

/// Sleeps on a futex, for which no descriptor has to be shared, and looks now and then whether the
/// process that is to wake it still lives.
class GlancingPark : public Park {
 public:
  static constexpr std::string_view name = "glancing_park";
  /// So far ahead that the timer does not keep a CPU from its deeper sleep.
  static constexpr auto between_glances = std::chrono::milliseconds(250);
};

template <>
class Part<GlancingPark> {
 public:
  static constexpr Survivor on_peer_death = Survivor::told;

  /// `other`: a pidfd of the process that notifies, which outlives this.
  Part(GlancingPark& waits_on, GlancingPark& notifies, int other)
      : waits_on_(&waits_on), notifies_(&notifies), other_(other) {}

  /// Raises PeerDied when whoever notifies has died and it is still not ready.
  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    if (ready()) return true;
    for (;;) {
      if (waits_on_->wait(ready, std::min(deadline, after(GlancingPark::between_glances))))
        return true;
      if (poll_input(other_, at_once)) {
        if (ready()) return true;
        throw PeerDied();
      }
      if (detail::passed(deadline)) return false;
    }
  }
  void notify() { notifies_->notify(); }

 private:
  GlancingPark* waits_on_;
  GlancingPark* notifies_;
  int other_;
};

}  // namespace handoff
