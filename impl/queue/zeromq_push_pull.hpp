#pragma once

#include <algorithm>
#include <chrono>

#include "../common/unix_listener.hpp"
#include "../common/zeromq.hpp"
#include "push_pull.hpp"

namespace handoff {
namespace detail {

inline constexpr Info zeromq_push_pull_info{
    .name = "zeromq_push_pull",
    .mechanism = "PUSH sockets connected to one PULL over a Unix socket; a shared count bounds it",
    .source = "libzmq 4.3",
    .consumers = Holders::one,
    // Into and out of a parcel with its sender's number, and of the library's message, and two by
    // the kernel; one more below 8 KiB, where the library gathers what it sends.
    .copies_per_message = 6,
    .syscalls_per_message = 22.5,  // mostly of the I/O threads
};

class ZeromqPushPullSockets {
 public:
  explicit ZeromqPushPullSockets(std::size_t) : listener_(zeromq_push_pull_info.name, backlog) {}

  class Sender {
   public:
    explicit Sender(const ZeromqPushPullSockets& sockets)
        : socket_(zeromq_push_pull_info.name, ZMQ_PUSH) {
      socket_.set(ZMQ_SNDHWM, no_high_water_mark);
      socket_.connect(sockets.endpoint());
    }
    bool send(std::span<const std::byte> bytes) {
      if (zmq_send(socket_.get(), bytes.data(), bytes.size(), 0) != -1) return true;
      if (zmq_errno() != EINTR) throw_zeromq(socket_.user(), "zmq_send");
      return false;
    }

   private:
    ZeromqSocket socket_;
  };

  class Receiver {
   public:
    explicit Receiver(const ZeromqPushPullSockets& sockets)
        : socket_(zeromq_push_pull_info.name, ZMQ_PULL) {
      socket_.set(ZMQ_RCVHWM, no_high_water_mark);
      // The library closes the one that it is given.
      Descriptor own(::fcntl(sockets.listener_.socket.get(), F_DUPFD_CLOEXEC, 0));
      if (own.get() == -1) throw_errno("zeromq_push_pull: F_DUPFD_CLOEXEC");
      socket_.set(ZMQ_USE_FD, own.get());
      socket_.bind(sockets.endpoint());
      (void)own.release();
    }
    bool receive(std::span<std::byte> bytes, Clock::duration longest) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
      auto timeout = static_cast<int>(std::max<std::int64_t>(left, 0));
      if (std::exchange(timeout_, timeout) != timeout) socket_.set(ZMQ_RCVTIMEO, timeout);
      int length = zmq_recv(socket_.get(), bytes.data(), bytes.size(), 0);
      if (length == static_cast<int>(bytes.size())) return true;
      if (length != -1) throw std::runtime_error("zeromq_push_pull: a message of another length");
      if (zmq_errno() != EAGAIN && zmq_errno() != EINTR) throw_zeromq(socket_.user(), "zmq_recv");
      return false;
    }

   private:
    ZeromqSocket socket_;
    int timeout_ = -1;
  };

 private:
  static constexpr int backlog = 64;            // producers may connect before they are accepted
  static constexpr int no_high_water_mark = 0;  // never reached: the count bounds what is under way

  std::string endpoint() const {
    return "ipc:///proc/self/fd/" + std::to_string(listener_.file.get());
  }

  UnixListener listener_;
};

}  // namespace detail

/// ZeroMQ's work queue without a broker. Of one consumer: PUSH deals items out in turn before
/// anybody asks for them, so that those of a slow or dead consumer would never reach the others.
template <class Item, std::size_t Capacity>
using ZeromqPushPull =
    PushPull<Item, Capacity, detail::ZeromqPushPullSockets, detail::zeromq_push_pull_info>;

}  // namespace handoff
