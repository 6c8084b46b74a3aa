#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

#include "../common/cpu.hpp"
#include "../common/zeromq.hpp"
#include "contract.hpp"
#include "untaken_ends.hpp"

/// Pipes over a pair of ZeroMQ PAIR sockets, whatever the transport.
///
/// PAIR tells of no disconnection. So flags in shared memory say who has closed, after how many
/// messages, and who waits for ever looks at them from time to time.
namespace handoff::detail {

/// In shared memory, one per direction.
struct alignas(isolation) ZeromqFlow {
  std::atomic<std::uint64_t> sent{0};  ///< messages, once the writer has closed
  std::atomic<bool> writer_closed{false};
  std::atomic<bool> reader_closed{false};
  alignas(isolation) std::atomic<std::uint64_t> received{
      0};  ///< the reader's, apart: often written
};

/// So long after a close, at most, a waiter sees it.
inline constexpr int zeromq_close_check_ms = 50;
/// So long, at most, a closing end waits until its messages have been received, and the other one
/// for messages that should still come. The library's own linger does not do: over a Unix socket
/// that hangs up, the receiving library drops what it has not read from the kernel yet.
inline constexpr auto zeromq_linger = std::chrono::seconds(10);
/// Messages on each side: enough to be moved in batches, and not too much memory at 1 MiB each.
inline constexpr int zeromq_high_water_mark = 128;

/// A socket of type PAIR.
inline ZeromqSocket zeromq_pair_socket(std::string_view pipe) {
  ZeromqSocket socket(pipe, ZMQ_PAIR);
  socket.set(ZMQ_SNDTIMEO, zeromq_close_check_ms);
  socket.set(ZMQ_RCVTIMEO, zeromq_close_check_ms);
  socket.set(ZMQ_SNDHWM, zeromq_high_water_mark);
  socket.set(ZMQ_RCVHWM, zeromq_high_water_mark);
  return socket;
}

/// What the connecting end says first, where anybody could connect: 128 random bits that only the
/// pipe's own processes know.
using ZeromqKey = std::array<std::uint64_t, 2>;
enum class Greeting { none, said, awaited };

/// One end, fixed in memory. `in` and `out` are null where it does not carry messages that way.
class ZeromqConnection {
 public:
  ZeromqConnection(ZeromqSocket socket, EndDescriptors needed, ZeromqFlow* in, ZeromqFlow* out,
                   Greeting greeting = Greeting::none, ZeromqKey key = {})
      : needed_(std::move(needed)), socket_(std::move(socket)), in_(in), out_(out) {
    zmq_msg_init(&message_);
    if (greeting == Greeting::awaited) awaited_ = key;
    if (greeting == Greeting::said) say(key);
  }
  ~ZeromqConnection() {
    if (in_ != nullptr) in_->reader_closed.store(true);
    if (out_ != nullptr) {
      out_->sent.store(sent_);  // before the flag that tells to look at it
      out_->writer_closed.store(true);
      wait_until_received();
    }
    zmq_msg_close(&message_);
  }
  ZeromqConnection(const ZeromqConnection&) = delete;
  ZeromqConnection& operator=(const ZeromqConnection&) = delete;

  Status send(std::span<const std::byte> message) {
    if (out_ == nullptr) refuse("does not send");
    while (!out_->reader_closed.load()) {
      if (awaited_ && !greeted()) continue;
      if (zmq_send(socket_.get(), message.data(), message.size(), 0) != -1) {
        ++sent_;
        return Status::ok;
      }
      if (zmq_errno() != EAGAIN && zmq_errno() != EINTR) throw_zeromq(socket_.user(), "zmq_send");
    }
    return Status::closed;
  }

  Received receive(std::span<std::byte> buffer) {
    if (in_ == nullptr) refuse("does not receive");
    while (!kept_) {
      if (awaited_ && !greeted()) {
        if (at_end_of_file()) return {};
      } else if (zmq_msg_recv(&message_, socket_.get(), 0) != -1) {
        // relaxed: a count, looked at by who closes; the message came another way.
        in_->received.store(++received_, std::memory_order_relaxed);
        kept_ = true;
      } else if (zmq_errno() != EAGAIN && zmq_errno() != EINTR) {
        throw_zeromq(socket_.user(), "zmq_msg_recv");
      } else if (at_end_of_file()) {
        return {};
      }
    }
    std::size_t length = zmq_msg_size(&message_);
    if (length > buffer.size()) throw MessageTooLong(socket_.user(), length, buffer.size());
    auto* bytes = static_cast<const std::byte*>(zmq_msg_data(&message_));
    std::copy_n(bytes, length, buffer.begin());
    kept_ = false;
    return {Status::ok, length};
  }

  bool poll(Deadline deadline) {
    if (in_ == nullptr) refuse("does not receive");
    zmq_pollitem_t item{.socket = socket_.get(), .fd = -1, .events = ZMQ_POLLIN, .revents = 0};
    for (;;) {
      if (kept_ || at_end_of_file()) return true;
      auto now = Clock::now();
      long wait_ms = zeromq_close_check_ms;
      if (deadline != never && deadline <= now) wait_ms = 0;
      if (deadline != never && deadline > now) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
        wait_ms = std::min<long>(wait_ms, left.count());
      }
      int ready = zmq_poll(&item, 1, wait_ms);
      if (ready > 0 && !awaited_) return true;
      if (ready > 0) (void)greeted();  // which is no message
      if (ready == -1 && zmq_errno() != EINTR) throw_zeromq(socket_.user(), "zmq_poll");
      if (ready == 0 && wait_ms == 0) return false;
    }
  }

 private:
  [[noreturn]] void refuse(const char* fault) const {
    throw std::logic_error(std::string(socket_.user()) + ": this end " + fault);
  }

  void say(const ZeromqKey& key) {
    while (zmq_send(socket_.get(), key.data(), sizeof(key), 0) == -1) {
      if (zmq_errno() != EINTR) throw_zeromq(socket_.user(), "zmq_send");
    }
  }

  /// False when the greeting has not come yet. Raises where a stranger came before the other end.
  bool greeted() {
    if (!is_strangers_ && zmq_msg_recv(&message_, socket_.get(), 0) == -1) {
      if (zmq_errno() == EAGAIN || zmq_errno() == EINTR) return false;
      throw_zeromq(socket_.user(), "zmq_msg_recv");
    }
    is_strangers_ = zmq_msg_size(&message_) != sizeof(*awaited_) ||
                    std::memcmp(zmq_msg_data(&message_), awaited_->data(), sizeof(*awaited_)) != 0;
    if (is_strangers_) {
      throw std::runtime_error(std::string(socket_.user()) + ": a stranger has connected first");
    }
    awaited_.reset();
    return true;
  }

  void wait_until_received() const {
    Deadline deadline = after(zeromq_linger);
    while (out_->received.load() < sent_ && !out_->reader_closed.load()) {
      if (Clock::now() >= deadline) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// Raises where messages that were sent do not come any more.
  bool at_end_of_file() {
    if (!in_->writer_closed.load()) return false;
    std::uint64_t sent = in_->sent.load();
    if (received_ >= sent) return true;
    if (give_up_ == never) give_up_ = after(2 * zeromq_linger);
    if (Clock::now() < give_up_) return false;
    throw std::runtime_error(std::string(socket_.user()) + ": the other end closed, and " +
                             std::to_string(sent - received_) + " of its " + std::to_string(sent) +
                             " messages have not come");
  }

  EndDescriptors needed_;  ///< what the socket's endpoint is reached by
  ZeromqSocket socket_;
  ZeromqFlow* in_;
  ZeromqFlow* out_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  Deadline give_up_ = never;
  std::optional<ZeromqKey> awaited_;  ///< until it has come, nothing is sent nor delivered
  bool is_strangers_ = false;         ///< the connection, and stays so
  zmq_msg_t message_;
  bool kept_ = false;  ///< a message is in message_ that has not been delivered
};

/// An end of any of the transports.
template <const Info& info>
class ZeromqEnd {
 public:
  explicit ZeromqEnd(std::unique_ptr<ZeromqConnection> connection)
      : connection_(std::move(connection)) {}

  Status send(std::span<const std::byte> message) { return open().send(message); }
  Received receive(std::span<std::byte> buffer) { return open().receive(buffer); }
  bool poll(Deadline deadline) { return open().poll(deadline); }
  /// The library's own descriptor signals changes, not messages.
  int descriptor() const { return -1; }
  void close() { connection_.reset(); }

 private:
  ZeromqConnection& open() const {
    if (connection_) return *connection_;
    throw std::logic_error(std::string(info.name) + ": this end is closed");
  }

  std::unique_ptr<ZeromqConnection> connection_;
};

/// The flows of a pipe; end `i` sends by flow `i`.
class ZeromqFlows {
 public:
  explicit ZeromqFlows(Direction direction) : duplex_(direction == Direction::duplex) {}

  template <class End>
  End end(unsigned i, ZeromqSocket socket, EndDescriptors needed,
          Greeting greeting = Greeting::none, ZeromqKey key = {}) {
    ZeromqFlow* in = duplex_ || i == 1 ? &flows_[1 - i] : nullptr;
    ZeromqFlow* out = duplex_ || i == 0 ? &flows_[i] : nullptr;
    return End(std::make_unique<ZeromqConnection>(std::move(socket), std::move(needed), in, out,
                                                  greeting, key));
  }

 private:
  ZeromqFlow flows_[2];
  bool duplex_;
};

}  // namespace handoff::detail
