#include "tests/conformance/system_calls.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstddef>

#include "impl/common/status.hpp"
#include "tests/conformance/slowness.hpp"
#include "tests/conformance/workers.hpp"

namespace handoff::conformance {
namespace {

/// An option that prctl(2) does not know: the call does nothing, and nobody else makes it.
constexpr int mark_option = 0x68616e64;

void mark() { (void)prctl(mark_option, 0, 0, 0, 0); }

[[noreturn]] void be_traced(const std::function<void(const std::function<void()>&)>& work) {
  ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  raise(SIGSTOP);
  try {
    work(mark);
  } catch (const std::exception& error) {
    dprintf(STDERR_FILENO, "while system calls were counted: %s\n", error.what());
    _exit(EXIT_FAILURE);
  }
  _exit(EXIT_SUCCESS);
}

/// Follows a process and all that it starts, from stop to stop.
class Tracer {
 public:
  explicit Tracer(pid_t process) : first_(process) {
    int status = 0;
    while (waitpid(first_, &status, 0) == -1 && errno == EINTR) {
    }
    std::uintptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE |
                             PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
    if (!WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, first_, nullptr, options) == -1) {
      ::kill(first_, SIGKILL);
      throw_errno("ptrace");
    }
    go_on(first_, 0);
  }

  /// Until all have ended.
  std::uint64_t count() {
    for (;;) {
      int status = 0;
      pid_t one = waitpid(-1, &status, __WALL);
      if (one == -1 && errno == EINTR) continue;
      if (one == -1) break;  // nobody is left
      if (WIFSTOPPED(status)) {
        stopped(one, WSTOPSIG(status));
      } else if (one == first_) {
        first_succeeded_ = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
        if (first_succeeded_) continue;
        throw std::runtime_error("the traced process failed");
      }
    }
    require(first_succeeded_ && marks_ == 2, "the traced process did not reach its end");
    return calls_;
  }

 private:
  void stopped(pid_t one, int signal) {
    constexpr int system_call = SIGTRAP | 0x80;
    if (signal == system_call) {
      __ptrace_syscall_info info{};
      ptrace(PTRACE_GET_SYSCALL_INFO, one, sizeof(info), &info);
      if (info.op == PTRACE_SYSCALL_INFO_ENTRY) entered(info);
      return go_on(one, 0);
    }
    // Events of ours, and the stop with which a new one begins, are not passed on.
    bool ours = signal == SIGTRAP || signal == SIGSTOP;
    go_on(one, ours ? 0 : signal);
  }

  void entered(const __ptrace_syscall_info& info) {
    if (info.entry.nr == SYS_prctl && info.entry.args[0] == mark_option) {
      ++marks_;
    } else if (marks_ == 1) {
      ++calls_;
    }
  }

  static void go_on(pid_t one, int signal) {
    ptrace(PTRACE_SYSCALL, one, nullptr, static_cast<std::uintptr_t>(signal));
  }

  pid_t first_;
  bool first_succeeded_ = false;
  unsigned marks_ = 0;
  std::uint64_t calls_ = 0;
};

std::string why_no_tracing() {
  try {
    (void)count_system_calls([](const std::function<void()>& mark_it) {
      mark_it();
      mark_it();
    });
    return {};
  } catch (const std::exception& error) {
    return std::string("system calls cannot be counted: ") + error.what();
  }
}

}  // namespace

std::uint64_t count_system_calls(
    const std::function<void(const std::function<void()>& mark)>& work) {
  pid_t process = fork();
  if (process == -1) throw_errno("fork");
  if (process == 0) be_traced(work);
  return Tracer(process).count();
}

std::string why_no_counting() {
  if (sanitized) return "a sanitizer makes system calls of its own";
  static const std::string reason = why_no_tracing();
  return reason;
}

void require_system_calls(double claimed,
                          const std::function<std::function<void(unsigned n)>()>& make_messages) {
  constexpr unsigned messages = 512;
  auto count = count_system_calls([&](const std::function<void()>& mark_it) {
    auto pass = make_messages();
    pass(messages);  // what is made with the first ones
    mark_it();
    pass(messages);
    mark_it();
  });
  double found = static_cast<double>(count) / messages;
  bool is_whole = claimed == std::floor(claimed);
  bool right =
      is_whole ? std::abs(found - claimed) <= 0.05 : found >= claimed / 2 && found <= claimed * 2;
  require(right, "a message takes " + std::to_string(found) + " system calls, not " +
                     std::to_string(claimed));
}

void answer_call(long number, std::uint32_t action) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, action),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog filter{.len = std::size(program), .filter = program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1) {
    throw_errno("seccomp");
  }
}

}  // namespace handoff::conformance
