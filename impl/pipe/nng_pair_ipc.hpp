#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "../common/names.hpp"
#include "nng_connection.hpp"

/// A pair of nng sockets (protocol pair, version 0) over a Unix socket with an abstract name, which
/// leaves nothing behind.
namespace handoff {

class NngPairIpc {
 public:
  static constexpr Info info{
      .name = "nng_pair_ipc",
      .mechanism = "pair sockets over a Unix socket, each process with threads of the library",
      .source = "nng 1.5",
      .producers = Holders::one,
      .consumers = Holders::one,
      .copies_per_message = 4,       // into and out of the library's message, two by the kernel
      .syscalls_per_message = 26.5,  // mostly of the library's threads; 5.4 of a stream
      .on_peer_death = Survivor::hangs,
  };

  class End {
   public:
    explicit End(std::unique_ptr<detail::NngConnection> connection)
        : connection_(std::move(connection)) {}

    Status send(std::span<const std::byte> message) { return open().send(message); }
    Received receive(std::span<std::byte> buffer) { return open().receive(buffer); }
    bool poll(Deadline deadline) { return open().poll(deadline); }
    int descriptor() const { return -1; }
    void close() { connection_.reset(); }

   private:
    detail::NngConnection& open() const {
      if (connection_) return *connection_;
      throw std::logic_error("nng_pair_ipc: this end is closed");
    }

    std::unique_ptr<detail::NngConnection> connection_;
  };

  explicit NngPairIpc(PipeShape shape) : duplex_(shape.direction == Direction::duplex) {
    const std::string url = "abstract://" + unguessable_name();
    std::copy_n(url.data(), std::min(url.size(), sizeof(meeting_.url) - 1), meeting_.url);
  }

  /// Each end once: a closed one stays closed.
  End end(unsigned i) {
    check_end(info.name, i);
    detail::NngFlow* in = duplex_ || i == 1 ? &flows_[1 - i] : nullptr;
    detail::NngFlow* out = duplex_ || i == 0 ? &flows_[i] : nullptr;
    return End(std::make_unique<detail::NngConnection>(meeting_, i == 0, in, out));
  }
  /// Nothing to let go of: there are no descriptors yet.
  void abandon() {}

 private:
  detail::NngFlow flows_[2];  ///< end `i` sends by flow `i`
  bool duplex_;
  detail::NngMeeting meeting_;
};

static_assert(Pipe<NngPairIpc>);

}  // namespace handoff
