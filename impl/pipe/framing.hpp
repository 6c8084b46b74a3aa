#pragma once

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdint>
#include <optional>

#include "../common/descriptor_poll.hpp"
#include "contract.hpp"
#include "untaken_ends.hpp"

/// Messages over a stream of bytes: each is preceded by its length in eight bytes.
namespace handoff {

/// Writes some of what the vectors hold, without ever raising SIGPIPE.
using GatherWrite = ssize_t (*)(int descriptor, iovec* vectors, int count);

inline ssize_t write_to_socket(int descriptor, iovec* vectors, int count) {
  msghdr header{};
  header.msg_iov = vectors;
  header.msg_iovlen = static_cast<std::size_t>(count);
  return ::sendmsg(descriptor, &header, MSG_NOSIGNAL);
}

/// Writes all that the vectors hold; closed when nobody is left to read it.
template <GatherWrite write_some>
Status write_fully(int descriptor, iovec* vectors, int count, std::string_view pipe) {
  while (count > 0) {
    ssize_t result = write_some(descriptor, vectors, count);
    if (result == -1) {
      if (errno == EINTR) continue;
      if (errno == EPIPE || errno == ECONNRESET) return Status::closed;
      throw_errno(std::string(pipe) + ": write");
    }
    auto written = static_cast<std::size_t>(result);
    while (count > 0 && written >= vectors->iov_len) {
      written -= vectors->iov_len;
      ++vectors;
      --count;
    }
    if (count > 0) {
      vectors->iov_base = static_cast<std::byte*>(vectors->iov_base) + written;
      vectors->iov_len -= written;
    }
  }
  return Status::ok;
}

/// Reads some bytes, 0 at the end of the stream.
using ReadSome = ssize_t (*)(int descriptor, void* buffer, std::size_t bytes);

/// What has to happen to an end before its descriptors are closed; either may be -1.
using Farewell = void (*)(int in, int out);
inline void no_farewell(int, int) {}

/// Reads until the buffer is full or the stream has ended; the number of bytes.
template <ReadSome read_some>
std::size_t read_fully(int descriptor, std::span<std::byte> buffer, std::string_view pipe) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    ssize_t result = read_some(descriptor, buffer.data() + filled, buffer.size() - filled);
    if (result == 0) break;
    if (result > 0) {
      filled += static_cast<std::size_t>(result);
    } else if (errno == ECONNRESET) {
      break;  // a socket says so, after the queued bytes, when the peer left some of ours unread
    } else if (errno != EINTR) {
      throw_errno(std::string(pipe) + ": read");
    }
  }
  return filled;
}

/// One end of a framed pipe. Not to be used by two threads at once in the same direction.
template <const Info& info, GatherWrite write_some, ReadSome read_some = ::read,
          Farewell farewell = no_farewell>
class FramedEnd {
 public:
  explicit FramedEnd(EndDescriptors descriptors) : descriptors_(std::move(descriptors)) {}
  FramedEnd(FramedEnd&&) noexcept = default;
  FramedEnd& operator=(FramedEnd&&) noexcept = default;
  ~FramedEnd() { close(); }

  Status send(std::span<const std::byte> message) {
    int output = descriptors_.output_or_raise(info.name);
    std::uint64_t length = message.size();
    iovec vectors[] = {{&length, sizeof(length)},
                       {const_cast<std::byte*>(message.data()), message.size()}};
    return write_fully<write_some>(output, vectors, message.empty() ? 1 : 2, info.name);
  }

  /// Raises std::runtime_error when the stream ends in the middle of a message.
  Received receive(std::span<std::byte> buffer) {
    int input = descriptors_.input_or_raise(info.name);
    if (!pending_ && !read_length(input)) return {};
    if (*pending_ > buffer.size()) throw MessageTooLong(info.name, *pending_, buffer.size());
    std::size_t length = *pending_;
    pending_.reset();
    std::size_t read = read_fully<read_some>(input, buffer.first(length), info.name);
    if (read < length) throw_torn(read, length, "B of a message");
    return {Status::ok, length};
  }

  bool poll(Deadline deadline) {
    int input = descriptors_.input_or_raise(info.name);
    return pending_ || poll_input(input, deadline);
  }
  int descriptor() const { return descriptors_.input(); }
  void close() {
    EndNumbers numbers = descriptors_.release();
    if (numbers.in != -1 || numbers.out != -1) farewell(numbers.in, numbers.out);
    numbers.close();
  }

 private:
  bool read_length(int input) {
    std::uint64_t length = 0;
    std::size_t read =
        read_fully<read_some>(input, std::as_writable_bytes(std::span(&length, 1)), info.name);
    if (read == 0) return false;
    if (read < sizeof(length)) throw_torn(read, sizeof(length), "B of a length");
    pending_ = length;
    return true;
  }

  [[noreturn]] static void throw_torn(std::size_t read, std::size_t length, const char* of_what) {
    throw std::runtime_error(std::string(info.name) + ": the other end went after " +
                             std::to_string(read) + " of " + std::to_string(length) + " " +
                             of_what);
  }

  EndDescriptors descriptors_;
  std::optional<std::size_t> pending_;  ///< length of the message whose length has been read
};

}  // namespace handoff
