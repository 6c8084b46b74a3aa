#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "descriptor_pairs.hpp"
#include "framing.hpp"

/// A pseudo-terminal per direction, in raw mode; messages are framed by their length.
///
/// The slave writes and the master reads: closing a slave keeps what it has written, while closing
/// a master hangs the slave up and drops what is queued (tty_ioctl(4), pty(7)).
namespace handoff {
namespace detail {

inline OneWay raw_terminal() {
  auto failed = [](const char* call) { throw_errno(std::string("pseudo_terminal: ") + call); };
  Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (master.get() == -1) failed("posix_openpt");
  int locked = 0;
  if (::ioctl(master.get(), TIOCSPTLCK, &locked) == -1) failed("TIOCSPTLCK");
  // Not by its name, which could mean another terminal in another mount of devpts.
  Descriptor slave(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (slave.get() == -1) failed("TIOCGPTPEER");
  locked = 1;  // nobody else may open it by its name
  if (::ioctl(master.get(), TIOCSPTLCK, &locked) == -1) failed("TIOCSPTLCK");
  termios settings{};
  if (::tcgetattr(slave.get(), &settings) == -1) failed("tcgetattr");
  ::cfmakeraw(&settings);
  if (::tcsetattr(slave.get(), TCSANOW, &settings) == -1) failed("tcsetattr");
  return {std::move(master), std::move(slave)};
}

/// A terminal whose other side has gone answers EIO.
inline ssize_t write_to_terminal(int descriptor, iovec* vectors, int count) {
  ssize_t result = ::writev(descriptor, vectors, count);
  if (result == -1 && errno == EIO) errno = EPIPE;
  return result;
}

inline ssize_t read_from_terminal(int descriptor, void* buffer, std::size_t bytes) {
  ssize_t result = ::read(descriptor, buffer, bytes);
  return result == -1 && errno == EIO ? 0 : result;
}

inline std::string why_no_terminal() {
  try {
    raw_terminal();
    return {};
  } catch (const std::system_error& error) {
    return error.what();
  }
}

inline constexpr Info pseudo_terminal_info{
    .name = "pseudo_terminal",
    .mechanism = "a raw pseudo-terminal per direction, messages framed by their length",
    .source = "pty(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 5,    // in, over the pair, to the line discipline, 64 B to pass on, out
    .syscalls_per_message = 3,  // one write; two reads; longer messages pass in pieces of 4 KiB
    .on_peer_death = Survivor::told,
    .unavailable = why_no_terminal,
};

}  // namespace detail

using PseudoTerminal = OneWayPairs<
    detail::pseudo_terminal_info,
    FramedEnd<detail::pseudo_terminal_info, detail::write_to_terminal, detail::read_from_terminal>,
    detail::raw_terminal>;

static_assert(Pipe<PseudoTerminal>);

}  // namespace handoff
