#pragma once

#include "messenger_of.hpp"

namespace handoff::signal {

/// Sends real-time signals with a value to processes.
class SigqueueOutbox {
 public:
  static int send(unsigned /*worker*/, const Address& to, int value) {
    return ::sigqueue(to.process, queued(), {.sival_int = value});
  }
};

/// What sigqueue(3) hands to the kernel, for the calls that the C library has no function for.
class QueuedValue {
 public:
  siginfo_t* with(int value) {
    info_.si_value.sival_int = value;
    return &info_;
  }

 private:
  static siginfo_t from_here() {
    siginfo_t info{};
    info.si_signo = queued();
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    return info;
  }

  siginfo_t info_ = from_here();
};

}  // namespace handoff::signal
