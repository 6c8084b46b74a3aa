#pragma once

#include <cstring>
#include <fstream>
#include <memory>
#include <thread>

#include "../common/sysv_keeper.hpp"
#include "mailbox_end.hpp"

/// Two System V message queues of the kernel, one per direction.
namespace handoff {
namespace detail {

/// Of a message; and of all that are in a queue.
inline std::size_t sysv_largest_message() {
  std::size_t message = 0;
  std::size_t queue = 0;
  std::ifstream("/proc/sys/kernel/msgmax") >> message;
  std::ifstream("/proc/sys/kernel/msgmnb") >> queue;
  return std::min(message, queue);
}

inline constexpr Info sysv_message_queue_pair_info{
    .name = "sysv_message_queue_pair",
    .mechanism = "two queues, msgsnd and msgrcv",
    .source = "sysvipc(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 4,  // the type stands before the message: on each side one more than two
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::hangs,
    .largest_message = sysv_largest_message,
    .unavailable =
        [] {
          bool none = sysv_largest_message() == 0;
          return std::string(none ? "this kernel has no System V message queues" : "");
        },
};
inline constexpr char sysv_message_queue_advice[] = "raise kernel.msgmax or choose another";

class SysvMailbox {
 public:
  explicit SysvMailbox(int queue)
      : queue_(queue),
        largest_(sysv_largest_message()),
        letter_(std::make_unique_for_overwrite<std::byte[]>(sizeof(long) + largest_)) {}

  std::size_t largest() const { return largest_; }
  void put(std::span<const std::byte> message) {
    if (!message.empty()) std::memcpy(text(), message.data(), message.size());
    while (!try_put(message_type, message.size(), 0)) {
      if (errno != EINTR) throw_errno("sysv_message_queue_pair: msgsnd");
    }
  }
  void try_put_end_mark() {
    while (!try_put(end_type, 0, IPC_NOWAIT) && errno == EINTR) {
    }
  }
  std::optional<Mail> take(Deadline deadline) {
    constexpr long any_type = 0;
    for (;;) {
      // msgrcv knows no time: a finite one is waited for in short sleeps.
      int flags = deadline == never ? 0 : IPC_NOWAIT;
      ssize_t length = msgrcv(queue_, letter_.get(), largest_, any_type, flags);
      if (length != -1) {
        long type = 0;
        std::memcpy(&type, letter_.get(), sizeof(type));
        return Mail{{text(), static_cast<std::size_t>(length)}, type == end_type};
      }
      if (errno == EINTR) continue;
      if (errno != ENOMSG) throw_errno("sysv_message_queue_pair: msgrcv");
      if (deadline == at_once || Clock::now() >= deadline) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  int descriptor() const { return -1; }

 private:
  static constexpr long message_type = 1;
  static constexpr long end_type = 2;

  /// Behind the type, as both calls want it.
  std::byte* text() { return letter_.get() + sizeof(long); }
  bool try_put(long type, std::size_t length, int flags) {
    std::memcpy(letter_.get(), &type, sizeof(type));
    return msgsnd(queue_, letter_.get(), length, flags) == 0;
  }

  int queue_;
  std::size_t largest_;
  std::unique_ptr<std::byte[]> letter_;
};

/// A queue, or none; removed by whoever made it.
class SysvQueue {
 public:
  explicit SysvQueue(bool needed) : maker_(getpid()) {
    if (needed) queue_ = SysvKeeper::of_this_process().make(SysvKind::queue);
  }
  ~SysvQueue() {
    if (queue_ == -1 || getpid() != maker_) return;
    SysvKeeper::of_this_process().remove(SysvKind::queue, queue_);
  }
  SysvQueue(const SysvQueue&) = delete;
  SysvQueue& operator=(const SysvQueue&) = delete;

  std::optional<SysvMailbox> mailbox() const {
    return queue_ == -1 ? std::nullopt : std::optional<SysvMailbox>(queue_);
  }

 private:
  pid_t maker_;
  int queue_ = -1;
};

}  // namespace detail

class SysvMessageQueuePair {
 public:
  static constexpr const Info& info = detail::sysv_message_queue_pair_info;
  using End = MailboxEnd<detail::SysvMailbox, detail::sysv_message_queue_pair_info,
                         detail::sysv_message_queue_advice>;

  explicit SysvMessageQueuePair(PipeShape shape)
      : queues_{detail::SysvQueue(true), detail::SysvQueue(shape.direction == Direction::duplex)} {}

  /// Each end once: a closed one stays closed.
  End end(unsigned i) {
    check_end(info.name, i);
    return End(i, queues_[1 - i].mailbox(), queues_[i].mailbox(), flags_);
  }
  /// Nothing to let go of: there are no descriptors.
  void abandon() {}

 private:
  detail::SysvQueue queues_[2];  ///< what ends 0 and 1 send
  MailboxFlags flags_[2];        ///< of what ends 0 and 1 send
};

static_assert(Pipe<SysvMessageQueuePair>);

}  // namespace handoff
