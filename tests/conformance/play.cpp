#include "tests/conformance/play.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace handoff::conformance {

void Interruptible::expect_interruptions() {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // and no SA_RESTART
  sigaction(SIGUSR1, &action, nullptr);
  process_ = getpid();
  thread_ = static_cast<pid_t>(syscall(SYS_gettid));
}

void Interruptible::interrupt() const {
  Steps::wait_until([&] { return thread_ != 0; });
  for (int n = 0; n < 3; ++n) {
    syscall(SYS_tgkill, pid_t{process_}, pid_t{thread_}, SIGUSR1);
    std::this_thread::sleep_for(a_moment / 2);
  }
}

std::chrono::nanoseconds processor_time_of_this_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace handoff::conformance
