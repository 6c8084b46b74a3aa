#pragma once

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "../common/poll.hpp"
#include "contract.hpp"
#include "prefork_worker.hpp"

/// Lanes of a prefork pool that are descriptors: streams of bytes each way, which are polled.
namespace handoff::detail {

/// A stream that is read through a buffer, so that a call fetches many small messages.
///
/// `Stream` moves bytes by `read(bytes)` and `write(iovecs, count)`, which return as the system
/// calls do, has `input()` and `output()` to be polled, and `close()`. `Stream::connected()` is a
/// pair of two ends, of which the second blocks.
template <class Stream>
class BufferedStream {
 public:
  explicit BufferedStream(Stream stream = {}) : stream_(stream) {}

  Stream& stream() { return stream_; }
  bool is_at_end() const { return is_at_end_; }

  /// Fills `to` as far as bytes come; an end that does not block, as far as they are there.
  std::size_t receive(std::span<std::byte> to) {
    std::size_t received = 0;
    while (received < to.size()) {
      std::span<std::byte> rest = to.subspan(received);
      if (begin_ == end_ && rest.size() < buffer_bytes) {
        if (!buffer_) buffer_ = std::make_unique<std::byte[]>(buffer_bytes);
        begin_ = 0;
        end_ = fetch({buffer_.get(), buffer_bytes});
      }
      std::size_t now = 0;
      if (begin_ != end_) {
        now = std::min(rest.size(), end_ - begin_);
        std::memcpy(rest.data(), buffer_.get() + begin_, now);
        begin_ += now;
      } else if (rest.size() >= buffer_bytes) {
        now = fetch(rest);
      }
      if (now == 0) break;
      received += now;
    }
    return received;
  }

  /// Bytes taken; an end that does not block takes as many as there is room for. A peer that has
  /// gone takes none; what has become of it is seen elsewhere.
  std::size_t send(const Parts& parts) {
    iovec pieces[2];
    for (unsigned i = 0; i < 2; ++i) {
      pieces[i] = {const_cast<std::byte*>(parts[i].data()), parts[i].size()};
    }
    for (;;) {
      ssize_t sent = stream_.write(pieces, 2);
      if (sent >= 0) return static_cast<std::size_t>(sent);
      if (errno == EPIPE || errno == ECONNRESET) is_at_end_ = true;
      if (errno != EINTR) return 0;
    }
  }

 private:
  /// Holds the replies to a window of small batches.
  static constexpr std::size_t buffer_bytes = 16384;

  std::size_t fetch(std::span<std::byte> to) {
    for (;;) {
      ssize_t received = stream_.read(to);
      if (received > 0) return static_cast<std::size_t>(received);
      if (received == 0 || errno == ECONNRESET) is_at_end_ = true;
      if (received == 0 || errno != EINTR) return 0;
    }
  }

  Stream stream_;
  bool is_at_end_ = false;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t begin_ = 0;  ///< of what lies in the buffer
  std::size_t end_ = 0;
};

/// A connection per worker. The parent never blocks on one of them, so that both directions may be
/// full.
template <class Stream>
class DescriptorLanes {
 public:
  /// Batches that a worker holds: enough that it need not sleep while the parent reads replies.
  static constexpr std::size_t window = 16;

  explicit DescriptorLanes(unsigned workers)
      : parent_ends_(workers), polled_(3 * workers, nobody) {}
  ~DescriptorLanes() {
    close_all();
    worker_end_.stream().close();
  }
  DescriptorLanes(const DescriptorLanes&) = delete;
  DescriptorLanes& operator=(const DescriptorLanes&) = delete;

  // The parent's side.
  void open(unsigned i) {
    worker_end_.stream().close();  // of a worker that could not be started
    auto [ours, workers] = Stream::connected();
    parent_ends_[i] = End(ours);
    worker_end_ = End(workers);
  }
  void started(unsigned i, int pidfd) {
    worker_end_.stream().close();  // else there would be no end of file when the worker dies
    input(i) = {parent_ends_[i].stream().input(), POLLIN, 0};
    death(i) = {pidfd, POLLIN, 0};
  }
  std::size_t send(unsigned i, const Parts& parts) {
    std::size_t sent = parent_ends_[i].send(parts);
    bool is_full = sent < bytes_of(parts) && !parent_ends_[i].is_at_end();
    output(i) = is_full ? pollfd{parent_ends_[i].stream().output(), POLLOUT, 0} : nobody;
    return sent;
  }
  std::size_t receive(unsigned i, std::span<std::byte> to) {
    std::size_t received = parent_ends_[i].receive(to);
    // Readable for ever from now on; its pidfd tells the rest.
    if (parent_ends_[i].is_at_end()) input(i) = nobody;
    return received;
  }
  Waited wait(std::span<const std::uint64_t>, Deadline deadline) {
    int ready = poll_until(polled_, deadline);
    for (unsigned i = 0; ready > 0 && i < parent_ends_.size(); ++i) {
      if (death(i).revents != 0) return Waited::someone_may_have_died;
    }
    return Waited::something_moved;
  }
  void abandon(unsigned i) {
    parent_ends_[i].stream().close();
    input(i) = output(i) = death(i) = nobody;
  }

  // The worker's side.
  void become_worker(unsigned) { close_all(); }
  bool receive_all(unsigned, std::span<std::byte> to) {
    return worker_end_.receive(to) == to.size();
  }
  void send_all(unsigned, const Parts& parts) {
    std::size_t sent = 0;
    while (sent < bytes_of(parts)) {
      std::size_t now = worker_end_.send(parts_after(sent, parts));
      if (now == 0) _exit(1);  // the parent is gone
      sent += now;
    }
  }
  void replied(unsigned) {}

 private:
  using End = BufferedStream<Stream>;
  static constexpr pollfd nobody{-1, POLLIN, 0};

  pollfd& input(unsigned i) { return polled_[3 * i]; }
  pollfd& output(unsigned i) { return polled_[3 * i + 1]; }
  pollfd& death(unsigned i) { return polled_[3 * i + 2]; }

  void close_all() {
    for (End& end : parent_ends_) end.stream().close();
  }

  std::vector<End> parent_ends_;
  End worker_end_;  ///< of the worker that is being started, or that this process is
  std::vector<pollfd> polled_;
};

}  // namespace handoff::detail
