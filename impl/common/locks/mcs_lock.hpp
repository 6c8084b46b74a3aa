#pragma once

#include <array>
#include <cstdint>

#include "../atomic.hpp"
#include "../cpu.hpp"
#include "../waiting.hpp"

namespace handoff {

/// A queue of waiters, each of which spins on a line of its own until the one before hands over.
/// Mellor-Crummey and Scott, Algorithms for Scalable Synchronization on Shared-Memory
/// Multiprocessors, 1991. Each worker has a node in the lock; nodes are named by their numbers, so
/// that the lock works through mappings at different addresses.
template <class Wait, std::uint32_t Workers>
class BasicMcsLock {
 public:
  static constexpr std::uint32_t most_workers = Workers;

  void lock(std::uint32_t worker) {
    Node& mine = nodes_[worker];
    // relaxed: the exchange below publishes both.
    mine.next.store(nobody, std::memory_order_relaxed);
    mine.waits.store(true, std::memory_order_relaxed);
    // acquire: of one who found nobody else, what the last holder did is seen. release: the node is
    // ready before the next one can find it.
    std::uint32_t before = tail_.exchange(name_of(worker), std::memory_order_acq_rel);
    if (before == nobody) return;
    // release: of the node, that it waits is written before its predecessor can find it.
    node(before).next.store(name_of(worker), std::memory_order_release);
    // acquire: what the last holder did is seen.
    Wait().wait([&] { return !mine.waits.load(std::memory_order_acquire); }, never);
  }
  bool try_lock(std::uint32_t worker) {
    nodes_[worker].next.store(nobody, std::memory_order_relaxed);  // published below
    std::uint32_t before = nobody;
    // acq_rel: as in lock. relaxed: nothing is read where somebody else has it.
    return tail_.compare_exchange_strong(before, name_of(worker), std::memory_order_acq_rel,
                                         std::memory_order_relaxed);
  }
  void unlock(std::uint32_t worker) {
    Node& mine = nodes_[worker];
    // acquire: the successor has written that it waits before it is told that it need not.
    std::uint32_t next = mine.next.load(std::memory_order_acquire);
    if (next == nobody) {
      std::uint32_t last = name_of(worker);
      // release: what was done under the lock comes before it is free. relaxed: nothing is read.
      if (tail_.compare_exchange_strong(last, nobody, std::memory_order_release,
                                        std::memory_order_relaxed)) {
        return;
      }
      // Somebody has come, and is about to say who.
      Wait().wait([&] { return (next = mine.next.load(std::memory_order_acquire)) != nobody; },
                  never);
    }
    // release: what was done under the lock comes before the hand-over.
    node(next).waits.store(false, std::memory_order_release);
  }

 private:
  static constexpr std::uint32_t nobody = 0;
  static std::uint32_t name_of(std::uint32_t worker) { return worker + 1; }

  struct alignas(isolation) Node {  // each waiter spins on lines that nobody else looks at
    Atomic<std::uint32_t> next{nobody};
    Atomic<bool> waits{false};
  };
  Node& node(std::uint32_t name) { return nodes_[name - 1]; }

  alignas(isolation) Atomic<std::uint32_t> tail_{nobody};  // of all, apart from what each waits on
  std::array<Node, Workers> nodes_;
};

/// Waiters yield after a while: when the next in line has no CPU, nobody else may go.
using McsLock = BasicMcsLock<SpinThenYield, 64>;

}  // namespace handoff
