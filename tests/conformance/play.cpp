#include "tests/conformance/play.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

namespace handoff::conformance {
namespace {

pid_t own_thread() { return static_cast<pid_t>(syscall(SYS_gettid)); }

std::ifstream open_proc(pid_t process, pid_t thread, const char* name) {
  return std::ifstream("/proc/" + std::to_string(process) + "/task/" + std::to_string(thread) +
                       "/" + name);
}

/// Of a thread.
struct Progress {
  std::uint64_t ran_ns = 0;
  std::uint64_t runs = 0;  ///< how often it was given a CPU
};

Progress progress_of(pid_t process, pid_t thread) {
  Progress found;
  std::uint64_t waited_ns = 0;
  open_proc(process, thread, "schedstat") >> found.ran_ns >> waited_ns >> found.runs;
  return found;
}

}  // namespace

char state_of(pid_t process, pid_t thread) {
  std::ifstream file = open_proc(process, thread, "stat");
  std::string line;
  if (!std::getline(file, line)) return 'X';
  return line.at(line.rfind(')') + 2);  // after the name, which may hold anything
}

void let_wait(pid_t process, pid_t thread) {
  const Progress before = progress_of(process, thread);
  Steps::wait_until([&] {
    const Progress now = progress_of(process, thread);
    const bool spins = now.ran_ns > before.ran_ns + 1'000'000;
    const bool yields = now.runs > before.runs + 3;
    return state_of(process, thread) != 'R' || spins || yields;
  });
  std::this_thread::sleep_for(a_moment);
}

void Waiters::begin() {
  threads_.at(come_++) = {getpid(), own_thread()};
  begun_.count_in();
}

void Waiters::let_wait(unsigned count) const {
  begun_.wait_for(count);
  for (unsigned n = 0; n < count; ++n) {
    conformance::let_wait(threads_.at(n).process, threads_.at(n).number);
  }
}

void Interruptible::expect_interruptions() {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // and no SA_RESTART
  sigaction(SIGUSR1, &action, nullptr);
  process_ = getpid();
  thread_ = own_thread();
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

std::vector<std::size_t> numbers_in(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  std::vector<std::size_t> numbers;
  for (std::size_t end = 0;;) {
    const std::size_t begin = text.find_first_of(digits, end);
    if (begin == std::string_view::npos) return numbers;
    end = std::min(text.find_first_not_of(digits, begin), text.size());
    numbers.push_back(std::stoull(std::string(text.substr(begin, end - begin))));
  }
}

void require_sleep_in(const std::function<void()>& wait) {
  rusage before{};
  rusage after{};
  const auto time_before = processor_time_of_this_thread();
  getrusage(RUSAGE_THREAD, &before);
  wait();
  getrusage(RUSAGE_THREAD, &after);
  // A host that takes the CPU away for a while is charged to who had it. One who spins is charged
  // far more, or has to share the CPU again and again.
  const bool shared_it = after.ru_nivcsw - before.ru_nivcsw > 2;
  require(processor_time_of_this_thread() - time_before <
              (shared_it ? cost_of_a_sleep : cost_of_a_sleep_disturbed),
          "a sleeping waiter used its processor");
  // On a crowded machine, one that does not sleep may hardly get any.
  require(after.ru_nvcsw > before.ru_nvcsw, "a waiter never slept");
}

}  // namespace handoff::conformance
