#pragma once

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "../common/cpu.hpp"
#include "../common/nng.hpp"
#include "contract.hpp"

/// One end of a pipe over nng sockets (protocol pair, version 0).
///
/// The library works in no child of a process that has used it: an end makes its socket when it is
/// used first. As pair sockets tell of no disconnection, flags in shared memory say who has closed,
/// after how many messages, and who waits for ever looks at them from time to time.
namespace handoff::detail {

/// In shared memory, one per direction. Sequentially consistent but for the counts: the writer says
/// that it sends and looks whether the reader has closed, the reader the other way round, so that
/// one sees the other.
struct alignas(isolation) NngFlow {
  std::atomic<std::uint64_t> sent{0};  ///< messages
  std::atomic<bool> sending{false};
  std::atomic<bool> writer_closed{false};
  alignas(isolation) std::atomic<std::uint64_t> received{0};  ///< the reader's, apart
  std::atomic<bool> reader_closed{false};
  std::atomic<bool> drained{false};  ///< the reader has closed, and nothing is under way to it
};

/// In shared memory: where the ends meet.
struct NngMeeting {
  char url[64] = {};
  std::atomic<bool> listening{false};
};

/// So long, at most, a closing end waits for its messages to be received: the library drops what
/// it has not handed to the kernel. And as nng_close() may hang while messages are under way, a
/// reader first takes out what is left.
inline constexpr auto nng_linger = std::chrono::seconds(10);
/// Messages on each side: enough to keep both busy, and not too much memory at 1 MiB each.
inline constexpr int nng_buffered_messages = 128;
/// One end, fixed in memory. `in` and `out` are null where it does not carry messages that way.
class NngConnection {
 public:
  NngConnection(NngMeeting& meeting, bool listens, NngFlow* in, NngFlow* out)
      : meeting_(&meeting), listens_(listens), in_(in), out_(out) {}
  ~NngConnection() {
    if (in_ != nullptr) drain();
    if (out_ == nullptr) return;
    out_->writer_closed.store(true);
    Deadline deadline = after(nng_linger);
    while (out_->received.load() < sent_ && !out_->drained.load() && Clock::now() < deadline) {
      pause();
    }
  }
  NngConnection(const NngConnection&) = delete;
  NngConnection& operator=(const NngConnection&) = delete;

  Status send(std::span<const std::byte> message) {
    if (out_ == nullptr) refuse("does not send");
    const Sending sending(*out_);
    while (!out_->reader_closed.load()) {
      if (!connect()) {
        pause();
        continue;
      }
      // Not changed: nng_send copies from the data unless it is given away.
      auto* data = const_cast<std::byte*>(message.data());
      int error = nng_send(socket_->get(), data, message.size(), 0);
      if (error == 0) {
        // relaxed: before the end of sending, after which the reader looks at it.
        out_->sent.store(++sent_, std::memory_order_relaxed);
        return Status::ok;
      }
      if (error != NNG_ETIMEDOUT) check_nng("nng_pair_ipc", error, "nng_send");
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
      if (!socket_) {
        pause();
        continue;
      }
      auto wait = std::chrono::milliseconds(nng_close_check_ms);
      if (deadline != never) {
        wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(deadline - now));
      }
      socket_->set(NNG_OPT_RECVTIMEO, static_cast<nng_duration>(wait.count()));
      bool came = fetch(0);
      socket_->set(NNG_OPT_RECVTIMEO, nng_close_check_ms);
      if (came) return true;
    }
  }

 private:
  /// Tells the reader for as long as it lives.
  class Sending {
   public:
    explicit Sending(NngFlow& flow) : flow_(flow) { flow_.sending.store(true); }
    ~Sending() { flow_.sending.store(false); }
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;

   private:
    NngFlow& flow_;
  };

  [[noreturn]] static void refuse(const char* fault) {
    throw std::logic_error(std::string("nng_pair_ipc: this end ") + fault);
  }

  /// Closes for the writer, and drops what comes until nothing more will.
  void drain() {
    in_->reader_closed.store(true);
    Deadline deadline = after(nng_linger);
    while (socket_ && (in_->sending.load() || received_ < in_->sent.load())) {
      nng_msg* message = nullptr;
      if (nng_recvmsg(socket_->get(), &message, NNG_FLAG_NONBLOCK) == 0) {
        nng_msg_free(message);
        ++received_;
      } else if (Clock::now() >= deadline) {
        return;
      } else {
        pause();
      }
    }
    in_->drained.store(true);
  }

  static void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

  bool other_has_closed() const {
    return in_ != nullptr ? in_->writer_closed.load() : out_->reader_closed.load();
  }

  /// False where the other end does not listen yet, or no longer.
  bool connect() {
    if (socket_) return true;
    // acquire: what listens was made before.
    if (!listens_ && !meeting_->listening.load(std::memory_order_acquire)) return false;
    auto socket =
        std::make_unique<NngSocket>("nng_pair_ipc", nng_pair0_open, nng_buffered_messages);
    if (listens_) {
      check_nng("nng_pair_ipc", nng_listen(socket->get(), meeting_->url, nullptr, 0), "nng_listen");
      meeting_->listening.store(true, std::memory_order_release);
    } else if (int error = nng_dial(socket->get(), meeting_->url, nullptr, 0); error != 0) {
      if (other_has_closed()) return false;
      check_nng("nng_pair_ipc", error, "nng_dial");
    }
    socket_ = std::move(socket);
    return true;
  }

  /// Takes the next message; false when none has come in time.
  bool fetch(int flags) {
    nng_msg* message = nullptr;
    if (!connect()) {
      if (flags == 0) pause();
      return false;
    }
    int error = nng_recvmsg(socket_->get(), &message, flags);
    if (error == NNG_ETIMEDOUT || error == NNG_EAGAIN) return false;
    check_nng("nng_pair_ipc", error, "nng_recvmsg");
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

  NngMeeting* meeting_;
  bool listens_;
  NngFlow* in_;
  NngFlow* out_;
  std::unique_ptr<NngSocket> socket_;  ///< made by the first use
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  Deadline give_up_ = never;
  NngMessage message_;  ///< one that has not been delivered
};

}  // namespace handoff::detail
