#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "../common/pidfd.hpp"
#include "generations.hpp"
#include "in_place_barrier.hpp"

namespace handoff::barrier {
namespace detail {

inline constexpr Info watched_generations_info{
    .name = "watched_generations",
    .mechanism = "round, arrivals and breaks in one word; who waits looks after the others",
    .source = "own",
    .waiting = Park::waiting,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::told,
};
inline constexpr std::size_t most_watched = 64;  // each look asks after each of them
inline constexpr BarrierFacts watched_generations_facts{.most_parties = most_watched};

/// Far above a round's length, so that looking costs nothing, and far below a user's patience.
inline constexpr auto time_between_looks = std::chrono::milliseconds(100);

class WatchedMechanism {
 public:
  explicit WatchedMechanism(const BarrierShape& shape) : generations_(shape) {}

  /// Is watched from now on until it goes, which is no death.
  class Party {
   public:
    Party(WatchedMechanism& barrier, unsigned number) : barrier_(&barrier), number_(number) {
      // relaxed, here and below: a look that comes too early for it is not the last.
      process().store(getpid(), std::memory_order_relaxed);
    }
    Party(Party&& other) noexcept
        : barrier_(std::exchange(other.barrier_, nullptr)), number_(other.number_) {}
    Party& operator=(Party&&) = delete;
    ~Party() {
      if (barrier_ != nullptr) process().store(0, std::memory_order_relaxed);
    }

    unsigned wait(Deadline deadline = never) {
      return barrier_->generations_.pass([&](auto ready) -> const char* {
        for (;;) {
          const Deadline look = std::min(deadline, Clock::now() + time_between_looks);
          if (barrier_->generations_.wait(ready, look)) return nullptr;
          if (handoff::detail::passed(deadline)) return "not all parties came in time";
          if (barrier_->has_lost_a_party()) return "a party has died";
        }
      });
    }
    void abort() { barrier_->generations_.abort(); }
    void reset() { barrier_->generations_.reset(); }
    bool is_broken() const { return barrier_->generations_.is_broken(); }
    unsigned waiting() const { return barrier_->generations_.waiting(); }

   private:
    Atomic<pid_t>& process() { return barrier_->processes_[number_]; }

    WatchedMechanism* barrier_;
    unsigned number_;
  };

 private:
  bool has_lost_a_party() const {
    return std::any_of(processes_.begin(), processes_.end(), [](const Atomic<pid_t>& party) {
      const pid_t process = party.load(std::memory_order_relaxed);
      return process != 0 && has_ended(process);
    });
  }

  Generations<Park, watched_generations_info> generations_;
  std::array<Atomic<pid_t>, most_watched> processes_{};  ///< of each party; 0: not there
};

}  // namespace detail

/// Tells of a killed party, wherever it was killed, within a tenth of a second: the barrier breaks.
/// A party that has not taken its handle yet is not watched.
using WatchedGenerations =
    InPlaceBarrier<detail::WatchedMechanism, detail::watched_generations_info,
                   detail::watched_generations_facts>;

}  // namespace handoff::barrier
