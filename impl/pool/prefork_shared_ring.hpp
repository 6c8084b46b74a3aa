#pragma once

#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "byte_lane.hpp"
#include "contract.hpp"
#include "prefork.hpp"

namespace handoff {

namespace detail {

/// A ring of requests and a ring of replies per worker, and one doorbell for the parent. Each ring
/// has one writer and one reader, so that a killed worker can spoil its own two only.
class RingLanes {
 public:
  /// Batches that a worker holds: what it runs while the parent is being woken, at 1 µs each.
  static constexpr std::size_t window = 64;

  explicit RingLanes(unsigned workers) : bytes_(sizeof(Shared) + workers * sizeof(Lane)) {
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw_errno("mmap of a pool's rings");
    shared_ = new (memory) Shared;
    lanes_ = {reinterpret_cast<Lane*>(shared_ + 1), workers};
    for (Lane& lane : lanes_) new (&lane) Lane;
    is_sending_.resize(workers);
  }
  ~RingLanes() { munmap(shared_, bytes_); }
  RingLanes(const RingLanes&) = delete;
  RingLanes& operator=(const RingLanes&) = delete;

  // The parent's side.
  void open(unsigned) {}
  void started(unsigned, int) {}
  std::size_t send(unsigned i, const Parts& parts) {
    std::size_t sent = lanes_[i].requests.write(parts);
    is_sending_[i] = sent < bytes_of(parts);
    if (sent != 0) lanes_[i].has_requests.notify();
    return sent;
  }
  std::size_t receive(unsigned i, std::span<std::byte> to) {
    std::size_t received = lanes_[i].replies.read(to);
    if (received != 0) lanes_[i].has_room.notify();
    return received;
  }
  /// Returns when a lane has the reply with the given number, or is half full of them, or has
  /// room for what could not be sent; and now and then, so that deaths are seen.
  Waited wait(std::span<const std::uint64_t> wake_ups) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      // seq_cst: before the look at `replied`, as the worker looks here after it has set that.
      lanes_[i].wake_at.store(wake_ups[i], std::memory_order_seq_cst);
    }
    bool is_rung = shared_->doorbell.wait(
        [&] {
          for (std::size_t i = 0; i < lanes_.size(); ++i) {
            if (deserves_attention(i, wake_ups[i])) return true;
          }
          return false;
        },
        after(patience));
    return is_rung ? Waited::something_moved : Waited::someone_may_have_died;
  }
  void end(unsigned i) {
    lanes_[i].is_ended.store(true, std::memory_order_seq_cst);
    lanes_[i].has_requests.notify();
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
      if (received != 0) shared_->doorbell.notify();  // the parent may have more to send
      lane.has_requests.wait([&] { return lane.requests.used() != 0 || lane.is_ended.load(); },
                             never);
      if (lane.requests.used() == 0) return false;
    }
  }
  void send_all(unsigned i, const Parts& parts) {
    Lane& lane = lanes_[i];
    std::size_t sent = 0;
    for (;;) {
      sent += lane.replies.write(parts_after(sent, parts));
      if (sent == bytes_of(parts)) return;
      shared_->doorbell.notify();
      lane.has_room.wait([&] { return lane.replies.used() <= ByteLane::capacity / 2; }, never);
    }
  }
  void replied(unsigned i) {
    Lane& lane = lanes_[i];
    // Own counter. seq_cst: before the look at wake_at.
    std::uint64_t number = lane.replied.load(std::memory_order_relaxed) + 1;
    lane.replied.store(number, std::memory_order_seq_cst);
    if (number >= lane.wake_at.load(std::memory_order_seq_cst)) shared_->doorbell.notify();
  }

 private:
  /// How long the parent sleeps at most before it looks for dead workers.
  static constexpr auto patience = std::chrono::milliseconds(50);

  struct Lane {
    ByteLane requests;
    ByteLane replies;
    alignas(isolation) std::atomic<std::uint64_t> replied{0};  ///< whole replies, by the worker
    alignas(isolation) std::atomic<std::uint64_t> wake_at{never_woken};
    std::atomic<bool> is_ended{false};
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

  std::size_t bytes_;
  Shared* shared_;
  std::span<Lane> lanes_;
  std::vector<bool> is_sending_;  ///< a request that did not fit as a whole
};

}  // namespace detail

/// Forked processes, two one-to-one rings in shared memory to each; whoever waits sleeps on a
/// futex, and the submitter also looks for deaths.
class PreforkSharedRing : public detail::Prefork<detail::RingLanes> {
 public:
  static constexpr Info info{.name = "prefork_shared_ring",
                             .mechanism = "forked processes, two byte rings in shared memory each",
                             .reach = Reach::processes,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Waiting::spins_then_blocks,
                             .copies_per_message = 4,
                             .on_peer_death = Survivor::told};
  using Prefork::Prefork;
};

static_assert(Pool<PreforkSharedRing>);

}  // namespace handoff
