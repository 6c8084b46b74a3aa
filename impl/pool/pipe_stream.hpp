#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <span>
#include <utility>

#include "../common/descriptor.hpp"
#include "../common/status.hpp"
#include "../pipe/pipe_write.hpp"

namespace handoff::detail {

/// Both ends of a new kernel pipe.
struct PipeEnds {
  Descriptor reader;
  Descriptor writer;

  /// `flags`: of pipe2, beside O_CLOEXEC.
  explicit PipeEnds(int flags = 0) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | flags) == -1) throw_errno("pipe2 of a pool's worker");
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
};

/// This end of the pipe blocks no more; the other one still does.
inline void keep_from_blocking(const Descriptor& end) {
  fcntl(end.get(), F_SETFL, fcntl(end.get(), F_GETFL) | O_NONBLOCK);
}

/// The reading end of one pipe and the writing end of another; either may be absent.
class PipeStream {
 public:
  static std::pair<PipeStream, PipeStream> connected() {
    PipeEnds requests;
    PipeEnds replies;
    keep_from_blocking(requests.writer);
    keep_from_blocking(replies.reader);
    return {PipeStream(replies.reader.release(), requests.writer.release()),
            PipeStream(requests.reader.release(), replies.writer.release())};
  }

  PipeStream() = default;
  int input() const { return input_; }
  int output() const { return output_; }
  ssize_t read(std::span<std::byte> to) { return ::read(input_, to.data(), to.size()); }
  ssize_t write(iovec* pieces, int count) { return write_to_pipe(output_, pieces, count); }
  void close() {
    for (int* end : {&input_, &output_}) {
      if (*end != -1) ::close(std::exchange(*end, -1));
    }
  }

 protected:
  PipeStream(int input, int output) : input_(input), output_(output) {}

 private:
  int input_ = -1;
  int output_ = -1;
};

}  // namespace handoff::detail
