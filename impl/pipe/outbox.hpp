#pragma once

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/descriptor_poll.hpp"
#include "contract.hpp"

/// The two sides of an outbox: messages that their sender keeps in memory of its own, announcing
/// where, until the receiver has had the kernel copy them out of there.
namespace handoff::detail {

/// Messages in an outbox: enough to keep both sides busy, and not too much memory at 1 MiB each.
inline constexpr std::size_t outbox_slots = 16;

/// 128 random bits of the pipe.
using OutboxKey = std::array<std::uint64_t, 2>;

/// Stands before each message in the outbox. Read along with it, it tells that the memory is still
/// the sender's, and not that of a later process with its number.
struct OutboxLabel {
  OutboxKey key{};
  std::uint64_t number = 0;  ///< of the message
  std::uint64_t length = 0;

  bool operator==(const OutboxLabel&) const = default;
};

/// What is sent over the socket.
struct Announcement {
  pid_t sender = -1;
  const std::byte* label = nullptr;  ///< in the sender's memory, the message behind it
  std::uint64_t length = 0;
};

/// In shared memory, one per direction.
struct alignas(isolation) OutboxProgress {
  Atomic<std::uint64_t> taken{0};  ///< messages, by the receiver
  /// The sender sleeps, or is about to, until so many have been taken; 0: it does not.
  Atomic<std::uint64_t> awaited{0};
};

/// Sender and receiver agree by Dekker's argument: the one says that it waits and looks at the
/// count, the other counts and looks whether somebody waits; in sequentially consistent order at
/// least one sees the other. The byte that wakes the sender comes back over the socket, which tells
/// it also that the receiver has gone.
class OutboxSender {
 public:
  OutboxSender(int socket, OutboxProgress& progress, const OutboxKey& key)
      : socket_(socket), progress_(&progress), key_(key), sender_(getpid()) {
    for (Slot& slot : slots_) free_.push_back(&slot);
  }

  Status send(std::span<const std::byte> message) {
    reclaim();
    // Half of them at once, so that it is not woken for each.
    if (free_.empty() && !wait_until_taken(number_ - outbox_slots / 2, never)) {
      return Status::closed;
    }
    Slot& slot = *free_.back();  // the one used last, whose memory is the likeliest in the cache
    const OutboxLabel label{.key = key_, .number = number_, .length = message.size()};
    slot.make_room(sizeof(label) + message.size());
    std::memcpy(slot.bytes.get(), &label, sizeof(label));
    if (!message.empty()) {
      std::memcpy(slot.bytes.get() + sizeof(label), message.data(), message.size());
    }
    const Announcement announcement{
        .sender = sender_, .label = slot.bytes.get(), .length = message.size()};
    while (::send(socket_, &announcement, sizeof(announcement), MSG_NOSIGNAL) == -1) {
      if (errno == EPIPE || errno == ECONNRESET) return Status::closed;
      if (errno != EINTR) throw_errno("process_vm_readv_outbox: send");
    }
    announced_[number_++ % outbox_slots] = &slot;
    free_.pop_back();
    return Status::ok;
  }

  /// Waits until everything has been taken, for so long at most, or the receiver has gone.
  void finish(Deadline deadline) { (void)wait_until_taken(number_, deadline); }

 private:
  struct Slot {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t room = 0;

    void make_room(std::size_t needed) {
      if (needed <= room) return;
      bytes.reset();  // before the next, so that both are never there
      room = 0;
      bytes = std::make_unique_for_overwrite<std::byte[]>(needed);
      room = needed;
    }
  };

  /// Takes back the slots of what has been taken.
  void reclaim() {
    // seq_cst: see above. A count beyond what was announced is not the receiver's: not believed.
    std::uint64_t taken = std::min(progress_->taken.load(std::memory_order_seq_cst), number_);
    for (; reclaimed_ < taken; ++reclaimed_) free_.push_back(announced_[reclaimed_ % outbox_slots]);
  }

  /// Until `count` messages have been taken; false when they will not.
  bool wait_until_taken(std::uint64_t count, Deadline deadline) {
    for (;;) {
      progress_->awaited.store(count, std::memory_order_seq_cst);
      reclaim();
      if (reclaimed_ >= count) break;
      if (deadline != never && !poll_input(socket_, deadline)) return false;
      std::byte wake{};
      ssize_t result = ::recv(socket_, &wake, sizeof(wake), 0);
      if (result == 0 || (result == -1 && errno == ECONNRESET)) return false;
      if (result == -1 && errno != EINTR) throw_errno("process_vm_readv_outbox: recv");
    }
    progress_->awaited.store(0, std::memory_order_relaxed);  // seen late, it costs a system call
    return true;
  }

  int socket_;
  OutboxProgress* progress_;
  OutboxKey key_;
  pid_t sender_;
  std::array<Slot, outbox_slots> slots_;
  std::vector<Slot*> free_;
  std::array<Slot*, outbox_slots> announced_{};  ///< by number
  std::uint64_t number_ = 0;                     ///< of the next message
  std::uint64_t reclaimed_ = 0;                  ///< messages whose slots are free again
};

class OutboxReceiver {
 public:
  OutboxReceiver(int socket, OutboxProgress& progress, const OutboxKey& key)
      : socket_(socket), progress_(&progress), key_(key) {}

  Received receive(std::span<std::byte> buffer, std::string_view pipe) {
    if (!pending_ && (sender_gone_ || !take_announcement())) return {};
    if (pending_->length > buffer.size()) {
      throw MessageTooLong(pipe, pending_->length, buffer.size());
    }
    const Announcement from = *std::exchange(pending_, std::nullopt);
    copy(from, buffer.first(from.length));
    // seq_cst: after the copy, and before the look at who waits.
    progress_->taken.store(++number_, std::memory_order_seq_cst);
    std::uint64_t awaited = progress_->awaited.load(std::memory_order_seq_cst);
    if (awaited != 0 && number_ >= awaited) wake_sender();
    return {Status::ok, from.length};
  }

  bool poll(Deadline deadline) const {
    return pending_ || sender_gone_ || poll_input(socket_, deadline);
  }

 private:
  /// False at end of file.
  bool take_announcement() {
    Announcement announcement;
    ssize_t result = -1;
    do {
      result = ::recv(socket_, &announcement, sizeof(announcement), 0);
      // ECONNRESET comes once, before the queued packets, when the sender left bytes unread.
    } while (result == -1 && (errno == EINTR || errno == ECONNRESET));
    if (result == -1) throw_errno("process_vm_readv_outbox: recv");
    if (result == 0) return false;
    if (result != sizeof(announcement)) {
      throw std::runtime_error("process_vm_readv_outbox: an announcement of " +
                               std::to_string(result) + " B");
    }
    pending_ = announcement;
    return true;
  }

  /// In one call, during which the memory cannot go away: all of the message, or an error. What
  /// else was announced has then gone as well.
  void copy(const Announcement& from, std::span<std::byte> to) {
    sender_gone_ = true;
    const std::size_t wanted = sizeof(OutboxLabel) + to.size();
    OutboxLabel label;
    iovec here[] = {{&label, sizeof(label)}, {to.data(), to.size()}};
    iovec there{const_cast<std::byte*>(from.label), wanted};
    ssize_t copied = process_vm_readv(from.sender, here, std::size(here), &there, 1, 0);
    if (copied == -1) throw_errno("process_vm_readv_outbox: process_vm_readv");
    const OutboxLabel expected{.key = key_, .number = number_, .length = to.size()};
    if (static_cast<std::size_t>(copied) != wanted || label != expected) {
      throw std::runtime_error("process_vm_readv_outbox: the sender has gone with its message");
    }
    sender_gone_ = false;
  }

  void wake_sender() {
    // relaxed: before the byte that wakes it, after which it says again what it waits for.
    progress_->awaited.store(0, std::memory_order_relaxed);
    std::byte wake{};
    // Where there is no room, bytes enough are there to wake it; where it has gone, nobody sleeps.
    while (::send(socket_, &wake, sizeof(wake), MSG_NOSIGNAL | MSG_DONTWAIT) == -1) {
      if (errno == EAGAIN || errno == EPIPE || errno == ECONNRESET) return;
      if (errno != EINTR) throw_errno("process_vm_readv_outbox: wake");
    }
  }

  int socket_;
  OutboxProgress* progress_;
  OutboxKey key_;
  std::optional<Announcement> pending_;  ///< a message not copied yet
  std::uint64_t number_ = 0;             ///< of the next message
  bool sender_gone_ = false;             ///< with what it had announced
};

}  // namespace handoff::detail
