#pragma once

#include <fcntl.h>
#include <mqueue.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <string>

#include "../common/names.hpp"
#include "polling.hpp"

namespace handoff {

/// POSIX message queue of the kernel. Its name is removed as soon as it has been created; forked
/// workers inherit the descriptor.
template <class Item, std::size_t Capacity>
class PosixMessageQueue {
  static std::size_t limit(const char* file) {
    std::size_t value = 0;
    std::ifstream(std::string("/proc/sys/fs/mqueue/") + file) >> value;
    return value;
  }

 public:
  using value_type = Item;
  static constexpr Info info{
      .name = "posix_message_queue",
      .mechanism = "mq_send, mq_receive",
      .source = "the kernel",
      .copies_per_message = 2,  // by the kernel
      .syscalls_per_message = 2,
      .survives_killed_worker = true,
      .largest_message = [] { return limit("msgsize_max"); },
      .largest_capacity = [] { return limit("msg_max"); },
      .unavailable =
          [] {
            return std::string(limit("queues_max") > 0 ? ""
                                                       : "this kernel has no POSIX message queues");
          }};

  explicit PosixMessageQueue(QueueShape shape) : ends_(info, shape) {
    check("message", sizeof(Item), info.largest_message(), "raise fs.mqueue.msgsize_max");
    check("capacity", Capacity, info.largest_capacity(), "raise fs.mqueue.msg_max");
    mq_attr attributes{};
    attributes.mq_maxmsg = static_cast<long>(Capacity);
    attributes.mq_msgsize = static_cast<long>(sizeof(Item));
    const std::string name = unguessable_name("/handoff-");
    queue_ = mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
    if (queue_ == -1) throw_errno("posix_message_queue: mq_open");
    mq_unlink(name.c_str());
  }
  ~PosixMessageQueue() { mq_close(queue_); }
  PosixMessageQueue(const PosixMessageQueue&) = delete;
  PosixMessageQueue& operator=(const PosixMessageQueue&) = delete;

  class Producer {
   public:
    explicit Producer(PosixMessageQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) { return queue_->send(item, at_once); }
    Status put(const Item& item, Deadline deadline = never) {
      if (deadline == at_once) return try_put(item);
      return wait_in_intervals([&](Deadline until) { return queue_->send(item, until); }, deadline);
    }

   private:
    PosixMessageQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(PosixMessageQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) { return queue_->receive(item, at_once); }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline == at_once) return try_get(item);
      return wait_in_intervals([&](Deadline until) { return queue_->receive(item, until); },
                               deadline);
    }

   private:
    PosixMessageQueue* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }

  std::size_t size() const {
    mq_attr attributes{};
    if (mq_getattr(queue_, &attributes) == -1) throw_errno("posix_message_queue: mq_getattr");
    return static_cast<std::size_t>(attributes.mq_curmsgs);
  }
  void close() { closed_.set(); }

 private:
  static void check(const char* thing, std::size_t wanted, std::size_t limit, const char* advice) {
    if (wanted > limit) throw LimitError(info.name, thing, wanted, limit, advice);
  }

  Status send(const Item& item, Deadline until) {
    if (closed_.is_set()) return Status::closed;
    timespec time = wall_clock(until);
    if (mq_timedsend(queue_, reinterpret_cast<const char*>(&item), sizeof(Item), 0, &time) == 0) {
      return Status::ok;
    }
    if (errno == ETIMEDOUT || errno == EINTR) return Status::would_wait;
    throw_errno("posix_message_queue: mq_timedsend");
  }

  Status receive(Item& item, Deadline until) {
    timespec time = wall_clock(until);
    if (mq_timedreceive(queue_, reinterpret_cast<char*>(&item), sizeof(Item), nullptr, &time) !=
        -1) {
      return Status::ok;
    }
    if (errno != ETIMEDOUT && errno != EINTR) throw_errno("posix_message_queue: mq_timedreceive");
    return closed_.if_still([this] { return size() == 0; });
  }

  /// The kernel waits by the wall clock here. A time long past does not wait.
  static timespec wall_clock(Deadline deadline) {
    timespec time{};
    if (deadline == at_once) return time;
    auto left = std::chrono::nanoseconds(deadline - Clock::now());
    auto since_epoch = std::chrono::system_clock::now().time_since_epoch() + left;
    auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    time.tv_sec = static_cast<time_t>(seconds.count());
    time.tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count();
    return time;
  }

  mqd_t queue_ = -1;
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
