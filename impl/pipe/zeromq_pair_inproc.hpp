#pragma once

#include <optional>

#include "../common/names.hpp"
#include "zeromq_pair.hpp"

/// ZeroMQ PAIR sockets within a process: both of one context, connected through memory.
namespace handoff {
namespace detail {

inline constexpr Info zeromq_pair_inproc_info{
    .name = "zeromq_pair_inproc",
    .mechanism = "PAIR sockets within a process, no other threads take part",
    .source = "libzmq 4.3",
    .reach = Reach::threads,
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,      // into and out of the library's message
    .syscalls_per_message = 0.1,  // the mailbox of a socket has to be looked at now and then
};

}  // namespace detail

class ZeromqPairInproc {
 public:
  static constexpr const Info& info = detail::zeromq_pair_inproc_info;
  using End = detail::ZeromqEnd<detail::zeromq_pair_inproc_info>;

  explicit ZeromqPairInproc(PipeShape shape) : flows_(shape.direction) {
    if (shape.peers != Peers::threads) {
      throw std::invalid_argument(std::string(info.name) + " does not work between processes");
    }
    const std::string endpoint = "inproc://" + unguessable_name();
    for (auto& socket : sockets_) socket.emplace(detail::zeromq_pair_socket(info.name));
    sockets_[0]->bind(endpoint);
    sockets_[1]->connect(endpoint);
  }

  End end(unsigned i) {
    check_end(info.name, i);
    if (!sockets_[i]) throw std::logic_error("end " + std::to_string(i) + " was taken before");
    // The library lets a socket go from thread to thread with a fence: starting a thread is one.
    End taken = flows_.end<End>(i, std::move(*sockets_[i]), EndDescriptors({}));
    sockets_[i].reset();
    return taken;
  }
  /// Nothing to let go of: the threads' process has both ends.
  void abandon() {}

 private:
  detail::ZeromqFlows flows_;
  std::optional<detail::ZeromqSocket> sockets_[2];
};

static_assert(Pipe<ZeromqPairInproc>);

}  // namespace handoff
