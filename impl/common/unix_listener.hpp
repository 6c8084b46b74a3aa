#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "descriptor.hpp"
#include "names.hpp"
#include "status.hpp"

namespace handoff {

/// A Unix socket that listens, and a descriptor of its file by which alone it is reached: the name
/// is removed at once, so that nothing is left behind by whoever is killed.
struct UnixListener {
  Descriptor socket;
  Descriptor file;

  /// `user`: whose errors it raises.
  UnixListener(std::string_view user, int backlog) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::temp_directory_path() / unguessable_name();
    const std::string path = folder / "s";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
      throw LimitError(user, "socket path in bytes", path.size(), sizeof(address.sun_path) - 1,
                       "set TMPDIR to a shorter one");
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    if (::mkdir(folder.c_str(), 0700) == -1) throw_errno(std::string(user) + ": mkdir");
    socket.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    bool listens = socket.get() != -1 && ::bind(socket.get(), generic, sizeof(address)) == 0 &&
                   ::listen(socket.get(), backlog) == 0;
    if (listens) file.reset(::open(path.c_str(), O_PATH | O_CLOEXEC));
    int why = errno;
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
    errno = why;
    if (file.get() == -1) throw_errno(std::string(user) + ": listening in " + folder.string());
  }
};

}  // namespace handoff
