#pragma once

#include <utility>

#include "../common/watching_park.hpp"
#include "byte_ring.hpp"

/// A ring of bytes per direction in shared memory, with a waiting policy for both sides.
namespace handoff {

/// An end that is never closed, because its process was killed, leaves the other one waiting,
/// unless the policy watches for that.
template <WaitingPolicy Wait>
class SharedRing {
 public:
  static constexpr Info info{
      .name = "shared_ring",
      .policy = Wait::name,
      .mechanism = "a ring of 1 MiB per direction, long messages in pieces",
      .producers = Holders::one,
      .consumers = Holders::one,
      .waiting = Wait::waiting,
      .copies_per_message = 2,
      .syscalls_per_message = 0,
      .on_peer_death = Part<Wait>::on_peer_death,
  };

  class End {
   public:
    End(detail::ByteRing<Wait>* in, detail::ByteRing<Wait>* out) {
      if (in != nullptr) reader_.emplace(*in);
      if (out != nullptr) writer_.emplace(*out);
    }
    End(End&& other) noexcept
        : reader_(std::exchange(other.reader_, std::nullopt)),
          writer_(std::exchange(other.writer_, std::nullopt)) {}
    End& operator=(End&& other) noexcept {
      std::swap(reader_, other.reader_);
      std::swap(writer_, other.writer_);
      return *this;
    }
    ~End() { close(); }

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

  explicit SharedRing(PipeShape shape) : direction_(shape.direction) {}

  /// Each end once: a closed one stays closed.
  End end(unsigned i) {
    if (i > 1) throw std::out_of_range("a pipe has the ends 0 and 1, not " + std::to_string(i));
    bool duplex = direction_ == Direction::duplex;
    return End(duplex || i == 1 ? &rings_[1 - i] : nullptr,
               duplex || i == 0 ? &rings_[i] : nullptr);
  }
  /// Nothing to let go of: there are no descriptors.
  void abandon() {}

 private:
  detail::ByteRing<Wait> rings_[2];  ///< what ends 0 and 1 send
  Direction direction_;
};

static_assert(Pipe<SharedRing<Spin>> && Pipe<SharedRing<Park>> && Pipe<SharedRing<EventfdPark>>);

}  // namespace handoff
