#pragma once

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "../common/cpu.hpp"
#include "../common/names.hpp"
#include "contract.hpp"

/// A pair of nng sockets (protocol pair, version 0) over a Unix socket with an abstract name, which
/// leaves nothing behind.
///
/// Any user may connect to such a name, so each side asks the kernel who the other one is before
/// it takes the connection. The library works in no child of a process that has used it: an end
/// makes its socket when it is used first. As pair sockets tell of no disconnection, flags in
/// shared memory say who has closed, after how many messages, and who waits for ever looks at them
/// from time to time.
namespace handoff {
namespace detail {

/// In shared memory, one per direction.
struct alignas(isolation) NngFlow {
  std::atomic<std::uint64_t> sent{0};  ///< messages, once the writer has closed
  std::atomic<bool> writer_closed{false};
  std::atomic<bool> reader_closed{false};
  alignas(isolation) std::atomic<std::uint64_t> received{0};  ///< apart: often written
};

/// So long after a close, at most, a waiter sees it.
inline constexpr nng_duration nng_close_check_ms = 50;
/// So long, at most, a closing end waits for its messages to be received: the library drops what
/// it has not handed to the kernel.
inline constexpr auto nng_linger = std::chrono::seconds(10);
/// Messages on each side: enough to keep both busy, and not too much memory at 1 MiB each.
inline constexpr int nng_buffered_messages = 128;
/// Between attempts of the end that connects, which may come before the other one listens.
inline constexpr nng_duration nng_reconnect_ms = 1;

inline void check_nng(int error, const char* call) {
  if (error == 0) return;
  throw std::runtime_error(std::string("nng_pair_ipc: ") + call + ": " + nng_strerror(error));
}

/// An open socket of the library.
class NngSocket {
 public:
  NngSocket(const std::string& url, bool listens) {
    check_nng(nng_pair0_open(&socket_), "nng_pair0_open");
    try {
      check_nng(nng_pipe_notify(socket_, NNG_PIPE_EV_ADD_PRE, refuse_others, nullptr),
                "nng_pipe_notify");
      set(NNG_OPT_SENDTIMEO, nng_close_check_ms);
      set(NNG_OPT_RECVTIMEO, nng_close_check_ms);
      set(NNG_OPT_RECONNMINT, nng_reconnect_ms);
      set(NNG_OPT_RECONNMAXT, nng_reconnect_ms);
      check_nng(nng_socket_set_int(socket_, NNG_OPT_SENDBUF, nng_buffered_messages), "send-buffer");
      check_nng(nng_socket_set_int(socket_, NNG_OPT_RECVBUF, nng_buffered_messages), "recv-buffer");
      check_nng(nng_socket_set_size(socket_, NNG_OPT_RECVMAXSZ, 0), "recv-size-max");  // no limit
      if (listens) {
        check_nng(nng_listen(socket_, url.c_str(), nullptr, 0), "nng_listen");
      } else {
        check_nng(nng_dial(socket_, url.c_str(), nullptr, NNG_FLAG_NONBLOCK), "nng_dial");
      }
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
    check_nng(nng_socket_set_ms(socket_, option, ms), option);
  }

 private:
  static void refuse_others(nng_pipe connection, nng_pipe_ev, void*) {
    std::uint64_t user = 0;
    int error = nng_pipe_get_uint64(connection, NNG_OPT_IPC_PEER_UID, &user);
    if (error != 0 || user != geteuid()) nng_pipe_close(connection);
  }

  nng_socket socket_ = NNG_SOCKET_INITIALIZER;
};

struct NngMessageFree {
  void operator()(nng_msg* message) const { nng_msg_free(message); }
};

/// One end, fixed in memory. `in` and `out` are null where it does not carry messages that way.
class NngConnection {
 public:
  NngConnection(std::string url, bool listens, NngFlow* in, NngFlow* out)
      : url_(std::move(url)), listens_(listens), in_(in), out_(out) {}
  ~NngConnection() {
    if (in_ != nullptr) in_->reader_closed.store(true);
    if (out_ == nullptr) return;
    out_->sent.store(sent_);  // before the flag that tells to look at it
    out_->writer_closed.store(true);
    Deadline deadline = after(nng_linger);
    while (out_->received.load() < sent_ && !out_->reader_closed.load()) {
      if (Clock::now() >= deadline) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  NngConnection(const NngConnection&) = delete;
  NngConnection& operator=(const NngConnection&) = delete;

  Status send(std::span<const std::byte> message) {
    if (out_ == nullptr) refuse("does not send");
    while (!out_->reader_closed.load()) {
      // Not changed: nng_send copies from the data unless it is given away.
      auto* data = const_cast<std::byte*>(message.data());
      int error = nng_send(socket().get(), data, message.size(), 0);
      if (error == 0) {
        ++sent_;
        return Status::ok;
      }
      if (error != NNG_ETIMEDOUT) check_nng(error, "nng_send");
    }
    return Status::closed;
  }

  Received receive(std::span<std::byte> buffer) {
    if (in_ == nullptr) refuse("does not receive");
    while (!message_ && !fetch(0)) {
      if (at_end_of_file()) return {};
    }
    std::size_t length = nng_msg_len(message_.get());
    if (length > buffer.size()) throw MessageTooLong("nng_pair_ipc", length, buffer.size());
    std::copy_n(static_cast<const std::byte*>(nng_msg_body(message_.get())), length,
                buffer.begin());
    message_.reset();
    return {Status::ok, length};
  }

  /// A message that has come is taken and kept: the library's descriptor would cost system calls
  /// for every message.
  bool poll(Deadline deadline) {
    if (in_ == nullptr) refuse("does not receive");
    for (;;) {
      if (message_ || fetch(NNG_FLAG_NONBLOCK) || at_end_of_file()) return true;
      auto now = Clock::now();
      if (deadline != never && deadline <= now) return false;
      auto wait = std::chrono::milliseconds(nng_close_check_ms);
      if (deadline != never) {
        wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(deadline - now));
      }
      socket().set(NNG_OPT_RECVTIMEO, static_cast<nng_duration>(wait.count()));
      bool came = fetch(0);
      socket().set(NNG_OPT_RECVTIMEO, nng_close_check_ms);
      if (came) return true;
    }
  }

 private:
  [[noreturn]] static void refuse(const char* fault) {
    throw std::logic_error(std::string("nng_pair_ipc: this end ") + fault);
  }

  NngSocket& socket() {
    if (!socket_) socket_ = std::make_unique<NngSocket>(url_, listens_);
    return *socket_;
  }

  /// Takes the next message; false when none has come in time.
  bool fetch(int flags) {
    nng_msg* message = nullptr;
    int error = nng_recvmsg(socket().get(), &message, flags);
    if (error == NNG_ETIMEDOUT || error == NNG_EAGAIN) return false;
    check_nng(error, "nng_recvmsg");
    message_.reset(message);
    // relaxed: a count, looked at by who closes; the message came another way.
    in_->received.store(++received_, std::memory_order_relaxed);
    return true;
  }

  /// Raises where messages that were sent do not come any more.
  bool at_end_of_file() {
    if (!in_->writer_closed.load()) return false;
    std::uint64_t sent = in_->sent.load();
    if (received_ >= sent) return true;
    if (give_up_ == never) give_up_ = after(2 * nng_linger);
    if (Clock::now() < give_up_) return false;
    throw std::runtime_error("nng_pair_ipc: the other end closed, and " +
                             std::to_string(sent - received_) + " of its " + std::to_string(sent) +
                             " messages have not come");
  }

  std::string url_;
  bool listens_;
  NngFlow* in_;
  NngFlow* out_;
  std::unique_ptr<NngSocket> socket_;  ///< made by the first use
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  Deadline give_up_ = never;
  std::unique_ptr<nng_msg, NngMessageFree> message_;  ///< one that has not been delivered
};

}  // namespace detail

class NngPairIpc {
 public:
  static constexpr Info info{
      .name = "nng_pair_ipc",
      .mechanism = "pair sockets over a Unix socket, each process with threads of the library",
      .source = "nng 1.5",
      .producers = Holders::one,
      .consumers = Holders::one,
      .copies_per_message = 4,    // into and out of the library's message, two by the kernel
      .syscalls_per_message = 3,
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
    const std::string name = unguessable_name();
    std::copy_n(name.c_str(), std::min(name.size(), sizeof(name_) - 1), name_);
  }

  /// Each end once: a closed one stays closed.
  End end(unsigned i) {
    if (i > 1) throw std::out_of_range("a pipe has the ends 0 and 1, not " + std::to_string(i));
    detail::NngFlow* in = duplex_ || i == 1 ? &flows_[1 - i] : nullptr;
    detail::NngFlow* out = duplex_ || i == 0 ? &flows_[i] : nullptr;
    return End(std::make_unique<detail::NngConnection>(std::string("abstract://") + name_, i == 0,
                                                       in, out));
  }
  /// Nothing to let go of: there are no descriptors yet.
  void abandon() {}

 private:
  detail::NngFlow flows_[2];  ///< end `i` sends by flow `i`
  bool duplex_;
  char name_[64] = {};  ///< in shared memory: both ends come here for it
};

static_assert(Pipe<NngPairIpc>);

}  // namespace handoff
