#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include "../common/private_folder.hpp"
#include "descriptor_pairs.hpp"
#include "framing.hpp"
#include "pipe_write.hpp"

/// Two named kernel pipes, one per direction; messages are framed by their length. The names are
/// gone as soon as both ends are open.
namespace handoff {
namespace detail {

inline Descriptor open_own_fifo(const std::string& path, int flags) {
  Descriptor fifo(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
  if (fifo.get() == -1) throw_errno("fifo: open " + path);
  struct stat found {};
  if (::fstat(fifo.get(), &found) == -1) throw_errno("fifo: fstat " + path);
  if (!S_ISFIFO(found.st_mode) || found.st_uid != ::geteuid()) {
    throw std::runtime_error("fifo: " + path + " is not a FIFO of this user");
  }
  return fifo;
}

inline OneWay named_pipe() {
  PrivateFolder folder;
  std::string path = folder.path_of("fifo");
  if (::mkfifo(path.c_str(), S_IRUSR | S_IWUSR) == -1) throw_errno("fifo: mkfifo " + path);
  // Opened without waiting for a writer, which is opened next.
  Descriptor reader = open_own_fifo(path, O_RDONLY | O_NONBLOCK);
  Descriptor writer = open_own_fifo(path, O_WRONLY);
  if (::fcntl(reader.get(), F_SETFL, O_RDONLY) == -1) throw_errno("fifo: F_SETFL");
  return {std::move(reader), std::move(writer)};
}

inline constexpr Info fifo_info{
    .name = "fifo",
    .mechanism = "a named kernel pipe per direction, messages framed by their length",
    .source = "mkfifo(3)",
    .producers = Holders::one,  // longer messages of two senders would mix
    .consumers = Holders::one,
    .copies_per_message = 2,  // by the kernel
    .syscalls_per_message = calls_of_a_message,
    .on_peer_death = Survivor::told,
};

}  // namespace detail

using Fifo = OneWayPairs<detail::fifo_info, FramedEnd<detail::fifo_info, detail::write_to_pipe>,
                         detail::named_pipe>;

static_assert(Pipe<Fifo>);

}  // namespace handoff
