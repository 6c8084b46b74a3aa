#pragma once

#include <nng/nng.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

/// What all that is made of nng's sockets shares. The library works in no child of a process that
/// has used it.
namespace handoff::detail {

/// So long after a close, at most, a waiter sees it.
inline constexpr nng_duration nng_close_check_ms = 50;
/// Sockets are connected once: version 1.5 can hang in nng_close() while one tries to connect
/// again, or while messages are under way (https://github.com/nanomsg/nng/issues/1543).
inline constexpr nng_duration nng_reconnect_ms = 24 * 3600 * 1000;

/// `user`: whose errors it raises.
inline void check_nng(std::string_view user, int error, const char* call) {
  if (error == 0) return;
  throw std::runtime_error(std::string(user) + ": " + call + ": " + nng_strerror(error));
}

/// An open socket of the library, for peers of this user: any other may connect to an abstract
/// name, so each side asks the kernel who the other one is before it takes the connection.
class NngSocket {
 public:
  /// `open`: nng_pair0_open, for one. `buffered_messages`: on each side.
  NngSocket(std::string_view user, int (*open)(nng_socket*), int buffered_messages) : user_(user) {
    check_nng(user, open(&socket_), "opening a socket");
    try {
      check(nng_pipe_notify(socket_, NNG_PIPE_EV_ADD_PRE, refuse_others, nullptr),
            "nng_pipe_notify");
      set(NNG_OPT_SENDTIMEO, nng_close_check_ms);
      set(NNG_OPT_RECVTIMEO, nng_close_check_ms);
      set(NNG_OPT_RECONNMINT, nng_reconnect_ms);
      set(NNG_OPT_RECONNMAXT, nng_reconnect_ms);
      check(nng_socket_set_int(socket_, NNG_OPT_SENDBUF, buffered_messages), "send-buffer");
      check(nng_socket_set_int(socket_, NNG_OPT_RECVBUF, buffered_messages), "recv-buffer");
      check(nng_socket_set_size(socket_, NNG_OPT_RECVMAXSZ, 0), "recv-size-max");  // no limit
    } catch (...) {
      nng_close(socket_);
      throw;
    }
  }
  ~NngSocket() { nng_close(socket_); }
  NngSocket(const NngSocket&) = delete;
  NngSocket& operator=(const NngSocket&) = delete;

  nng_socket get() const { return socket_; }
  void set(const char* option, nng_duration ms) {
    check(nng_socket_set_ms(socket_, option, ms), option);
  }
  void check(int error, const char* call) const { check_nng(user_, error, call); }

 private:
  static void refuse_others(nng_pipe connection, nng_pipe_ev, void*) {
    std::uint64_t user = 0;
    int error = nng_pipe_get_uint64(connection, NNG_OPT_IPC_PEER_UID, &user);
    if (error != 0 || user != geteuid()) nng_pipe_close(connection);
  }

  std::string_view user_;
  nng_socket socket_ = NNG_SOCKET_INITIALIZER;
};

struct NngMessageFree {
  void operator()(nng_msg* message) const { nng_msg_free(message); }
};
using NngMessage = std::unique_ptr<nng_msg, NngMessageFree>;

}  // namespace handoff::detail
