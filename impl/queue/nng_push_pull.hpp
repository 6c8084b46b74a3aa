#pragma once

#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

#include "../common/names.hpp"
#include "../common/nng.hpp"
#include "push_pull.hpp"

namespace handoff {
namespace detail {

inline constexpr std::size_t nng_largest_buffer = 8192;  // messages; of the library, per sender

inline constexpr Info nng_push_pull_info{
    .name = "nng_push_pull",
    .mechanism = "push sockets connected to one pull over a Unix socket; a shared count bounds it",
    .source = "nng 1.5",
    .consumers = Holders::one,
    // Into and out of a parcel with its sender's number, and of the library's message, and two by
    // the kernel.
    .copies_per_message = 6,
    .syscalls_per_message = 28.2,  // mostly of the library's threads
    .largest_capacity = [] { return nng_largest_buffer; },
};

/// They meet at an abstract name, which leaves nothing behind.
class NngPushPullSockets {
 public:
  explicit NngPushPullSockets(std::size_t capacity) : capacity_(static_cast<int>(capacity)) {
    if (capacity > nng_largest_buffer) {
      throw LimitError(nng_push_pull_info.name, "capacity", capacity, nng_largest_buffer);
    }
    const std::string url = "abstract://" + unguessable_name();
    std::copy_n(url.data(), std::min(url.size(), sizeof(url_) - 1), url_);
  }

  class Sender {
   public:
    explicit Sender(const NngPushPullSockets& sockets)
        : sockets_(&sockets), socket_(nng_push_pull_info.name, nng_push0_open, sockets.capacity_) {}

    bool send(std::span<const std::byte> bytes) {
      if (!connected_) {
        int error = nng_dial(socket_.get(), sockets_->url_, nullptr, 0);
        if (error == NNG_ECONNREFUSED) return false;  // the consumer has just gone
        socket_.check(error, "nng_dial");
        connected_ = true;
      }
      // Not changed: nng_send copies from the data unless it is given away.
      auto* data = const_cast<std::byte*>(bytes.data());
      int error = nng_send(socket_.get(), data, bytes.size(), 0);
      if (error != NNG_ETIMEDOUT) socket_.check(error, "nng_send");
      return error == 0;
    }

   private:
    const NngPushPullSockets* sockets_;
    NngSocket socket_;
    bool connected_ = false;
  };

  class Receiver {
   public:
    explicit Receiver(const NngPushPullSockets& sockets)
        : socket_(nng_push_pull_info.name, nng_pull0_open, sockets.capacity_) {
      socket_.check(nng_listen(socket_.get(), sockets.url_, nullptr, 0), "nng_listen");
    }
    bool receive(std::span<std::byte> bytes, Clock::duration longest) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
      auto timeout = static_cast<nng_duration>(std::max<std::int64_t>(left, 0));
      if (std::exchange(timeout_, timeout) != timeout) socket_.set(NNG_OPT_RECVTIMEO, timeout);
      nng_msg* got = nullptr;
      int error = nng_recvmsg(socket_.get(), &got, timeout == 0 ? NNG_FLAG_NONBLOCK : 0);
      if (error == NNG_ETIMEDOUT || error == NNG_EAGAIN) return false;
      socket_.check(error, "nng_recvmsg");
      NngMessage message(got);
      if (nng_msg_len(got) != bytes.size()) {
        throw std::runtime_error("nng_push_pull: a message of another length");
      }
      std::memcpy(bytes.data(), nng_msg_body(got), bytes.size());
      return true;
    }

   private:
    NngSocket socket_;
    nng_duration timeout_ = nng_close_check_ms;
  };

 private:
  int capacity_;
  char url_[64] = {};
};

}  // namespace detail

/// nng's work queue without a broker. Of one consumer: push deals items out before anybody asks for
/// them, so that those of a slow or dead consumer would never reach the others.
template <class Item, std::size_t Capacity>
using NngPushPull =
    PushPull<Item, Capacity, detail::NngPushPullSockets, detail::nng_push_pull_info>;

}  // namespace handoff
