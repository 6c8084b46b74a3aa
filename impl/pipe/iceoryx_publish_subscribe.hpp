#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../common/names.hpp"
#include "iceoryx_ports.hpp"

namespace handoff {

/// Messages published by each end for the other, with queues of 16 that block the publisher. The
/// library waits for room in a full one by yielding, then by sleeping.
class IceoryxPublishSubscribe {
 public:
  static constexpr const Info& info = detail::iceoryx_publish_subscribe_info;

  class End {
   public:
    explicit End(std::unique_ptr<detail::IceoryxConnection> connection)
        : connection_(std::move(connection)) {}

    Status send(std::span<const std::byte> message) { return open().writer().send(message); }
    Received receive(std::span<std::byte> buffer) { return open().reader().receive(buffer); }
    bool poll(Deadline deadline) { return open().reader().poll(deadline); }
    int descriptor() const { return -1; }
    void close() { connection_.reset(); }

   private:
    detail::IceoryxConnection& open() const {
      if (!connection_) detail::IceoryxConnection::refuse("is closed");
      return *connection_;
    }

    std::unique_ptr<detail::IceoryxConnection> connection_;
  };

  explicit IceoryxPublishSubscribe(PipeShape shape)
      : duplex_(shape.direction == Direction::duplex) {
    (void)detail::IceoryxDaemon::of_this_process();  // before the workers are forked
    const std::string name = unguessable_name();
    std::copy_n(name.data(), std::min(name.size(), sizeof(name_) - 1), name_);
  }

  /// Each end once: a closed one stays closed.
  End end(unsigned i) {
    check_end(info.name, i);
    detail::IceoryxFlow* in = duplex_ || i == 1 ? &flows_[1 - i] : nullptr;
    detail::IceoryxFlow* out = duplex_ || i == 0 ? &flows_[i] : nullptr;
    return End(std::make_unique<detail::IceoryxConnection>(in, out, service(1 - i), service(i)));
  }
  /// Nothing to let go of: there are no descriptors.
  void abandon() {}
  std::vector<pid_t> servers() const { return {detail::IceoryxDaemon::of_this_process().pid()}; }

 private:
  iox::capro::ServiceDescription service(unsigned sender) const {
    iox::capro::IdString_t pipe(iox::cxx::TruncateToCapacity, name_);
    return {"handoff", pipe, sender == 0 ? "from end 0" : "from end 1"};
  }

  detail::IceoryxFlow flows_[2];  ///< end `i` sends by flow `i`
  bool duplex_;
  char name_[64] = {};
};

static_assert(Pipe<IceoryxPublishSubscribe>);

}  // namespace handoff
