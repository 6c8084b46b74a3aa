#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bench/pool_tasks.hpp"
#include "impl/common/descriptor.hpp"
#include "impl/common/private_server.hpp"

/// Fetching pages over HTTP from a server on this machine.
namespace handoff::bench {

/// Why no server can be started; empty where one can.
std::string why_no_web_server();

/// A page differs from the others, so that the wrong one is seen.
inline constexpr std::size_t pages = 8;
inline constexpr std::size_t page_bytes = 4096;
const std::string& page(std::size_t number);

/// An nginx of one's own on a free port of the loopback address, in one process, which serves the
/// pages at once and after some time. Gone with those who have it, as any PrivateServer.
class WebServer {
 public:
  WebServer();

  pid_t pid() const { return process_->pid(); }
  const std::string& folder() const { return process_->folder(); }
  std::uint16_t port() const { return port_; }

  /// This process's, started by the first call, and that of those whom it forks afterwards.
  static const WebServer& of_this_process();

 private:
  Descriptor reservation_;  ///< bound to the port and never listening: nobody else can take it
  std::uint16_t port_ = 0;
  std::optional<PrivateServer> process_;
};

/// A connection to a server that is kept for one request after the other.
class WebClient {
 public:
  explicit WebClient(std::uint16_t port);

  /// What the server answers to GET of a path, valid until the next call. Raises unless it has it.
  std::string_view fetch(const std::string& path);

 private:
  void send_request(const std::string& path);
  void receive_more();

  Descriptor socket_;
  std::string received_;
};

/// Tasks: a page fetched by a connection of the calling worker, from the server of its process, and
/// compared with what it must be.
std::uint32_t fetch_page(const TaskNumber& task);
std::uint32_t fetch_slow_page(const TaskNumber& task);  ///< the server takes 5 ms

}  // namespace handoff::bench
