#pragma once

#include <sys/ipc.h>
#include <sys/msg.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "../common/sysv_keeper.hpp"
#include "polling.hpp"

namespace handoff {

/// System V message queue of the kernel. Its waiting forms know neither a time nor a close: timed
/// forms sleep between tries, and a close wakes nobody.
template <class Item, std::size_t Capacity>
class SysvMessageQueue {
  static std::size_t limit(const char* file) {
    std::size_t value = 0;
    std::ifstream(std::string("/proc/sys/kernel/") + file) >> value;
    return value;
  }

 public:
  using value_type = Item;
  static constexpr Info info{
      .name = "sysv_message_queue",
      .mechanism = "msgsnd, msgrcv",
      .source = "the kernel",
      .wakes_on_close = false,
      .copies_per_message = 4,  // by the kernel, and behind the type that stands before the item
      .syscalls_per_message = 2,
      .survives_killed_worker = true,
      .largest_message = [] { return limit("msgmax"); },
      .largest_capacity = [] { return limit("msgmnb") / sizeof(Item); },
      .unavailable =
          [] {
            return std::string(limit("msgmni") > 0 ? ""
                                                   : "this kernel has no System V message queues");
          }};

  explicit SysvMessageQueue(QueueShape shape) : ends_(info, shape) {
    if (sizeof(Item) > limit("msgmax")) {
      throw LimitError(info.name, "message", sizeof(Item), limit("msgmax"), "raise kernel.msgmax");
    }
    // The kernel bounds a queue by the bytes in it.
    if (Capacity * sizeof(Item) > limit("msgmnb")) {
      throw LimitError(info.name, "capacity", Capacity, limit("msgmnb") / sizeof(Item),
                       "raise kernel.msgmnb");
    }
    queue_ = detail::SysvKeeper::of_this_process().make(detail::SysvKind::queue);
    msqid_ds settings = state();
    settings.msg_qbytes = Capacity * sizeof(Item);
    if (msgctl(queue_, IPC_SET, &settings) == -1) throw_errno("sysv_message_queue: msgctl");
  }
  ~SysvMessageQueue() {
    detail::SysvKeeper::of_this_process().remove(detail::SysvKind::queue, queue_);
  }
  SysvMessageQueue(const SysvMessageQueue&) = delete;
  SysvMessageQueue& operator=(const SysvMessageQueue&) = delete;

  class Producer {
   public:
    explicit Producer(SysvMessageQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) { return queue_->send(item, IPC_NOWAIT); }
    Status put(const Item& item, Deadline deadline = never) {
      if (deadline == never) return queue_->send(item, 0);
      return nap_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    SysvMessageQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(SysvMessageQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) { return queue_->receive(item, IPC_NOWAIT); }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline == never && !queue_->closed_.is_set()) return queue_->receive(item, 0);
      return nap_until_done([&] { return try_get(item); }, deadline);
    }

   private:
    SysvMessageQueue* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const { return state().msg_qnum; }
  void close() { closed_.set(); }

 private:
  struct Message {
    long kind = 1;  // the kernel wants one above 0
    Item item;
  };

  msqid_ds state() const {
    msqid_ds state{};
    if (msgctl(queue_, IPC_STAT, &state) == -1) throw_errno("sysv_message_queue: msgctl");
    return state;
  }

  Status send(const Item& item, int flags) {
    if (closed_.is_set()) return Status::closed;
    Message message{.item = item};
    while (msgsnd(queue_, &message, sizeof(Item), flags) == -1) {
      if (errno == EAGAIN) return Status::would_wait;
      if (errno != EINTR) throw_errno("sysv_message_queue: msgsnd");
    }
    return Status::ok;
  }

  Status receive(Item& item, int flags) {
    Message message;
    while (msgrcv(queue_, &message, sizeof(Item), 0, flags) == -1) {
      if (errno == ENOMSG) return closed_.if_still([this] { return size() == 0; });
      if (errno != EINTR) throw_errno("sysv_message_queue: msgrcv");
    }
    item = message.item;
    return Status::ok;
  }

  int queue_ = -1;
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
