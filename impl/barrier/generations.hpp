#pragma once

#include <bit>
#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "contract.hpp"
#include "generation.hpp"

namespace handoff::barrier {

/// A barrier whose whole state is one word that is only ever exchanged: who is killed anywhere
/// leaves it to the others.
template <class Wait, const Info& info>
class Generations {
 public:
  explicit Generations(const BarrierShape& shape)
      : parties_(shape.parties), action_(shape.action) {}

  /// `wait(ready)` returns nothing as soon as `ready()`, or why it gives up, which breaks the
  /// barrier. The index is 0 for the last who came, 1 for the one before, and so on.
  template <class WaitUntil>
  unsigned pass(WaitUntil wait) {
    const Generation came = arrive();
    const auto index = static_cast<unsigned>(parties_ - came.arrived);
    if (index == 0) {
      run_action();
      end_round(came);
      return index;
    }
    auto is_over = [&] { return passage(came, now()) != Passage::waits; };
    if (const char* why = wait(is_over)) give_up(came, why);
    if (passage(came, now()) == Passage::broken) raise("broken");
    return index;
  }

  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    return wait_.wait(ready, deadline);
  }

  void abort() { change_and_tell(broken); }
  void reset() { change_and_tell(whole_again); }
  bool is_broken() const { return now().is_broken(); }
  unsigned waiting() const { return now().arrived; }

 private:
  Generation now() const { return std::bit_cast<Generation>(state_.load(Wait::observe)); }

  Generation arrive() {
    Generation before = now();
    do {
      if (before.is_broken()) raise("broken");
    } while (!exchange(before, with_arrival(before)));
    return with_arrival(before);
  }
  void run_action() {
    try {
      action_();
    } catch (...) {
      abort();
      throw;
    }
  }
  void end_round(Generation came) {
    if (!exchange(came, next_round(came))) raise("broken");
    wait_.notify_all();
  }
  /// Returns when it is over after all.
  void give_up(Generation came, const char* why) {
    for (Generation before = now(); passage(came, before) == Passage::waits;) {
      if (!exchange(before, broken(before))) continue;
      wait_.notify_all();
      raise(why);
    }
  }
  void change_and_tell(Generation (*change)(Generation)) {
    Generation before = now();
    while (!exchange(before, change(before))) {
    }
    wait_.notify_all();
  }
  /// Or sees what it is instead of `before`. Releases what this party did before, and acquires what
  /// others did, at the least.
  bool exchange(Generation& before, Generation after) {
    constexpr auto order = Wait::publish == std::memory_order_seq_cst ? std::memory_order_seq_cst
                                                                      : std::memory_order_acq_rel;
    auto word = std::bit_cast<std::uint64_t>(before);
    const bool done = state_.compare_exchange_strong(word, std::bit_cast<std::uint64_t>(after),
                                                     order, Wait::observe);
    if (!done) before = std::bit_cast<Generation>(word);
    return done;
  }

  [[noreturn]] static void raise(const char* why) { throw BrokenBarrier(info.name, why); }

  unsigned parties_;
  BarrierAction action_;
  // Away from what never changes; who waits looks at nothing else.
  alignas(isolation) Atomic<std::uint64_t> state_{std::bit_cast<std::uint64_t>(Generation{})};
  Wait wait_;
};

}  // namespace handoff::barrier
