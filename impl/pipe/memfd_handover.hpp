#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cstring>

#include "../common/descriptor.hpp"
#include "../common/descriptor_poll.hpp"
#include "contract.hpp"
#include "untaken_ends.hpp"

/// Each message is a memory file of its own, sealed against every change and handed over as a
/// descriptor through a Unix socket: what is sent over the socket does not grow with the message.
namespace handoff {
namespace detail {

/// Nothing can change the file any more, nor take a seal away.
inline constexpr int all_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

/// Times that sealing may find a page held, each after about 0.2 s of the kernel's own waiting.
inline constexpr int most_busy_seals = 100;

/// Room for one descriptor beside a packet.
struct alignas(cmsghdr) OneDescriptor {
  std::array<std::byte, CMSG_SPACE(sizeof(int))> bytes{};
};

inline Descriptor sealed_memory_file(std::span<const std::byte> message) {
  Descriptor file(memfd_create("handoff-message", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file.get() == -1) throw_errno("memfd_handover: memfd_create");
  while (!message.empty()) {
    ssize_t written = ::write(file.get(), message.data(), message.size());
    if (written == -1 && errno != EINTR) throw_errno("memfd_handover: write");
    if (written > 0) message = message.subspan(static_cast<std::size_t>(written));
  }
  // Nobody else has the file, so that EBUSY says that the kernel itself holds one of its pages for
  // a while: it has waited for that already, and may have to again.
  for (int tries = 0; ::fcntl(file.get(), F_ADD_SEALS, all_seals) == -1; ++tries) {
    if (errno != EBUSY || tries == most_busy_seals) throw_errno("memfd_handover: seals");
  }
  return file;
}

}  // namespace detail

class MemfdHandover {
 public:
  static constexpr Info info{
      .name = "memfd_handover",
      .mechanism = "a sealed memory file per message, passed through a Unix socket",
      .source = "memfd_create(2), unix(7)",
      .producers = Holders::one,
      .consumers = Holders::one,
      .copies_per_message = 2,     // into the file, and out of it
      .syscalls_per_message = 10,  // make, write, seal, send, close; receive, check, read, close
      .on_peer_death = Survivor::told,
  };

  class End {
   public:
    explicit End(EndDescriptors descriptors) : descriptors_(std::move(descriptors)) {}

    Status send(std::span<const std::byte> message) {
      int socket = descriptors_.output_or_raise(info.name);
      Descriptor file = detail::sealed_memory_file(message);
      std::byte packet{};
      iovec vector{&packet, sizeof(packet)};
      detail::OneDescriptor beside;
      msghdr header{};
      header.msg_iov = &vector;
      header.msg_iovlen = 1;
      header.msg_control = beside.bytes.data();
      header.msg_controllen = beside.bytes.size();
      cmsghdr* rights = CMSG_FIRSTHDR(&header);
      rights->cmsg_level = SOL_SOCKET;
      rights->cmsg_type = SCM_RIGHTS;
      rights->cmsg_len = CMSG_LEN(sizeof(int));
      int number = file.get();
      std::memcpy(CMSG_DATA(rights), &number, sizeof(number));
      while (::sendmsg(socket, &header, MSG_NOSIGNAL) == -1) {
        if (errno == EPIPE || errno == ECONNRESET) return Status::closed;
        if (errno != EINTR) throw_errno("memfd_handover: sendmsg");
      }
      return Status::ok;
    }

    /// Raises std::runtime_error when the other end hands over what could still change.
    Received receive(std::span<std::byte> buffer) {
      int socket = descriptors_.input_or_raise(info.name);
      if (file_.get() == -1 && !take_file(socket)) return {};
      if (length_ > buffer.size()) throw MessageTooLong(info.name, length_, buffer.size());
      Descriptor file = std::move(file_);
      for (std::size_t read = 0; read < length_;) {
        ssize_t result =
            ::pread(file.get(), buffer.data() + read, length_ - read, static_cast<off_t>(read));
        if (result == 0) throw std::runtime_error("memfd_handover: a sealed file was cut");
        if (result == -1 && errno != EINTR) throw_errno("memfd_handover: pread");
        if (result > 0) read += static_cast<std::size_t>(result);
      }
      return {Status::ok, length_};
    }

    bool poll(Deadline deadline) {
      int socket = descriptors_.input_or_raise(info.name);
      return file_.get() != -1 || poll_input(socket, deadline);
    }
    /// A message kept back after MessageTooLong shows in poll(), not on the descriptor.
    int descriptor() const { return descriptors_.input(); }
    void close() {
      descriptors_.close();
      file_.reset();
    }

   private:
    /// False at end of file.
    bool take_file(int socket) {
      std::byte packet{};
      iovec vector{&packet, sizeof(packet)};
      detail::OneDescriptor beside;
      msghdr header{};
      ssize_t result = -1;
      do {
        header.msg_iov = &vector;
        header.msg_iovlen = 1;
        header.msg_control = beside.bytes.data();
        header.msg_controllen = beside.bytes.size();
        result = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
        // ECONNRESET comes once, before the queued messages, when the peer left some unread.
      } while (result == -1 && (errno == EINTR || errno == ECONNRESET));
      if (result == -1) throw_errno("memfd_handover: recvmsg");
      if (result == 0) return false;
      cmsghdr* rights = CMSG_FIRSTHDR(&header);
      if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS) {
        throw std::runtime_error("memfd_handover: a packet came without its descriptor");
      }
      int number = -1;
      std::memcpy(&number, CMSG_DATA(rights), sizeof(number));
      Descriptor file(number);
      struct stat facts {};
      int seals = ::fcntl(number, F_GET_SEALS);
      bool sealed = seals != -1 && (seals & detail::all_seals) == detail::all_seals;
      if (!sealed || ::fstat(number, &facts) == -1) {
        throw std::runtime_error("memfd_handover: a file came that is not sealed");
      }
      length_ = static_cast<std::size_t>(facts.st_size);
      file_ = std::move(file);
      return true;
    }

    EndDescriptors descriptors_;
    Descriptor file_;  ///< a message not delivered yet
    std::size_t length_ = 0;
  };

  explicit MemfdHandover(PipeShape shape) : MemfdHandover(shape, Sockets()) {}

  End end(unsigned i) { return End(ends_.take(info.name, i)); }
  void abandon() { ends_.abandon(); }

 private:
  struct Sockets {
    int both[2];
    Sockets() {
      if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) == -1) {
        throw_errno("memfd_handover: socketpair");
      }
    }
  };

  MemfdHandover(PipeShape shape, Sockets sockets)
      : ends_(shape.peers, socket_end(shape.direction, 0, sockets.both[0]),
              socket_end(shape.direction, 1, sockets.both[1])) {}

  UntakenEnds ends_;
};

static_assert(Pipe<MemfdHandover>);

}  // namespace handoff
