#pragma once

#include <optional>
#include <string>
#include <utility>

#include "byte_ring.hpp"

namespace handoff {

/// An end of a pipe over rings of bytes: it reads the one, writes the other, or does both.
template <detail::RingWaiting Wait, const Info& info>
class ByteRingEnd {
 public:
  using Ring = detail::ByteRing<Wait>;

  /// Null is a direction that the end does not have. `part_of` makes the part in two policies, the
  /// one to wait on and the one to notify.
  template <class PartOf>
  ByteRingEnd(Ring* in, Ring* out, PartOf part_of) {
    if (in != nullptr) reader_.emplace(*in, part_of(in->data, in->space));
    if (out != nullptr) writer_.emplace(*out, part_of(out->space, out->data));
  }
  ByteRingEnd(ByteRingEnd&& other) noexcept
      : reader_(std::exchange(other.reader_, std::nullopt)),
        writer_(std::exchange(other.writer_, std::nullopt)) {}
  ByteRingEnd& operator=(ByteRingEnd&& other) noexcept {
    std::swap(reader_, other.reader_);
    std::swap(writer_, other.writer_);
    return *this;
  }
  ~ByteRingEnd() { close(); }

  Status send(std::span<const std::byte> message) {
    if (!writer_) refuse("does not send");
    return writer_->send(message);
  }
  /// Raises std::runtime_error when the other end closed in the middle of a message.
  Received receive(std::span<std::byte> buffer) {
    if (!reader_) refuse("does not receive");
    return reader_->receive(buffer, info.name);
  }
  bool poll(Deadline deadline) {
    if (!reader_) refuse("does not receive");
    return reader_->poll(deadline);
  }
  int descriptor() const { return -1; }
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

  std::optional<detail::RingReader<Wait>> reader_;
  std::optional<detail::RingWriter<Wait>> writer_;
};

}  // namespace handoff
