#include "bench/python_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <span>
#include <stdexcept>

#include "impl/common/descriptor.hpp"
#include "impl/common/poll.hpp"

namespace handoff::bench {
namespace {

constexpr int exit_not_started = 127;

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A program in a process group of its own; what it prints, errors included, goes into a pipe.
class Program {
 public:
  explicit Program(std::vector<std::string> words) {
    std::vector<char*> arguments = pointers_to(words);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) == -1) throw_errno("pipe2");
    output_ = Descriptor(ends[0]);
    Descriptor input(ends[1]);
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == -1) throw_errno("fork");
    if (pid_ == 0) {
      setpgid(0, 0);
      // The thread that forks is the only one of a benchmark binary, and lives as long as it does.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(exit_not_started);
      dup2(input.get(), STDOUT_FILENO);
      dup2(input.get(), STDERR_FILENO);
      execv(arguments[0], arguments.data());
      _exit(exit_not_started);
    }
    setpgid(pid_, pid_);  // whoever comes first
  }
  ~Program() {
    ::kill(-pid_, SIGKILL);  // also what it has started and left
    if (!reaped_) waitpid(pid_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// All that it prints until it and its children have closed their outputs, or the deadline.
  std::string read_all(Deadline deadline) {
    std::string text;
    std::array<char, 65536> part{};
    for (;;) {
      pollfd entry{.fd = output_.get(), .events = POLLIN, .revents = 0};
      if (poll_until(std::span(&entry, 1), deadline) == 0) {
        throw std::runtime_error("CPython hung: " + last_line(text));
      }
      ssize_t got = ::read(output_.get(), part.data(), part.size());
      if (got == 0) return text;
      if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
      if (got == -1 && errno != EINTR) throw_errno("read of what CPython prints");
    }
  }
  /// Its exit status, or minus the signal that ended it.
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) == -1) {
      if (errno != EINTR) throw_errno("waitpid");
    }
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  static std::string last_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.substr(text.rfind('\n') + 1);
  }

 private:
  pid_t pid_;
  Descriptor output_;
  bool reaped_ = false;
};

std::string output_of(std::vector<std::string> words, Deadline deadline) {
  Program program(std::move(words));
  std::string text = program.read_all(deadline);
  if (int code = program.wait(); code != 0) {
    throw std::runtime_error("CPython ended with " + std::to_string(code) + ": " +
                             Program::last_line(text));
  }
  return text;
}

}  // namespace

std::string run_python(const std::vector<std::string>& arguments, Deadline deadline) {
  // -E, -s: nobody's settings or packages; -B: leaves no compiled files in the tree.
  const std::string program = HANDOFF_PYTHON_BENCH "/run.py";
  std::vector<std::string> words{HANDOFF_PYTHON, "-E", "-s", "-B", program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return output_of(std::move(words), deadline);
}

const std::string& python_version() {
  static const std::string version = [] {
    try {
      std::string text = output_of({HANDOFF_PYTHON, "-V"}, after(std::chrono::seconds(10)));
      std::string line = Program::last_line(text);
      return line.substr(line.find(' ') + 1);
    } catch (const std::exception&) {
      return std::string();
    }
  }();
  return version;
}

}  // namespace handoff::bench
