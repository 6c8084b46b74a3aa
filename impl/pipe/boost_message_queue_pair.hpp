#pragma once

#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <memory>

#include "../common/names.hpp"
#include "mailbox_end.hpp"

/// Two Boost.Interprocess message_queues, one per direction: priority queues in shared memory under
/// a process-shared mutex with two conditions. Their names are removed as soon as they have been
/// created; forked workers inherit the mappings.
namespace handoff {
namespace detail {

/// The library sets aside all that its messages may need: 1 MiB for each direction.
inline constexpr std::size_t boost_largest_message = 64 * 1024;
inline constexpr std::size_t boost_messages = 16;

inline constexpr Info boost_message_queue_pair_info{
    .name = "boost_message_queue_pair",
    .mechanism = "two priority queues, each under a process-shared mutex",
    .source = "Boost.Interprocess message_queue",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 3,  // in, out, and one on from the buffer that the library wants
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,
    .largest_message = [] { return boost_largest_message; },
};
inline constexpr char boost_message_queue_advice[] = "build it with a larger one";

class BoostMailbox {
 public:
  // The end mark has the lower priority: it comes out after every message.
  static constexpr unsigned end_priority = 0;
  static constexpr unsigned message_priority = 1;

  /// The queue must outlive it.
  explicit BoostMailbox(boost::interprocess::message_queue& queue) : queue_(&queue) {}

  std::size_t largest() const { return boost_largest_message; }
  void put(std::span<const std::byte> message) {
    const void* bytes = message.empty() ? nothing : message.data();
    queue_->send(bytes, message.size(), message_priority);
  }
  void try_put_end_mark() { (void)queue_->try_send(nothing, 0, end_priority); }
  /// The library wants a buffer for the largest message.
  std::optional<Mail> take(Deadline deadline) {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(largest());
    boost::interprocess::message_queue::size_type length = 0;
    unsigned priority = message_priority;
    if (deadline == never) {
      queue_->receive(buffer_.get(), largest(), length, priority);
    } else if (deadline == at_once) {
      if (!queue_->try_receive(buffer_.get(), largest(), length, priority)) return std::nullopt;
    } else if (!queue_->timed_receive(buffer_.get(), largest(), length, priority,
                                      universal(deadline))) {
      return std::nullopt;
    }
    return Mail{{buffer_.get(), length}, priority == end_priority};
  }
  int descriptor() const { return -1; }

 private:
  /// The library waits by the wall clock, in microseconds; not a part of one too short.
  static boost::posix_time::ptime universal(Deadline deadline) {
    auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - Clock::now());
    return boost::posix_time::microsec_clock::universal_time() +
           boost::posix_time::microseconds(left.count() + 1);
  }

  static constexpr const void* nothing = "";  // copied from, though of no length

  boost::interprocess::message_queue* queue_;
  std::unique_ptr<std::byte[]> buffer_;
};

}  // namespace detail

class BoostMessageQueuePair {
 public:
  static constexpr const Info& info = detail::boost_message_queue_pair_info;
  using End = MailboxEnd<detail::BoostMailbox, detail::boost_message_queue_pair_info,
                         detail::boost_message_queue_advice>;

  explicit BoostMessageQueuePair(PipeShape shape) {
    make(queues_[0]);
    if (shape.direction == Direction::duplex) make(queues_[1]);
  }

  /// Each end once: a closed one stays closed.
  End end(unsigned i) {
    check_end(info.name, i);
    return End(i, mailbox(queues_[1 - i]), mailbox(queues_[i]), flags_);
  }
  /// Nothing to let go of: there are no descriptors.
  void abandon() {}

 private:
  using Queue = std::optional<boost::interprocess::message_queue>;

  static void make(Queue& queue) {
    namespace ipc = boost::interprocess;
    const std::string name = unguessable_name();
    queue.emplace(ipc::create_only, name.c_str(), detail::boost_messages,
                  detail::boost_largest_message, ipc::permissions(0600));
    ipc::message_queue::remove(name.c_str());
  }
  static std::optional<detail::BoostMailbox> mailbox(Queue& queue) {
    return queue ? std::optional<detail::BoostMailbox>(*queue) : std::nullopt;
  }

  Queue queues_[2];  ///< what ends 0 and 1 send
  MailboxFlags flags_[2];
};

static_assert(Pipe<BoostMessageQueuePair>);

}  // namespace handoff
