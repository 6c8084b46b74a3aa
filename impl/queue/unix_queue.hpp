#pragma once

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "closing_event.hpp"
#include "numbered_ends.hpp"

namespace handoff {

/// The most items that the system lets one socket hold.
template <class Item>
std::size_t unix_queue_capacity() {
  // Of the kernel's memory for a message: of the smallest, and what describes any.
  constexpr std::size_t least_charge = std::max<std::size_t>(768, sizeof(Item) + 512);
  std::size_t limit = 0;
  std::ifstream("/proc/sys/net/core/wmem_max") >> limit;
  return 2 * limit / least_charge;
}

/// Bytes of the largest message that a socket holds before its buffer is set.
inline std::size_t unix_queue_message() {
  constexpr std::size_t kept_by_kernel = 32;  // net/unix/af_unix.c, unix_dgram_sendmsg
  std::size_t bytes = 0;
  std::ifstream("/proc/sys/net/core/wmem_default") >> bytes;
  return bytes - std::min(bytes, kept_by_kernel);
}

/// A pair of Unix sockets that keep message boundaries: all producers send into the one end, all
/// consumers receive from the other. The kernel bounds it by the memory of what is queued. Not an
/// implementation.
template <class Item, std::size_t Capacity, int type, const Info& its_info>
class UnixQueue {
 public:
  using value_type = Item;
  static constexpr const Info& info = its_info;

  explicit UnixQueue(QueueShape shape) : ends_(info, shape) {
    check("message", sizeof(Item), info.largest_message(), "raise net.core.wmem_default");
    check("capacity", Capacity, info.largest_capacity(), "raise net.core.wmem_max");
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == -1) fail();
    in_.reset(ends[0]);
    out_.reset(ends[1]);
    set_capacity();
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

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return charged() / charge_; }
  void close() { closing_.set(); }

 private:
  [[noreturn]] static void fail() { throw_errno(info.name); }
  static void check(const char* thing, std::size_t wanted, std::size_t limit, const char* advice) {
    if (wanted > limit) throw LimitError(info.name, thing, wanted, limit, advice);
  }

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
    check("capacity", Capacity, capacity_, "raise net.core.wmem_max");
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

  NumberedEnds ends_;
  Descriptor in_;
  Descriptor out_;
  std::size_t charge_ = 1;
  std::size_t capacity_ = 0;
  ClosingEvent closing_;
};

}  // namespace handoff
