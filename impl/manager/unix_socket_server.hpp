#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../common/private_server.hpp"
#include "../common/unix_listener.hpp"
#include "remote_client.hpp"
#include "service.hpp"
#include "socket_channel.hpp"

/// A process that keeps all, with a thread for each client, as CPython's multiprocessing.Manager
/// has them.
namespace handoff {
namespace detail {

inline constexpr Info unix_socket_server_info{
    .name = "unix_socket_server",
    .mechanism = "a process keeps all; a thread of it serves each client over a Unix socket",
    .source = "own, unix(7)",
    .waiting = Waiting::blocks,
    .copies_per_message = 4,    // into a message, the kernel's two, into the store
    .syscalls_per_message = 4,  // send and receive on both sides
    .on_peer_death = Survivor::told,
    .survives_killed_worker = true,
    .largest_message = [] { return manager_limits.value; },
};

/// The server's side: threads over one service.
class SocketServer {
 public:
  /// How long a client may take over a request or a reply before it is sent away.
  static constexpr auto patience = std::chrono::seconds(5);

  /// Until it is killed. The other sides of `listener` are the clients.
  [[noreturn]] static void serve(int listener) {
    SocketServer server;
    int flags = ::fcntl(listener, F_GETFL);
    ::fcntl(listener, F_SETFL, flags & ~O_NONBLOCK);
    for (;;) {
      Descriptor socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
      if (socket.get() != -1) {
        server.admit(std::move(socket));
      } else if (errno != EINTR && errno != ECONNABORTED) {
        // No descriptor is free: it waits until a client has gone.
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
  }

 private:
  using Status = ManagerReply::Status;

  static bool is_ours(int socket) {
    ucred peer{};
    socklen_t length = sizeof(peer);
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
           peer.uid == geteuid();
  }

  static bool greet(SocketChannel& channel, ManagerReply reply) {
    std::string bytes;
    encode(reply, bytes);
    return channel.send(bytes);
  }

  void admit(Descriptor socket) {
    bool ours = is_ours(socket.get());
    SocketChannel channel(std::move(socket), largest_request, patience);
    if (!ours) {
      greet(channel, {.status = Status::refused});
    } else if (clients_.load(std::memory_order_relaxed) >= manager_limits.clients) {
      greet(channel, {.status = Status::too_many_clients});
    } else {
      // relaxed, here and below: a number of its own; only this thread adds to it.
      clients_.fetch_add(1, std::memory_order_relaxed);
      try {
        std::thread([this, channel = std::move(channel)]() mutable {
          converse(std::move(channel));
          clients_.fetch_sub(1, std::memory_order_relaxed);
        }).detach();
      } catch (const std::system_error&) {  // no thread is to be had: the client sees a hang-up
        clients_.fetch_sub(1, std::memory_order_relaxed);
      }
    }
  }

  void converse(SocketChannel channel) {
    try {
      std::string reply;
      bool goes_on = greet(channel, {});
      while (goes_on) {
        std::optional<std::string_view> request = channel.receive();
        if (!request) return;
        goes_on = service_.answer(*request, reply);
        goes_on = channel.send(reply) && goes_on;
      }
    } catch (const std::exception& error) {  // there is no memory for what this client asks
      dprintf(STDERR_FILENO, "unix_socket_server: %s\n", error.what());
    }
  }

  ManagerService service_{unix_socket_server_info.name};
  std::atomic<unsigned> clients_{0};
};

}  // namespace detail

class UnixSocketServer {
 public:
  static constexpr const Info& info = detail::unix_socket_server_info;
  using Client =
      detail::RemoteManagerClient<detail::SocketChannel, detail::unix_socket_server_info>;

  explicit UnixSocketServer(ManagerShape shape) : shape_(check.shape(shape)) {
    UnixListener listener(info.name, manager_limits.clients);
    file_ = std::move(listener.file);
    server_.emplace(info.name, std::move(listener.socket), detail::SocketServer::serve);
  }
  UnixSocketServer(const UnixSocketServer&) = delete;
  UnixSocketServer& operator=(const UnixSocketServer&) = delete;

  /// Raises LimitError when the server has as many clients as it takes.
  Client client(unsigned i) const { return Client(connect(i)); }
  std::vector<pid_t> servers() const { return {server_->pid()}; }

  /// The server has let it in.
  detail::SocketChannel connect(unsigned i) const {
    check.client(i, shape_);
    detail::SocketChannel channel(connected(), detail::largest_reply, detail::for_ever);
    std::optional<std::string_view> greeting = channel.receive();
    std::optional<detail::ManagerReply> reply;
    if (greeting) reply = detail::decode_reply(*greeting);
    if (!reply) check.server_died();
    using Status = detail::ManagerReply::Status;
    if (reply->status == Status::too_many_clients) check.too_many_clients();
    if (reply->status != Status::done) check.other_user();
    return channel;
  }

 private:
  static constexpr detail::ManagerChecks check{info.name};

  Descriptor connected() const {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.get() == -1) throw_errno("unix_socket_server: socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = "/proc/self/fd/" + std::to_string(file_.get());
    std::memcpy(address.sun_path, path.c_str(), path.size());
    while (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == -1) {
      if (errno != EINTR) throw_errno("unix_socket_server: connect");
    }
    return socket;
  }

  ManagerShape shape_;
  Descriptor file_;  ///< by which alone the server is reached, the same number in forked workers
  std::optional<PrivateServer> server_;
};

static_assert(Manager<UnixSocketServer>);

}  // namespace handoff
