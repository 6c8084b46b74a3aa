#pragma once

#include <fcntl.h>
#include <mqueue.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "../common/descriptor.hpp"
#include "../common/names.hpp"
#include "contract.hpp"
#include "descriptor_lanes.hpp"
#include "prefork.hpp"

namespace handoff {

namespace detail {

/// A POSIX message queue each way, whose messages are pieces of a stream.
/// Their names are removed as soon as they have been created.
class MessageQueueStream {
 public:
  static std::pair<MessageQueueStream, MessageQueueStream> connected() {
    auto [requests, parent_output] = queue(O_RDONLY, O_WRONLY | O_NONBLOCK);
    auto [parent_input, replies] = queue(O_RDONLY | O_NONBLOCK, O_WRONLY);
    return {MessageQueueStream(parent_input.release(), parent_output.release()),
            MessageQueueStream(requests.release(), replies.release())};
  }

  MessageQueueStream() = default;
  int input() const { return input_; }
  int output() const { return output_; }
  ssize_t read(std::span<std::byte> to) {
    return mq_receive(input_, reinterpret_cast<char*>(to.data()), to.size(), nullptr);
  }
  /// As much as a message holds.
  ssize_t write(iovec* pieces, std::size_t count) {
    std::array<char, message_bytes> message;
    std::size_t size = 0;
    for (const iovec& piece : std::span(pieces, count)) {
      std::size_t now = std::min(piece.iov_len, message_bytes - size);
      if (now > 0) std::memcpy(message.data() + size, piece.iov_base, now);
      size += now;
    }
    if (mq_send(output_, message.data(), size, 0) == -1) return -1;
    return static_cast<ssize_t>(size);
  }
  void close() {
    for (int* end : {&input_, &output_}) {
      if (*end != -1) mq_close(std::exchange(*end, -1));
    }
  }

 private:
  /// What a user may have of them by default, 800 KiB, is enough for eight workers.
  static constexpr std::size_t message_bytes = 4096;
  static constexpr long messages = 10;  // as many as everybody may have

  MessageQueueStream(int input, int output) : input_(input), output_(output) {}

  static std::pair<Descriptor, Descriptor> queue(int reader, int writer) {
    mq_attr attributes{};
    attributes.mq_maxmsg = messages;
    attributes.mq_msgsize = message_bytes;
    const std::string name = unguessable_name("/handoff-");
    const int create = O_CREAT | O_EXCL | O_CLOEXEC;
    Descriptor reading(mq_open(name.c_str(), reader | create, 0600, &attributes));
    if (reading.get() == -1) throw_errno("prefork_posix_message_queue: mq_open");
    Descriptor writing(mq_open(name.c_str(), writer | O_CLOEXEC));
    const int why = errno;
    mq_unlink(name.c_str());
    errno = why;
    if (writing.get() == -1) throw_errno("prefork_posix_message_queue: mq_open");
    return {std::move(reading), std::move(writing)};
  }

  int input_ = -1;
  int output_ = -1;
};

}  // namespace detail

/// Forked processes, a message queue each way to each; the submitter polls queues and pidfds.
class PreforkPosixMessageQueue
    : public detail::Prefork<detail::DescriptorLanes<detail::MessageQueueStream>> {
 public:
  static constexpr Info info{
      .name = "prefork_posix_message_queue",
      .mechanism = "forked processes, two message queues each",
      .source = "the kernel",
      .reach = Reach::processes,
      .producers = Holders::one,
      .bounded = false,
      .copies_per_message = 6,  // two by the kernel and one here, each way
      .syscalls_per_message = 4,
      .on_peer_death = Survivor::told,
      .unavailable = [] {
        bool has_them = access("/proc/sys/fs/mqueue", F_OK) == 0;
        return std::string(has_them ? "" : "this kernel has no POSIX message queues");
      }};
  static constexpr bool replaces_workers = true;
  explicit PreforkPosixMessageQueue(const PoolShape& shape) : Prefork(info, shape) {}
};

static_assert(Pool<PreforkPosixMessageQueue>);

}  // namespace handoff
