#pragma once

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <fstream>

#include "closing_event.hpp"
#include "contract.hpp"

namespace handoff {

/// A pair of Unix sockets that keep message boundaries: all producers send into the one end, all
/// consumers receive from the other. The kernel bounds it by the memory of what is queued. Not an
/// implementation.
template <class Item, std::size_t Capacity>
class UnixQueue {
 public:
  using value_type = Item;

  UnixQueue(const Info& info, int type) : name_(info.name) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == -1) fail();
    in_.reset(ends[0]);
    out_.reset(ends[1]);
    set_capacity();
  }

  /// The most items of 8 bytes that the system lets one socket hold.
  static std::size_t largest_capacity() {
    constexpr std::size_t least_charge = 768;  // of the kernel's memory, for the smallest message
    std::size_t limit = 0;
    std::ifstream("/proc/sys/net/core/wmem_max") >> limit;
    return 2 * limit / least_charge;
  }

  class Producer {
   public:
    explicit Producer(UnixQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) { return queue_->send_item(item); }
    Status put(const Item& item, Deadline deadline = never) {
      return queue_->closing_.poll_until_done(queue_->in_.get(), POLLOUT, deadline,
                                              [&] { return queue_->send_item(item); });
    }

   private:
    UnixQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(UnixQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) { return queue_->receive_item(item); }
    Status get(Item& item, Deadline deadline = never) {
      return queue_->closing_.poll_until_done(queue_->out_.get(), POLLIN, deadline,
                                              [&] { return queue_->receive_item(item); });
    }

   private:
    UnixQueue* queue_;
  };

  Producer producer(unsigned) { return Producer(*this); }
  Consumer consumer(unsigned) { return Consumer(*this); }
  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return charged() / charge_; }
  void close() { closing_.set(); }

 private:
  [[noreturn]] void fail() const { throw_errno(name_); }

  /// The kernel charges the sender for each message, in one amount for messages of one size, and
  /// refuses to queue more once the send buffer's size is reached.
  void set_capacity() {
    Item item{};
    if (send_item(item) != Status::ok) fail();
    charge_ = charged();
    auto half = static_cast<int>(Capacity * charge_ / 2);  // the kernel doubles it
    if (setsockopt(in_.get(), SOL_SOCKET, SO_SNDBUF, &half, sizeof(half)) == -1) fail();
    for (capacity_ = 1; send_item(item) == Status::ok;) ++capacity_;
    while (receive_item(item) == Status::ok) {
    }
    if (capacity_ < Capacity) {
      throw LimitError(name_, "capacity", Capacity, capacity_, "raise net.core.wmem_max");
    }
  }

  std::size_t charged() const {
    int bytes = 0;
    if (ioctl(in_.get(), SIOCOUTQ, &bytes) == -1) fail();
    return static_cast<std::size_t>(bytes);
  }

  Status send_item(const Item& item) {
    if (closing_.flag().is_set()) return Status::closed;
    for (;;) {
      if (send(in_.get(), &item, sizeof(Item), MSG_NOSIGNAL) != -1) return Status::ok;
      if (errno == EAGAIN) return Status::would_wait;
      if (errno == EMSGSIZE) {
        throw LimitError(name_, "message", sizeof(Item), largest(), "raise net.core.wmem_max");
      }
      if (errno != EINTR) fail();
    }
  }

  Status receive_item(Item& item) {
    bool closed = false;
    for (;;) {
      if (recv(out_.get(), &item, sizeof(Item), 0) != -1) return Status::ok;
      if (errno == EINTR) continue;
      if (errno != EAGAIN) fail();
      if (closed) return Status::closed;
      if (!closing_.flag().is_set()) return Status::would_wait;
      closed = true;  // once more: an item may have come between the two looks
    }
  }

  std::size_t largest() const {
    int bytes = 0;
    socklen_t length = sizeof(bytes);
    if (getsockopt(in_.get(), SOL_SOCKET, SO_SNDBUF, &bytes, &length) == -1) fail();
    return static_cast<std::size_t>(bytes);
  }

  std::string_view name_;
  Descriptor in_;
  Descriptor out_;
  std::size_t charge_ = 1;
  std::size_t capacity_ = 0;
  ClosingEvent closing_;
};

}  // namespace handoff
