#pragma once

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/poll.hpp"
#include "contract.hpp"
#include "holder_lock.hpp"
#include "pipe_stream.hpp"
#include "taking_prefork.hpp"

namespace handoff {

namespace detail {

/// A piece of a message in a pipe of packets, each of which is written and read as a whole or not
/// at all, so that who dies in the middle of a message leaves the next one readable.
struct Packet {
  struct Header {
    std::uint16_t sender;
    bool is_first;  ///< of its message
    bool is_last;
  };
  static constexpr std::size_t room = PIPE_BUF - sizeof(Header);

  Header header;
  std::array<std::byte, room> bytes;
};

/// Writes a packet with as many bytes of the parts as it holds; returns how many, none where the
/// pipe is full or nobody reads it any more.
inline std::size_t write_packet(const Descriptor& pipe, Packet::Header header, const Parts& parts) {
  std::size_t first = std::min(parts[0].size(), Packet::room);
  std::size_t second = std::min(parts[1].size(), Packet::room - first);
  std::array<iovec, 3> pieces{{{&header, sizeof(header)},
                               {const_cast<std::byte*>(parts[0].data()), first},
                               {const_cast<std::byte*>(parts[1].data()), second}}};
  ssize_t written = -1;
  do {
    written = write_to_pipe(pipe.get(), pieces.data(), static_cast<int>(pieces.size()));
  } while (written == -1 && errno == EINTR);
  return written == -1 ? 0 : static_cast<std::size_t>(written) - sizeof(header);
}

/// The packet of a pipe that is being taken apart.
class IncomingPacket {
 public:
  /// False where there is none, for now or for good.
  bool fetch(const Descriptor& pipe) {
    ssize_t received = -1;
    do {
      received = ::read(pipe.get(), &packet_, sizeof(packet_));
    } while (received == -1 && errno == EINTR);
    begin_ = sizeof(Packet::Header);
    end_ = received <= 0 ? begin_ : static_cast<std::size_t>(received);
    return received > 0;
  }

  const Packet::Header& header() const { return packet_.header; }
  bool is_empty() const { return begin_ == end_; }
  std::size_t take(std::span<std::byte> to) {
    std::size_t count = std::min(to.size(), end_ - begin_);
    if (count != 0) std::memcpy(to.data(), reinterpret_cast<std::byte*>(&packet_) + begin_, count);
    begin_ += count;
    return count;
  }

 private:
  Packet packet_;
  std::size_t begin_ = 0;  ///< of what is left
  std::size_t end_ = 0;
};

/// One pipe of offers, from which one worker reads at a time, and one of replies, to which one
/// writes at a time. An idle worker sleeps in read, with the lock, and the others sleep on the
/// lock. What they guard needs no
/// repair when their holder dies: see Packet.
class PipeExchange {
 public:
  /// As many as the workers run, and as many as the pipe holds: each packet takes a page of it.
  static std::size_t places_for(unsigned workers) {
    constexpr std::size_t usual_pages_of_a_pipe = 16;
    return workers + usual_pages_of_a_pipe;
  }

  PipeExchange(unsigned workers, const SharedArray<Claim>& claims)
      : claims_(claims), shared_(1), polled_(deaths + workers, nobody) {
    keep_from_blocking(offers_.writer);
    keep_from_blocking(replies_.reader);
    polled_[incoming] = {replies_.reader.get(), POLLIN, 0};
  }

  // The parent's side.
  void open(unsigned) {}
  void started(unsigned i, int pidfd) { polled_[deaths + i] = {pidfd, POLLIN, 0}; }
  void abandon(unsigned i) {
    polled_[deaths + i] = nobody;
    shared_[0].reading.release_for(i);
    shared_[0].writing.release_for(i);
  }
  bool has_room() const { return unsent_ == 0; }
  void offer(const OfferHeader& offer, std::span<const std::byte> arguments) {
    offer_ = offer;
    arguments_ = arguments;
    unsent_ = sizeof(offer_) + arguments.size();
    send();
  }
  /// What is left of the last offer; whether any byte went.
  bool send() {
    const Parts whole{std::as_bytes(std::span(&offer_, 1)), arguments_};
    bool has_moved = false;
    while (unsent_ != 0) {
      const Packet::Header header{
          .sender = 0, .is_first = unsent_ == bytes_of(whole), .is_last = unsent_ <= Packet::room};
      std::size_t now =
          write_packet(offers_.writer, header, parts_after(bytes_of(whole) - unsent_, whole));
      if (now == 0) break;
      unsent_ -= now;
      has_moved = true;
    }
    polled_[outgoing] = unsent_ != 0 ? pollfd{offers_.writer.get(), POLLOUT, 0} : nobody;
    return has_moved;
  }
  /// Nobody who lives is reading the offer.
  void withdraw(PlaceNumber place) {
    if (offer_.place == place) unsent_ = 0;
  }
  /// A worker from which there are bytes.
  std::optional<unsigned> sender() {
    if (incoming_.is_empty() && !incoming_.fetch(replies_.reader)) return std::nullopt;
    return incoming_.header().sender;
  }
  std::size_t receive(unsigned i, std::span<std::byte> to) {
    std::size_t received = 0;
    while (received < to.size() && sender() == i) received += incoming_.take(to.subspan(received));
    return received;
  }
  void answered(unsigned) {}
  Waited wait(const WakeUp&, Deadline deadline) {
    poll_until(polled_, deadline);
    bool somebody_died = std::any_of(polled_.begin() + deaths, polled_.end(),
                                     [](const pollfd& death) { return death.revents != 0; });
    return somebody_died ? Waited::someone_may_have_died : Waited::something_moved;
  }
  /// Who reads is woken by a packet that is no first one; those who wait for the lock look after
  /// it.
  void end() {
    shared_[0].is_ended.store(true, std::memory_order_release);
    write_packet(offers_.writer, {.sender = 0, .is_first = false, .is_last = false}, {});
  }

  // The worker's side.
  void become_worker() {
    offers_.writer.reset();
    replies_.reader.reset();
  }
  bool take(unsigned worker, OfferHeader& offer) {
    shared_[0].reading.lock(worker);
    do {
      if (!fetch_first()) {
        shared_[0].reading.unlock();
        return false;
      }
      incoming_.take(std::as_writable_bytes(std::span(&offer, 1)));
    } while (!claims_[offer.place].take(offer.ticket, worker));
    unlock_after_last();
    return true;
  }
  void receive_all(unsigned, std::span<std::byte> to) {
    std::size_t received = incoming_.take(to);
    while (received < to.size()) {
      if (!incoming_.fetch(offers_.reader)) _exit(1);  // the parent is gone
      unlock_after_last();
      received += incoming_.take(to.subspan(received));
    }
  }
  void send_all(unsigned worker, const Parts& parts) {
    if (!std::exchange(is_replying_, true)) shared_[0].writing.lock(worker);
    const auto sender = static_cast<std::uint16_t>(worker);
    std::size_t sent = 0;
    while (sent < bytes_of(parts)) {
      std::size_t now =
          write_packet(replies_.writer, {sender, true, true}, parts_after(sent, parts));
      if (now == 0) _exit(1);  // the parent is gone
      sent += now;
    }
  }
  void replied(unsigned) {
    is_replying_ = false;
    shared_[0].writing.unlock();
  }

 private:
  struct Shared {
    HolderLock reading;
    alignas(isolation) HolderLock writing;
    alignas(isolation) Atomic<bool> is_ended{false};
  };
  static constexpr pollfd nobody{-1, POLLIN, 0};
  // What is polled.
  static constexpr std::size_t incoming = 0;
  static constexpr std::size_t outgoing = 1;
  static constexpr std::size_t deaths = 2;

  /// Passes over what a dead reader has left, and what was taken back.
  bool fetch_first() {
    do {
      if (shared_[0].is_ended.load(std::memory_order_acquire)) return false;
      if (!incoming_.fetch(offers_.reader)) return false;
    } while (!incoming_.header().is_first);
    return true;
  }
  void unlock_after_last() {
    if (incoming_.header().is_last) shared_[0].reading.unlock();
  }

  const SharedArray<Claim>& claims_;
  SharedArray<Shared> shared_;
  PipeEnds offers_{O_DIRECT};
  PipeEnds replies_{O_DIRECT};
  IncomingPacket incoming_;  ///< in the parent of a reply, in a worker of an offer
  std::vector<pollfd> polled_;
  OfferHeader offer_{};                   ///< the last one
  std::span<const std::byte> arguments_;  ///< of it
  std::size_t unsent_ = 0;                ///< bytes of it
  bool is_replying_ = false;              ///< with the lock
};

}  // namespace detail

/// Forked processes that read batches from one pipe and write results to another, each under a
/// lock, as CPython's multiprocessing.Pool has it. Unlike there, the locks survive their holder.
class PreforkSharedPipe : public detail::TakingPrefork<detail::PipeExchange> {
 public:
  static constexpr Info info{.name = "prefork_shared_pipe",
                             .mechanism = "forked processes, one pipe each way under a lock",
                             .source = "own, over the kernel's pipes of packets",
                             .reach = Reach::processes,
                             .producers = Holders::one,
                             .bounded = false,
                             .copies_per_message = 4,  // by the kernel, two each way
                             .syscalls_per_message = 6,
                             .on_peer_death = Survivor::told};
  static constexpr bool replaces_workers = true;
  explicit PreforkSharedPipe(const PoolShape& shape) : TakingPrefork(info, shape) {}
};

static_assert(Pool<PreforkSharedPipe>);

}  // namespace handoff
