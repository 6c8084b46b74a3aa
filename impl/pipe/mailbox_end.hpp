#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/descriptor_poll.hpp"
#include "contract.hpp"

/// Ends of a pipe over two queues of messages, one per direction.
///
/// A queue knows no close: flags beside it say who has gone, and who sleeps is woken through the
/// queue itself. A writer that closes puts an end mark behind its messages; where the queue is
/// full the reader does not sleep and will see the flag. A reader that closes takes out what is
/// left, so that the writer finds space and then sees the flag.
namespace handoff {

/// In shared memory, one per direction. Sequentially consistent: written once, read once per
/// message, and seen by whoever takes the queue's lock later.
struct alignas(isolation) MailboxFlags {
  Atomic<bool> writer_closed{false};
  Atomic<bool> reader_closed{false};
};

/// What was taken out of a mailbox; the bytes are its own, until the next is taken.
struct Mail {
  std::span<const std::byte> bytes;
  bool end_mark = false;
};

/// A handle to a queue, of one end and direction. `put` blocks; `try_put_end_mark` leaves it where
/// the queue is full; `take` gives nothing once the deadline has passed.
template <class Box>
concept Mailbox = std::movable<Box> &&
    requires(Box box, std::span<const std::byte> message, Deadline deadline) {
  { box.largest() } -> std::same_as<std::size_t>;  // message in bytes
  box.put(message);
  box.try_put_end_mark();
  { box.take(deadline) } -> std::same_as<std::optional<Mail>>;
  { box.descriptor() } -> std::same_as<int>;  // pollable for input, or -1
};

template <Mailbox Box>
class MailboxReader {
 public:
  MailboxReader(Box box, MailboxFlags& flags) : box_(std::move(box)), flags_(&flags) {}

  Received receive(std::span<std::byte> buffer, std::string_view pipe) {
    if (!kept_ && !fetch(never)) return {};
    if (kept_->size() > buffer.size()) throw MessageTooLong(pipe, kept_->size(), buffer.size());
    std::copy(kept_->begin(), kept_->end(), buffer.begin());
    return {Status::ok, std::exchange(kept_, std::nullopt)->size()};
  }

  /// Without a descriptor there is no looking: a message that has come is taken and kept.
  bool poll(Deadline deadline) {
    if (kept_ || ended_ || flags_->writer_closed.load(std::memory_order_seq_cst)) return true;
    if (box_.descriptor() != -1) return poll_input(box_.descriptor(), deadline);
    return fetch(deadline) || ended_;
  }

  int descriptor() const { return box_.descriptor(); }

  void close() {
    flags_->reader_closed.store(true, std::memory_order_seq_cst);
    while (box_.take(at_once)) {
    }
  }

 private:
  /// False at end of file, and once the deadline has passed.
  bool fetch(Deadline deadline) {
    if (ended_) return false;
    bool closed = flags_->writer_closed.load(std::memory_order_seq_cst);
    auto mail = box_.take(closed ? at_once : deadline);
    ended_ = mail ? mail->end_mark : closed;
    if (!mail || mail->end_mark) return false;
    kept_ = mail->bytes;
    return true;
  }

  Box box_;
  MailboxFlags* flags_;
  std::optional<std::span<const std::byte>> kept_;  ///< a message not delivered yet
  bool ended_ = false;
};

template <Mailbox Box>
class MailboxWriter {
 public:
  MailboxWriter(Box box, MailboxFlags& flags) : box_(std::move(box)), flags_(&flags) {}

  Status send(std::span<const std::byte> message, std::string_view pipe, const char* advice) {
    if (message.size() > box_.largest()) {
      throw LimitError(pipe, "message in bytes", message.size(), box_.largest(), advice);
    }
    if (flags_->reader_closed.load(std::memory_order_seq_cst)) return Status::closed;
    box_.put(message);
    return Status::ok;
  }

  void close() {
    flags_->writer_closed.store(true, std::memory_order_seq_cst);
    box_.try_put_end_mark();
  }

 private:
  Box box_;
  MailboxFlags* flags_;
};

/// `advice`: what to do about a message that is too long.
template <Mailbox Box, const Info& info, const char* advice>
class MailboxEnd {
 public:
  /// End `i`; `flags` are of what ends 0 and 1 send.
  MailboxEnd(unsigned i, std::optional<Box> in, std::optional<Box> out, MailboxFlags* flags) {
    if (in) reader_.emplace(std::move(*in), flags[1 - i]);
    if (out) writer_.emplace(std::move(*out), flags[i]);
  }
  MailboxEnd(MailboxEnd&& other) noexcept
      : reader_(std::exchange(other.reader_, std::nullopt)),
        writer_(std::exchange(other.writer_, std::nullopt)) {}
  MailboxEnd& operator=(MailboxEnd&& other) noexcept {
    std::swap(reader_, other.reader_);
    std::swap(writer_, other.writer_);
    return *this;
  }
  ~MailboxEnd() { close(); }

  /// Raises LimitError when the message is over Info::largest_message.
  Status send(std::span<const std::byte> message) {
    if (!writer_) refuse("does not send");
    return writer_->send(message, info.name, advice);
  }
  Received receive(std::span<std::byte> buffer) {
    if (!reader_) refuse("does not receive");
    return reader_->receive(buffer, info.name);
  }
  bool poll(Deadline deadline) {
    if (!reader_) refuse("does not receive");
    return reader_->poll(deadline);
  }
  int descriptor() const { return reader_ ? reader_->descriptor() : -1; }
  void close() {
    if (reader_) reader_->close();
    if (writer_) writer_->close();
    reader_.reset();
    writer_.reset();
  }

 private:
  [[noreturn]] static void refuse(const char* fault) {
    throw std::logic_error(std::string(info.name) + ": this end " + fault + ", or is closed");
  }

  std::optional<MailboxReader<Box>> reader_;
  std::optional<MailboxWriter<Box>> writer_;
};

}  // namespace handoff
