#pragma once

#include <sys/socket.h>

#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <vector>

#include "../common/private_server.hpp"
#include "contract.hpp"
#include "element_server.hpp"

/// Elements that a process keeps for all others, as CPython's multiprocessing.Manager does.
namespace handoff {
namespace detail {

inline constexpr Info value_server_info{
    .name = "value_server",
    .mechanism = "a process keeps the elements; each worker asks it over a Unix socket of its own",
    .source = "socketpair(2), epoll(7)",
    .waiting = Waiting::blocks,
    .copies_per_message = 2,
    .syscalls_per_message = 5,  // send and receive; the server waits, receives and sends
    .on_peer_death = Survivor::told,
};

/// A worker's connection to the server. Not to be kept over a fork: the child would share it, and
/// hold it open after its worker has been killed.
class ElementConnection {
 public:
  using Kind = ElementRequest::Kind;

  /// By the socket over which the server takes sockets. A passed one has no name to be guessed.
  explicit ElementConnection(int entrance) {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) == -1) fail("socketpair");
    socket_.reset(both[0]);
    Descriptor theirs(both[1]);
    char byte = 0;
    iovec data{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* passed = CMSG_FIRSTHDR(&message);
    passed->cmsg_level = SOL_SOCKET;
    passed->cmsg_type = SCM_RIGHTS;
    passed->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(passed), &both[1], sizeof(int));
    while (::sendmsg(entrance, &message, MSG_NOSIGNAL) == -1) {
      if (errno != EINTR) fail("the server has gone");
    }
  }

  void ask(const ElementRequest& request, std::span<const std::byte> payload,
           std::span<std::byte> answer) const {
    iovec parts[] = {{const_cast<ElementRequest*>(&request), sizeof(request)},
                     {const_cast<std::byte*>(payload.data()), payload.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = payload.empty() ? 1 : 2;
    ssize_t sent = -1;
    while ((sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL)) == -1) {
      if (errno != EINTR) fail("the server has gone");
    }
    // A stream socket takes less than all only when a signal comes, and never less than a head.
    auto taken = static_cast<std::size_t>(sent) - sizeof(request);
    if (!send_whole(socket_.get(), payload.subspan(taken)) ||
        !receive_whole(socket_.get(), answer)) {
      errno = ECONNRESET;
      fail("the server has gone, or refused");
    }
  }
  void ask(const ElementRequest& request, std::span<const std::byte> payload = {}) const {
    ElementDone done{};
    ask(request, payload, std::as_writable_bytes(std::span(&done, 1)));
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    throw_errno(std::string("value_server: ") + what);
  }

  Descriptor socket_;
};

/// This process's server, started with its first value; its forked children use it too, for values
/// that were made before.
class ElementKeeper {
 public:
  static ElementKeeper& of_this_process() {
    static std::mutex mutex;
    static std::unique_ptr<ElementKeeper> keeper;
    std::scoped_lock lock(mutex);
    if (!keeper || keeper->owner_ != getpid()) {
      // Inherited over a fork: its values are in use, so that its socket stays open.
      (void)keeper.release();  // NOLINT(bugprone-unused-return-value)
      keeper.reset(new ElementKeeper);
    }
    return *keeper;
  }

  int entrance() const { return entrance_.get(); }
  pid_t server() const { return server_->pid(); }

 private:
  ElementKeeper() {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) == -1) {
      throw_errno("value_server: socketpair");
    }
    entrance_.reset(both[0]);
    server_.emplace("value_server", Descriptor(both[1]), ElementServer::serve);
  }

  pid_t owner_ = getpid();
  Descriptor entrance_;
  std::optional<PrivateServer> server_;
};

}  // namespace detail

template <class T, std::size_t Length>
class ValueServer {
  using Request = detail::ElementRequest;
  using Kind = Request::Kind;

 public:
  using value_type = T;
  static constexpr bool locked = true;
  static constexpr const Info& info = detail::value_server_info;

  class Handle {
   public:
    Handle(int entrance, std::uint32_t value) : connection_(entrance), value_(value) {}

    T load(std::size_t index) const {
      T value;
      read(index, std::span(&value, 1));
      return value;
    }
    void store(T value, std::size_t index) { write(index, std::span<const T>(&value, 1)); }
    void add(T value, std::size_t index) {
      if constexpr (std::is_integral_v<T>) {
        connection_.ask(request(Kind::add, index, 1), std::as_bytes(std::span(&value, 1)));
      } else {
        update([&](const T& before) { return static_cast<T>(before + value); }, index);
      }
    }
    template <class Change>
    void update(Change change, std::size_t index) {
      T value;
      connection_.ask(request(Kind::lock, index, 1), {},
                      std::as_writable_bytes(std::span(&value, 1)));
      try {
        value = change(value);
      } catch (...) {
        connection_.ask(request(Kind::unlock, index, 0));
        throw;
      }
      connection_.ask(request(Kind::commit, index, 1), std::as_bytes(std::span(&value, 1)));
    }
    void read(std::size_t index, std::span<T> into) const {
      Request asked = request(Kind::read, index, into.size());
      if (!into.empty()) connection_.ask(asked, {}, std::as_writable_bytes(into));
    }
    void write(std::size_t index, std::span<const T> from) {
      connection_.ask(request(Kind::write, index, from.size()), std::as_bytes(from));
    }

   private:
    Request request(Kind kind, std::size_t index, std::size_t count) const {
      check_range(info.name, index, count, Length);
      return {kind, value_, index * sizeof(T), count * sizeof(T)};
    }

    detail::ElementConnection connection_;
    std::uint32_t value_;
  };

  explicit ValueServer(ValueShape shape) : workers_(info.name, shape.workers) {
    detail::ElementKeeper& keeper = detail::ElementKeeper::of_this_process();
    entrance_ = keeper.entrance();
    server_ = keeper.server();
    detail::ElementConnection(entrance_).ask(
        {.kind = Kind::create, .value = 0, .first = 0, .bytes = sizeof(T) * Length}, {},
        std::as_writable_bytes(std::span(&value_, 1)));
  }
  ~ValueServer() {
    try {
      detail::ElementConnection(entrance_).ask(
          {.kind = Kind::drop, .value = value_, .first = 0, .bytes = 0});
    } catch (const std::exception&) {
      return;  // a server that has gone keeps nothing
    }
  }
  ValueServer(const ValueServer&) = delete;
  ValueServer& operator=(const ValueServer&) = delete;

  Handle handle(unsigned worker) {
    return Handle(workers_.for_worker(*this, worker).entrance_, value_);
  }
  std::vector<pid_t> servers() const { return {server_}; }

 private:
  NumberedWorkers workers_;
  int entrance_ = -1;  ///< the same number in forked workers
  pid_t server_ = -1;
  std::uint32_t value_ = 0;
};

}  // namespace handoff
