#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "byte_lane.hpp"
#include "contract.hpp"
#include "prefork_worker.hpp"
#include "shared_array.hpp"

namespace handoff::detail {

/// A ring of requests and a ring of replies per worker, and one doorbell for the parent. Each ring
/// has one writer and one reader, so that a killed worker can spoil its own two only.
class RingLanes {
 public:
  static constexpr auto nothing_else = [] { return false; };
  /// Batches that a worker holds: so many that the submitter, which spins before it sleeps, takes a
  /// small share of a CPU when tasks take 10 µs.
  static constexpr std::size_t window = 256;

  explicit RingLanes(unsigned workers) : lanes_(workers), shared_(1), is_sending_(workers) {}

  // The parent's side.
  void open(unsigned i) { new (&lanes_[i]) Lane; }
  void started(unsigned, int) {}
  std::size_t send(unsigned i, const Parts& parts) {
    std::size_t sent = lanes_[i].requests.write(parts);
    is_sending_[i] = sent < bytes_of(parts);
    if (sent != 0) lanes_[i].has_requests.notify();
    return sent;
  }
  bool has_reply(unsigned i) const { return lanes_[i].replies.used() != 0; }
  std::size_t receive(unsigned i, std::span<std::byte> to) {
    std::size_t received = lanes_[i].replies.read(to);
    if (received != 0) lanes_[i].has_room.notify();
    return received;
  }
  /// Returns when a lane has the reply with the given number, or is half full of them, or has
  /// room for what could not be sent, or when `also()`, or at the deadline; and now and then, so
  /// that deaths are seen.
  template <class Also = decltype(nothing_else)>
  Waited wait(std::span<const std::uint64_t> wake_ups, Deadline deadline,
              Also also = nothing_else) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      // seq_cst: before the look at `replied`, as the worker looks here after it has set that.
      lanes_[i].wake_at.store(wake_ups[i], std::memory_order_seq_cst);
    }
    bool is_rung = shared_[0].doorbell.wait(
        [&] {
          for (std::size_t i = 0; i < lanes_.size(); ++i) {
            if (deserves_attention(i, wake_ups[i])) return true;
          }
          return also();
        },
        std::min(deadline, after(patience)));
    return is_rung ? Waited::something_moved : Waited::someone_may_have_died;
  }
  void abandon(unsigned i) { is_sending_[i] = false; }

  // The worker's side.
  void become_worker(unsigned) {}
  bool receive_all(unsigned i, std::span<std::byte> to) {
    Lane& lane = lanes_[i];
    std::size_t received = 0;
    for (;;) {
      received += lane.requests.read(to.subspan(received));
      if (received == to.size()) return true;
      if (received != 0) shared_[0].doorbell.notify();  // the parent may have more to send
      lane.has_requests.wait([&] { return lane.requests.used() != 0; }, never);
    }
  }
  void send_all(unsigned i, const Parts& parts) {
    Lane& lane = lanes_[i];
    std::size_t sent = 0;
    for (;;) {
      sent += lane.replies.write(parts_after(sent, parts));
      if (sent == bytes_of(parts)) return;
      shared_[0].doorbell.notify();
      lane.has_room.wait([&] { return lane.replies.used() <= ByteLane::capacity / 2; }, never);
    }
  }
  /// Whoever rings has changed before what `also` of wait looks at.
  void ring() { shared_[0].doorbell.notify(); }
  void replied(unsigned i) {
    Lane& lane = lanes_[i];
    // Own counter. seq_cst: before the look at wake_at.
    std::uint64_t number = lane.replied.load(std::memory_order_relaxed) + 1;
    lane.replied.store(number, std::memory_order_seq_cst);
    if (number >= lane.wake_at.load(std::memory_order_seq_cst)) shared_[0].doorbell.notify();
  }

 private:
  /// How long the parent sleeps at most before it looks for dead workers.
  static constexpr auto patience = std::chrono::milliseconds(50);

  struct Lane {
    ByteLane requests;
    ByteLane replies;
    alignas(isolation) Atomic<std::uint64_t> replied{0};  ///< whole replies, by the worker
    alignas(isolation) Atomic<std::uint64_t> wake_at{never_woken};
    alignas(isolation) SpinThenPark has_requests;  ///< where the worker waits
    alignas(isolation) SpinThenPark has_room;
  };
  struct Shared {
    alignas(isolation) SpinThenPark doorbell;  ///< where the parent waits
  };

  bool deserves_attention(std::size_t i, std::uint64_t wake_at) const {
    const Lane& lane = lanes_[i];
    return lane.replied.load(std::memory_order_seq_cst) >= wake_at ||
           lane.replies.used() >= ByteLane::capacity / 2 ||
           (is_sending_[i] && lane.requests.used() <= ByteLane::capacity / 2);
  }

  SharedArray<Lane> lanes_;
  SharedArray<Shared> shared_;
  std::vector<bool> is_sending_;  ///< a request that did not fit as a whole
};

}  // namespace handoff::detail
