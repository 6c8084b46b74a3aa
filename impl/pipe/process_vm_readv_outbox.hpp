#pragma once

#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>

#include "descriptor_pairs.hpp"
#include "outbox.hpp"

/// The sender keeps its messages in memory of its own and announces where over a Unix socket; the
/// receiver has the kernel copy them out of the sender's memory.
namespace handoff {
namespace detail {

inline OneWay announcing_sockets() {
  int both[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) == -1) {
    throw_errno("process_vm_readv_outbox: socketpair");
  }
  return {Descriptor(both[0]), Descriptor(both[1])};
}

inline std::string why_a_child_cannot_read_its_parent() {
  static char probe = 1;
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == -1) return "fork: " + std::generic_category().message(errno);
  if (child == 0) {
    char read = 0;
    iovec here{&read, 1};
    iovec there{&probe, 1};
    _exit(process_vm_readv(parent, &here, 1, &there, 1, 0) == 1 ? 0 : errno);
  }
  int status = 0;
  while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return "process_vm_readv is answered by signal " + std::to_string(WTERMSIG(status)) +
           ", as by a seccomp filter";
  }
  if (WEXITSTATUS(status) == 0) return {};
  std::string why = "process_vm_readv: " + std::generic_category().message(WEXITSTATUS(status));
  std::string scope;
  if (std::ifstream("/proc/sys/kernel/yama/ptrace_scope") >> scope) {
    why += "; kernel.yama.ptrace_scope is " + scope + ", and must be 0";
  } else {
    why += ", as by a seccomp filter";
  }
  return why;
}

/// Workers are no children of one another; so the other way than from parent to child, which
/// less is forbidden.
inline std::string why_no_process_vm_readv() {
  static const std::string why = why_a_child_cannot_read_its_parent();
  return why;
}

inline constexpr Info process_vm_readv_outbox_info{
    .name = "process_vm_readv_outbox",
    .mechanism = "messages kept by the sender, announced by a Unix socket and copied from there",
    .source = "process_vm_readv(2)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,    // into the outbox, and out of it
    .syscalls_per_message = 3,  // announce; receive the announcement, copy
    .on_peer_death = Survivor::told,
    .unavailable = why_no_process_vm_readv,
};

}  // namespace detail

class ProcessVmReadvOutbox {
 public:
  static constexpr const Info& info = detail::process_vm_readv_outbox_info;

  /// One end. The process that sends first is the one whose memory is read: only that one sends.
  class End {
   public:
    End(EndDescriptors descriptors, detail::OutboxProgress& in, detail::OutboxProgress& out,
        const detail::OutboxKey& key)
        : descriptors_(std::move(descriptors)), in_(&in), out_(&out), key_(key) {}
    End(End&&) noexcept = default;
    End& operator=(End&& other) noexcept {
      close();
      descriptors_ = std::move(other.descriptors_);
      in_ = other.in_;
      out_ = other.out_;
      key_ = other.key_;
      receiver_ = std::move(other.receiver_);
      sender_ = std::move(other.sender_);
      return *this;
    }
    ~End() { close(); }

    Status send(std::span<const std::byte> message) {
      int socket = descriptors_.output_or_raise(info.name);
      if (!sender_) sender_ = std::make_unique<detail::OutboxSender>(socket, *out_, key_);
      return sender_->send(message);
    }
    /// Raises where the sender was killed with a message that it had announced.
    Received receive(std::span<std::byte> buffer) { return receiver().receive(buffer, info.name); }
    bool poll(Deadline deadline) { return receiver().poll(deadline); }
    /// A message kept back after MessageTooLong shows in poll(), not on the descriptor.
    int descriptor() const { return descriptors_.input(); }

    /// Waits until all that was sent has been taken, as it cannot be read from a process that has
    /// ended: for ten seconds at most, or until the other end has gone.
    void close() {
      EndNumbers numbers = descriptors_.release();
      // The input first: two ends that close at once must not wait for each other.
      EndNumbers{.in = std::exchange(numbers.in, -1)}.close();
      if (sender_) sender_->finish(after(std::chrono::seconds(10)));
      numbers.close();
      receiver_.reset();
      sender_.reset();
    }

   private:
    detail::OutboxReceiver& receiver() {
      int socket = descriptors_.input_or_raise(info.name);
      if (!receiver_) receiver_ = std::make_unique<detail::OutboxReceiver>(socket, *in_, key_);
      return *receiver_;
    }

    EndDescriptors descriptors_;
    detail::OutboxProgress* in_;
    detail::OutboxProgress* out_;
    detail::OutboxKey key_;
    std::unique_ptr<detail::OutboxReceiver> receiver_;
    std::unique_ptr<detail::OutboxSender> sender_;
  };

  explicit ProcessVmReadvOutbox(PipeShape shape)
      : ends_(ends_over(
            shape.peers, detail::announcing_sockets(),
            shape.direction == Direction::duplex ? detail::announcing_sockets() : OneWay())) {
    if (getrandom(key_.data(), sizeof(key_), 0) != sizeof(key_)) throw_errno("getrandom");
  }

  End end(unsigned i) {
    EndDescriptors taken = ends_.take(info.name, i);
    return End(std::move(taken), progress_[1 - i], progress_[i], key_);
  }
  void abandon() { ends_.abandon(); }

 private:
  UntakenEnds ends_;
  detail::OutboxKey key_{};
  detail::OutboxProgress progress_[2];  ///< of what ends 0 and 1 send
};

static_assert(Pipe<ProcessVmReadvOutbox>);

}  // namespace handoff
