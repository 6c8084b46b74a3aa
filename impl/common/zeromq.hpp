#pragma once

#include <unistd.h>
#include <zmq.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// What all that is made of ZeroMQ's sockets shares.
namespace handoff::detail {

[[noreturn]] inline void throw_zeromq(std::string_view user, const char* call) {
  throw std::runtime_error(std::string(user) + ": " + call + ": " + zmq_strerror(zmq_errno()));
}

/// One per process, as the library's guide advises; ended with the last end that uses it.
inline std::shared_ptr<void> zeromq_context(std::string_view user) {
  static std::mutex mutex;
  static std::weak_ptr<void> current;
  static pid_t owner = -1;
  std::scoped_lock lock(mutex);
  // A context that a fork has copied is without its threads: never to be used.
  std::shared_ptr<void> context = owner == getpid() ? current.lock() : nullptr;
  if (context) return context;
  void* made = zmq_ctx_new();
  if (made == nullptr) throw_zeromq(user, "zmq_ctx_new");
  context.reset(made, [](void* ending) {
    while (zmq_ctx_term(ending) == -1 && zmq_errno() == EINTR) {
    }
  });
  current = context;
  owner = getpid();
  return context;
}

/// A socket and what keeps it usable. It drops what it has not sent when it is closed.
class ZeromqSocket {
 public:
  /// `user`: whose errors it raises. `type`: ZMQ_PAIR, for one.
  ZeromqSocket(std::string_view user, int type)
      : user_(user), context_(zeromq_context(user)), socket_(zmq_socket(context_.get(), type)) {
    if (socket_ == nullptr) throw_zeromq(user, "zmq_socket");
    set(ZMQ_LINGER, 0);
  }
  ZeromqSocket(ZeromqSocket&& other) noexcept
      : user_(other.user_),
        context_(std::move(other.context_)),
        socket_(std::exchange(other.socket_, nullptr)) {}
  ZeromqSocket& operator=(ZeromqSocket&&) = delete;
  ~ZeromqSocket() {
    if (socket_ != nullptr) zmq_close(socket_);
  }

  void* get() const { return socket_; }
  std::string_view user() const { return user_; }
  void set(int option, int value) {
    if (zmq_setsockopt(socket_, option, &value, sizeof(value)) == -1) {
      throw_zeromq(user_, "zmq_setsockopt");
    }
  }
  void bind(const std::string& endpoint) {
    if (zmq_bind(socket_, endpoint.c_str()) == -1) throw_zeromq(user_, "zmq_bind");
  }
  void connect(const std::string& endpoint) {
    if (zmq_connect(socket_, endpoint.c_str()) == -1) throw_zeromq(user_, "zmq_connect");
  }

 private:
  std::string_view user_;
  std::shared_ptr<void> context_;
  void* socket_;
};

}  // namespace handoff::detail
