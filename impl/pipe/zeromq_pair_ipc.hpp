#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>

#include "../common/descriptor.hpp"
#include "../common/names.hpp"
#include "zeromq_pair.hpp"

/// ZeroMQ PAIR sockets over a Unix socket (the library's transport "ipc").
namespace handoff {
namespace detail {

inline constexpr Info zeromq_pair_ipc_info{
    .name = "zeromq_pair_ipc",
    .mechanism = "PAIR sockets over a Unix socket, each process with a thread for input and output",
    .source = "libzmq 4.3",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 4,       // into and out of the library's message, two by the kernel
    .syscalls_per_message = 23.5,  // mostly of the I/O threads; 0.3 of a stream, in batches
    .on_peer_death = Survivor::hangs,
};

/// A Unix socket that listens, and a descriptor of its file by which alone it is reached: the name
/// is removed at once, so that nothing is left behind by whoever is killed.
struct UnixListener {
  Descriptor socket;
  Descriptor file;

  UnixListener() {
    namespace fs = std::filesystem;
    const fs::path folder = fs::temp_directory_path() / unguessable_name();
    const std::string path = folder / "s";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
      throw LimitError("zeromq_pair_ipc", "socket path in bytes", path.size(),
                       sizeof(address.sun_path) - 1, "set TMPDIR to a shorter one");
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    if (::mkdir(folder.c_str(), 0700) == -1) throw_errno("zeromq_pair_ipc: mkdir");
    socket.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    bool listens = socket.get() != -1 && ::bind(socket.get(), generic, sizeof(address)) == 0 &&
                   ::listen(socket.get(), 1) == 0;
    if (listens) file.reset(::open(path.c_str(), O_PATH | O_CLOEXEC));
    int why = errno;
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
    errno = why;
    if (file.get() == -1) throw_errno("zeromq_pair_ipc: listening in " + folder.string());
  }
};

}  // namespace detail

class ZeromqPairIpc {
 public:
  static constexpr const Info& info = detail::zeromq_pair_ipc_info;
  using End = detail::ZeromqEnd<detail::zeromq_pair_ipc_info>;

  explicit ZeromqPairIpc(PipeShape shape) : ZeromqPairIpc(shape, detail::UnixListener()) {}

  End end(unsigned i) {
    EndDescriptors taken = ends_.take(i);
    detail::ZeromqSocket socket(info.name);
    const std::string endpoint = "ipc:///proc/self/fd/" + std::to_string(taken.input());
    if (i == 0) {
      socket.set(ZMQ_USE_FD, taken.release().in);
      socket.bind(endpoint);
    } else {
      socket.connect(endpoint);
    }
    return flows_.end<End>(i, std::move(socket), std::move(taken));
  }
  void abandon() { ends_.abandon(); }

 private:
  ZeromqPairIpc(PipeShape shape, detail::UnixListener listener)
      : ends_(shape.peers, {.in = listener.socket.release()}, {.in = listener.file.release()}),
        flows_(shape.direction) {}

  UntakenEnds ends_;
  detail::ZeromqFlows flows_;
};

static_assert(Pipe<ZeromqPairIpc>);

}  // namespace handoff
