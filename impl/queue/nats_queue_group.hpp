#pragma once

#include <nats/nats.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "../common/private_server.hpp"
#include "push_pull.hpp"

namespace handoff {
namespace detail {

inline constexpr std::size_t nats_largest_message = std::size_t{8} << 20;  // bytes; as configured

inline constexpr Info nats_queue_group_info{
    .name = "nats_queue_group",
    .mechanism = "published to a NATS server, for a queue group of one; a shared count bounds it",
    .source = "NATS 2.9, libnats 3.4",
    .consumers = Holders::one,
    // Into and out of a parcel with its sender's number, into the library's buffer, the server's,
    // and into and out of the library's message; and four by the kernel.
    .copies_per_message = 10,
    .syscalls_per_message = 20.5,  // mostly of the server and the library's threads
    .largest_message = [] { return nats_largest_message; },
    .unavailable = [] { return why_no_program("nats-server", "nats-server"); },
};

inline void check_nats(natsStatus status, const char* call) {
  if (status == NATS_OK) return;
  throw std::runtime_error(std::string("nats_queue_group: ") + call + ": " +
                           natsStatus_GetText(status));
}

/// This process's server, started with the first queue; its forked children use it too, for queues
/// that were made before. On a port of the kernel's choice that any user may connect to, so that it
/// asks for 128 random bits that only they know.
class NatsServer {
 public:
  static NatsServer& of_this_process() {
    static std::mutex mutex;
    static std::unique_ptr<NatsServer> server;
    std::scoped_lock lock(mutex);
    if (!server || server->owner_ != getpid()) {
      // Inherited over a fork: its queues are in use.
      (void)server.release();  // NOLINT(bugprone-unused-return-value)
      server.reset(new NatsServer);
    }
    return *server;
  }

  pid_t pid() const { return process_->pid(); }
  const std::string& url() const { return url_; }
  const std::string& token() const { return token_; }

 private:
  NatsServer() {
    if (std::string why = nats_queue_group_info.unavailable(); !why.empty()) {
      throw std::runtime_error("nats_queue_group: " + why);
    }
    const std::string configuration =
        "listen: \"127.0.0.1:-1\"\nports_file_dir: \".\"\n"
        "authorization { token: \"" +
        token_ +
        "\" }\n"
        "max_payload: " +
        std::to_string(nats_largest_message) + "\n";
    process_.emplace(nats_queue_group_info.name, arguments, configuration);
    process_->wait_until([this] { return read_url(); });
  }

  static std::vector<std::string> arguments(const std::string&) {
    return {find_program("nats-server"), "-c", "configuration"};
  }

  /// From the file that the server writes once it listens.
  bool read_url() {
    const std::string name = "nats-server_" + std::to_string(pid()) + ".ports";
    std::ifstream file(process_->path_of(name.c_str()));
    std::string text;
    std::getline(file, text);
    std::size_t begin = text.find("nats://");
    std::size_t end = text.find('"', begin == std::string::npos ? 0 : begin);
    if (begin == std::string::npos || end == std::string::npos) return false;
    url_ = text.substr(begin, end - begin);
    return true;
  }

  pid_t owner_ = getpid();
  std::string token_ = unguessable_name("");
  std::string url_;
  std::optional<PrivateServer> process_;
};

template <class T, void (*destroy)(T*)>
struct NatsFree {
  void operator()(T* object) const { destroy(object); }
};
template <class T, void (*destroy)(T*)>
using NatsOwned = std::unique_ptr<T, NatsFree<T, destroy>>;

/// A connection of one worker. The library works in no child of a process that has used it.
inline auto connect_to_nats(const NatsServer& server) {
  natsOptions* new_options = nullptr;
  check_nats(natsOptions_Create(&new_options), "natsOptions_Create");
  NatsOwned<natsOptions, natsOptions_Destroy> options(new_options);
  check_nats(natsOptions_SetURL(new_options, server.url().c_str()), "natsOptions_SetURL");
  check_nats(natsOptions_SetToken(new_options, server.token().c_str()), "natsOptions_SetToken");
  // Else a thread sends what has gathered after a millisecond.
  check_nats(natsOptions_SetSendAsap(new_options, true), "natsOptions_SetSendAsap");
  natsConnection* connection = nullptr;
  check_nats(natsConnection_Connect(&connection, new_options), "natsConnection_Connect");
  return NatsOwned<natsConnection, natsConnection_Destroy>(connection);
}
using NatsConnection = decltype(connect_to_nats(std::declval<const NatsServer&>()));

class NatsSockets {
 public:
  explicit NatsSockets(std::size_t) : server_(NatsServer::of_this_process()) {}

  class Sender {
   public:
    explicit Sender(const NatsSockets& sockets)
        : subject_(sockets.subject_), connection_(connect_to_nats(sockets.server_)) {}
    bool send(std::span<const std::byte> bytes) {
      check_nats(natsConnection_Publish(connection_.get(), subject_.c_str(), bytes.data(),
                                        static_cast<int>(bytes.size())),
                 "natsConnection_Publish");
      return true;
    }

   private:
    std::string subject_;
    NatsConnection connection_;
  };

  class Receiver {
   public:
    explicit Receiver(const NatsSockets& sockets) : connection_(connect_to_nats(sockets.server_)) {
      natsSubscription* subscription = nullptr;
      check_nats(natsConnection_QueueSubscribeSync(&subscription, connection_.get(),
                                                   sockets.subject_.c_str(), "workers"),
                 "natsConnection_QueueSubscribeSync");
      subscription_.reset(subscription);
      constexpr int no_limit_but_the_count = -1;
      check_nats(natsSubscription_SetPendingLimits(subscription, no_limit_but_the_count,
                                                   no_limit_but_the_count),
                 "natsSubscription_SetPendingLimits");
      // What is published before the server knows of the subscription is dropped.
      check_nats(natsConnection_Flush(connection_.get()), "natsConnection_Flush");
    }
    bool receive(std::span<std::byte> bytes, Clock::duration longest) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
      natsMsg* got = nullptr;
      natsStatus status =
          natsSubscription_NextMsg(&got, subscription_.get(), std::max<std::int64_t>(left, 1));
      if (status == NATS_TIMEOUT) return false;
      check_nats(status, "natsSubscription_NextMsg");
      NatsOwned<natsMsg, natsMsg_Destroy> message(got);
      if (static_cast<std::size_t>(natsMsg_GetDataLength(got)) != bytes.size()) {
        throw std::runtime_error("nats_queue_group: a message of another length");
      }
      std::memcpy(bytes.data(), natsMsg_GetData(got), bytes.size());
      return true;
    }

   private:
    NatsConnection connection_;
    NatsOwned<natsSubscription, natsSubscription_Destroy> subscription_;
  };

  std::vector<pid_t> servers() const { return {server_.pid()}; }

 private:
  NatsServer& server_;  ///< of which a forked worker has its own copy at the same address
  std::string subject_ = unguessable_name();
};

}  // namespace detail

/// A NATS server between many producers and one consumer. Not of many: it deals items out to the
/// members of a group before they ask, so that those of a slow or dead one would never reach the
/// others.
template <class Item, std::size_t Capacity>
using NatsQueueGroup = PushPull<Item, Capacity, detail::NatsSockets, detail::nats_queue_group_info>;

}  // namespace handoff
