#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "impl/common/descriptor.hpp"
#include "impl/common/names.hpp"
#include "impl/common/status.hpp"

/// What a broken object carries with it, for the checks of what objects leave.
namespace handoff::conformance {

enum class Carried {
  nothing,
  leaked_memory,
  leaked_descriptor,
  file_for_others,     ///< of mode 0644, as long as it has its name
  name_until_dropped,  ///< of mode 0600
  guessable_address    ///< to connect to
};

class Baggage {
 public:
  /// Of all that is made from here on.
  static inline Carried of_all = Carried::nothing;
  /// Of what keeps it until it is dropped.
  static inline const std::string kept_name = std::string("/").append(unguessable_name());

  Baggage() {
    switch (of_all) {
      case Carried::nothing: break;
      case Carried::leaked_memory: leaked = new char[64]; break;
      case Carried::leaked_descriptor: (void)dup(STDIN_FILENO); break;
      case Carried::file_for_others:
        open_file(0644);
        shm_unlink(kept_name.c_str());
        break;
      case Carried::name_until_dropped: open_file(0600); break;
      case Carried::guessable_address: listen_at_guessable_address(); break;
    }
  }
  ~Baggage() {
    if (of_all == Carried::name_until_dropped) shm_unlink(kept_name.c_str());
  }
  Baggage(const Baggage&) = delete;
  Baggage& operator=(const Baggage&) = delete;

 private:
  void open_file(mode_t mode) {
    descriptor_.reset(shm_open(kept_name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, mode));
    if (descriptor_.get() == -1 || fchmod(descriptor_.get(), mode) == -1) throw_errno("shm_open");
  }
  void listen_at_guessable_address() {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string name = "handoff" + std::to_string(getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    descriptor_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(descriptor_.get(), generic, sizeof(address)) == -1 ||
        listen(descriptor_.get(), 1) == -1) {
      throw_errno("listen");
    }
  }

  static inline char* volatile leaked;  // so that it does happen

  Descriptor descriptor_;
};

}  // namespace handoff::conformance
