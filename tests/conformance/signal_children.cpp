#include "tests/conformance/signal_children.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "impl/common/status.hpp"

namespace handoff::conformance {
namespace {

constexpr pid_t nobody = 0;

/// waitid(2) of one child that has ended; false where it is no child, or reaped.
bool find(pid_t child, int options) {
  siginfo_t info{};
  int result = 0;
  do {
    result = waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | options);
  } while (result == -1 && errno == EINTR);
  return result == 0;
}

}  // namespace

void end_with_parent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(EXIT_FAILURE);  // it died before the line above
}

Child::Child(const std::function<int()>& work) {
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ == -1) throw_errno("fork");
  if (process_ != 0) return;
  end_with_parent(parent);
  _exit(work());
}

Child::Child(Child&& other) noexcept : process_(std::exchange(other.process_, nobody)) {}

Child::~Child() {
  if (process_ == nobody || !is_left()) return;
  kill(process_, SIGKILL);
  (void)find(process_, 0);
}

void Child::await_end() const { (void)find(process_, WNOWAIT); }

bool Child::is_left() const { return find(process_, WNOWAIT | WNOHANG); }

Child living_child() {
  return Child([] {
    for (;;) pause();
    return 0;
  });
}

Child ended_child(int code) {
  Child child([code] { return code; });
  child.await_end();
  return child;
}

}  // namespace handoff::conformance
