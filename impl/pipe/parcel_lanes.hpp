#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "../common/cpu.hpp"
#include "contract.hpp"

/// Pipes between threads over a library's queue of one producer and one consumer.
///
/// Each direction has a fixed number of buffers. They travel to the reader through one queue and
/// back, for the next message, through another: so the writer waits for a slow reader even where
/// the queue itself is unbounded, and no memory is allocated once the buffers are long enough.
namespace handoff {

/// As deep as the other pipes are with messages of 4 KiB.
inline constexpr std::size_t parcels_per_direction = 16;

using Parcel = std::vector<std::byte>;

/// What a lane must hold: every parcel of a direction, and an end mark.
inline constexpr std::size_t parcel_lane_capacity = parcels_per_direction + 1;

/// A queue of parcels; null is an end mark. `put` never has to wait.
template <class L>
concept ParcelLane = requires(L lane, Parcel* parcel, Parcel*& taken, Deadline deadline) {
  lane.put(parcel);
  { lane.take(taken, deadline) } -> std::same_as<bool>;  // false once the deadline has passed
};

template <ParcelLane Lane>
struct ParcelDirection {
  std::array<Parcel, parcels_per_direction> parcels;
  Lane full;   ///< to the reader
  Lane empty;  ///< back to the writer
  alignas(isolation) std::atomic<bool> reader_closed{false};

  ParcelDirection() {
    for (Parcel& parcel : parcels) empty.put(&parcel);
  }
};

template <ParcelLane Lane>
class ParcelWriter {
 public:
  explicit ParcelWriter(ParcelDirection<Lane>& direction) : direction_(&direction) {}

  Status send(std::span<const std::byte> message) {
    // relaxed: only tells to stop, orders nothing; who waits for a parcel gets the end mark.
    if (direction_->reader_closed.load(std::memory_order_relaxed)) return Status::closed;
    Parcel* parcel = nullptr;
    (void)direction_->empty.take(parcel, never);
    if (parcel == nullptr) return Status::closed;
    parcel->assign(message.begin(), message.end());
    direction_->full.put(parcel);
    return Status::ok;
  }
  void close() { direction_->full.put(nullptr); }

 private:
  ParcelDirection<Lane>* direction_;
};

template <ParcelLane Lane>
class ParcelReader {
 public:
  explicit ParcelReader(ParcelDirection<Lane>& direction) : direction_(&direction) {}

  Received receive(std::span<std::byte> buffer, std::string_view pipe) {
    if (!poll(never) || kept_ == nullptr) return {};
    std::size_t length = kept_->size();
    if (length > buffer.size()) throw MessageTooLong(pipe, length, buffer.size());
    std::copy(kept_->begin(), kept_->end(), buffer.begin());
    direction_->empty.put(std::exchange(kept_, nullptr));
    return {Status::ok, length};
  }
  /// There is no looking: a message that has come is taken and kept.
  bool poll(Deadline deadline) {
    if (kept_ != nullptr || ended_) return true;
    if (!direction_->full.take(kept_, deadline)) return false;
    ended_ = kept_ == nullptr;
    return true;
  }
  void close() {
    direction_->reader_closed.store(true, std::memory_order_relaxed);
    direction_->empty.put(nullptr);
  }

 private:
  ParcelDirection<Lane>* direction_;
  Parcel* kept_ = nullptr;  ///< a message not delivered yet
  bool ended_ = false;
};

template <ParcelLane Lane, const Info& pipe_info>
class ParcelPipe {
 public:
  static constexpr const Info& info = pipe_info;

  class End {
   public:
    End(ParcelDirection<Lane>* in, ParcelDirection<Lane>* out) {
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

    std::optional<ParcelReader<Lane>> reader_;
    std::optional<ParcelWriter<Lane>> writer_;
  };

  explicit ParcelPipe(PipeShape shape) : direction_(shape.direction) {
    if (shape.peers == Peers::threads) return;
    throw std::invalid_argument(std::string(info.name) + " does not work between processes");
  }

  /// Each end once: a closed one stays closed.
  End end(unsigned i) {
    check_end(info.name, i);
    bool duplex = direction_ == Direction::duplex;
    return End(duplex || i == 1 ? &lanes_[1 - i] : nullptr,
               duplex || i == 0 ? &lanes_[i] : nullptr);
  }
  /// Nothing to let go of: there are no descriptors.
  void abandon() {}

 private:
  ParcelDirection<Lane> lanes_[2];  ///< what ends 0 and 1 send
  Direction direction_;
};

}  // namespace handoff
