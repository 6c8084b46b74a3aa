#pragma once

#include <fcntl.h>
#include <mqueue.h>
#include <sys/resource.h>

#include <fstream>
#include <memory>

#include "../common/descriptor.hpp"
#include "../common/names.hpp"
#include "mailbox_end.hpp"
#include "untaken_ends.hpp"

/// Two POSIX message queues of the kernel, one per direction. Their names are removed as soon as
/// they have been created; on Linux their descriptors are file descriptors, inherited and pollable.
namespace handoff {
namespace detail {

inline std::size_t posix_queue_limit(const char* file) {
  std::size_t value = 0;
  std::ifstream(std::string("/proc/sys/fs/mqueue/") + file) >> value;
  return value;
}

inline mq_attr posix_queue_size() {
  mq_attr attributes{};
  attributes.mq_maxmsg = static_cast<long>(posix_queue_limit("msg_default"));
  attributes.mq_msgsize = static_cast<long>(posix_queue_limit("msgsize_max"));
  return attributes;
}

/// What RLIMIT_MSGQUEUE allows to a user, halved: other processes of this user have queues, too.
inline std::size_t posix_queue_pairs() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MSGQUEUE, &limit) == -1) throw_errno("RLIMIT_MSGQUEUE");
  if (limit.rlim_cur == RLIM_INFINITY) return posix_queue_limit("queues_max") / 4;
  // mq_overview(7): a queue is charged for its messages, and for a pointer and a node of the
  // kernel's tree to each.
  constexpr long per_message = 128;
  mq_attr size = posix_queue_size();
  auto pair = static_cast<rlim_t>(2 * size.mq_maxmsg * (size.mq_msgsize + per_message));
  return std::min<std::size_t>(limit.rlim_cur / pair, posix_queue_limit("queues_max") / 2) / 2;
}

inline constexpr Info posix_message_queue_pair_info{
    .name = "posix_message_queue_pair",
    .mechanism = "two queues, mq_send and mq_receive",
    .source = "mq_overview(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 3,  // two by the kernel; one on from the buffer that it wants
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::hangs,
    .largest_message = [] { return posix_queue_limit("msgsize_max"); },
    .side_by_side = posix_queue_pairs,
    .unavailable =
        [] {
          bool none = posix_queue_limit("queues_max") == 0;
          return std::string(none ? "this kernel has no POSIX message queues" : "");
        },
};
inline constexpr char posix_message_queue_advice[] =
    "raise fs.mqueue.msgsize_max or choose another";

/// A descriptor of a queue, owned.
class PosixMailbox {
 public:
  // The end mark has the lower priority: it comes out after every message.
  static constexpr unsigned end_priority = 0;
  static constexpr unsigned message_priority = 1;

  explicit PosixMailbox(Descriptor queue) : queue_(std::move(queue)) {}

  std::size_t largest() const { return largest_; }
  void put(std::span<const std::byte> message) {
    const char* bytes = message.empty() ? "" : reinterpret_cast<const char*>(message.data());
    while (mq_send(queue_.get(), bytes, message.size(), message_priority) == -1) {
      if (errno != EINTR) throw_errno("posix_message_queue_pair: mq_send");
    }
  }
  void try_put_end_mark() {
    while (mq_timedsend(queue_.get(), "", 0, end_priority, &long_ago) == -1 && errno == EINTR) {
    }
  }
  /// The kernel wants a buffer for the largest message.
  std::optional<Mail> take(Deadline deadline) {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(largest_);
    unsigned priority = message_priority;
    for (;;) {
      ssize_t length =
          deadline == never
              ? mq_receive(queue_.get(), buffer_.get(), largest_, &priority)
              : mq_timedreceive(queue_.get(), buffer_.get(), largest_, &priority, &long_ago);
      if (length != -1) {
        return Mail{std::as_bytes(std::span(buffer_.get(), static_cast<std::size_t>(length))),
                    priority == end_priority};
      }
      if (errno == ETIMEDOUT) return std::nullopt;
      if (errno != EINTR) throw_errno("posix_message_queue_pair: mq_receive");
    }
  }
  int descriptor() const { return queue_.get(); }

 private:
  static constexpr timespec long_ago{};  ///< makes the timed forms ones that do not wait

  Descriptor queue_;
  std::size_t largest_ = posix_queue_limit("msgsize_max");
  std::unique_ptr<char[]> buffer_;
};

}  // namespace detail

class PosixMessageQueuePair {
 public:
  static constexpr const Info& info = detail::posix_message_queue_pair_info;
  using End = MailboxEnd<detail::PosixMailbox, detail::posix_message_queue_pair_info,
                         detail::posix_message_queue_advice>;

  explicit PosixMessageQueuePair(PipeShape shape)
      : PosixMessageQueuePair(shape, OneWay(),
                              shape.direction == Direction::duplex ? OneWay() : OneWay(-1)) {}

  End end(unsigned i) {
    EndDescriptors taken = ends_.take(info.name, i);
    EndNumbers numbers = taken.release();
    std::optional<detail::PosixMailbox> in;
    std::optional<detail::PosixMailbox> out;
    if (numbers.in != -1) in.emplace(Descriptor(numbers.in));
    if (numbers.out != -1) out.emplace(Descriptor(numbers.out));
    return End(i, std::move(in), std::move(out), flags_);
  }
  void abandon() { ends_.abandon(); }

 private:
  /// Two descriptors of one queue.
  struct OneWay {
    Descriptor reader;
    Descriptor writer;

    explicit OneWay(int none) : reader(none), writer(none) {}
    OneWay() {
      mq_attr size = detail::posix_queue_size();
      const std::string name = unguessable_name("/handoff-");
      reader.reset(mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &size));
      if (reader.get() == -1) throw_errno("posix_message_queue_pair: mq_open");
      mq_unlink(name.c_str());
      writer.reset(::fcntl(reader.get(), F_DUPFD_CLOEXEC, 0));
      if (writer.get() == -1) throw_errno("posix_message_queue_pair: dup");
    }
  };

  PosixMessageQueuePair(PipeShape shape, OneWay to_second, OneWay to_first)
      : ends_(shape.peers, {.in = to_first.reader.release(), .out = to_second.writer.release()},
              {.in = to_second.reader.release(), .out = to_first.writer.release()}) {}

  UntakenEnds ends_;
  MailboxFlags flags_[2];  ///< of what ends 0 and 1 send
};

static_assert(Pipe<PosixMessageQueuePair>);

}  // namespace handoff
