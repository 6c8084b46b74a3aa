#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "descriptor.hpp"
#include "names.hpp"
#include "pidfd.hpp"
#include "poll.hpp"
#include "status.hpp"

namespace handoff {

/// A server process of this process and of those that it forks: ended by the destructor, or when
/// the last of them is gone, however they ended.
///
/// A keeper is its parent. It reads the end of file of a socket whose other end only they hold,
/// kills the server and removes its folder. Not PR_SET_PDEATHSIG: that fires when the thread ends
/// that forked.
class PrivateServer {
 public:
  using Arguments = std::function<std::vector<std::string>(const std::string& folder)>;

  /// A program, found by find_program(), in a new folder of mode 0700, which it is started in. What
  /// it prints goes into a file there. `configuration`: what it finds in the file of this name:
  /// unlike arguments, other users cannot read it.
  PrivateServer(std::string_view object, const Arguments& arguments,
                const std::string& configuration = {})
      : object_(object), folder_(std::filesystem::temp_directory_path() / unguessable_name()) {
    std::vector<std::string> words = arguments(folder_);
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    start(
        {.arguments = pointers.data(), .folder = folder_.c_str(), .configuration = configuration});
  }
  /// A function; it has `descriptor` and the standard error open, and must not throw.
  PrivateServer(std::string_view object, Descriptor descriptor, void (*serve)(int descriptor))
      : object_(object) {
    start({.serve = serve, .descriptor = descriptor.get()});
  }
  /// No server, only a new folder of mode 0700 that is removed with what lies in it.
  explicit PrivateServer(std::string_view object)
      : object_(object), folder_(std::filesystem::temp_directory_path() / unguessable_name()) {
    start({.folder = folder_.c_str()});
  }
  ~PrivateServer() {
    if (getpid() != owner_) return;
    ::shutdown(lifeline_.get(), SHUT_WR);  // not close: forked children hold it too
    char none = 0;
    while (::recv(lifeline_.get(), &none, 1, 0) == -1 && errno == EINTR) {
    }
  }
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  pid_t pid() const { return pid_; }
  const std::string& folder() const { return folder_; }
  /// In its folder.
  std::string path_of(const char* name) const { return folder_ + "/" + name; }

  /// Until `attempt()` is true. Raises, with the last line that the server printed, when the server
  /// has ended instead, or needs too long.
  template <class Attempt>
  void wait_until(Attempt attempt) const {
    constexpr auto patience = std::chrono::seconds(30);
    constexpr auto pause = std::chrono::milliseconds(1);
    Descriptor ended = open_pidfd(pid_);
    Deadline deadline = after(patience);
    while (!attempt()) {
      std::array entry = {pollfd{.fd = ended.get(), .events = POLLIN, .revents = 0}};
      if (poll_until(entry, after(pause)) > 0) fail("its server has ended");
      if (Clock::now() >= deadline) fail("its server does not answer");
    }
  }

 private:
  struct Plan {
    char* const* arguments = nullptr;
    const char* folder = nullptr;
    std::string_view configuration = {};
    void (*serve)(int) = nullptr;
    int descriptor = -1;

    bool has_server() const { return arguments != nullptr || serve != nullptr; }
  };
  /// What the keeper says once.
  struct Report {
    pid_t server = -1;
    int error = 0;
  };

  [[noreturn]] void fail(const char* what) const {
    std::string last;
    std::ifstream printed(path_of(log_name));
    for (std::string line; std::getline(printed, line);) last = line;
    throw std::runtime_error(object_ + ": " + what + (last.empty() ? "" : "; it said: " + last));
  }

  void start(const Plan& plan) {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) == -1) {
      throw_errno(object_ + ": socketpair");
    }
    lifeline_.reset(both[0]);
    Descriptor theirs(both[1]);
    // Forked twice, so that it is nobody's child to wait for.
    pid_t child = fork();
    if (child == -1) throw_errno(object_ + ": fork");
    if (child == 0) {
      if (fork() == 0) keep(plan, theirs.get());
      _exit(EXIT_SUCCESS);
    }
    while (waitpid(child, nullptr, 0) == -1 && errno == EINTR) {
    }
    theirs.reset();
    Report report;
    ssize_t length = -1;
    while ((length = ::recv(lifeline_.get(), &report, sizeof(report), 0)) == -1 && errno == EINTR) {
    }
    if (length != sizeof(report)) report.error = EAGAIN;  // no second process was to be had
    errno = report.error;
    if (report.error != 0) throw_errno(object_ + ": start of " + name_of(plan));
    pid_ = report.server;
  }
  static std::string name_of(const Plan& plan) {
    if (plan.arguments == nullptr) return plan.serve != nullptr ? "its server" : "its keeper";
    return std::string(plan.arguments[0]) + " in " + plan.folder;
  }

  // What follows runs in processes of its own that may have been forked beside other threads:
  // system calls only, nothing that allocates or locks.

  static void close_all_but(std::array<int, 3> kept) {
    std::sort(kept.begin(), kept.end());
    unsigned next = 0;
    for (int one : kept) {
      if (one == -1) continue;
      auto number = static_cast<unsigned>(one);
      if (number > next) syscall(SYS_close_range, next, number - 1, 0);
      next = number + 1;
    }
    syscall(SYS_close_range, next, ~0U, 0);
  }

  [[noreturn]] static void keep(const Plan& plan, int lifeline) {
    setsid();  // what is sent to its makers' process group is not meant for it
    Report report;
    int errors[2] = {-1, -1};
    if (plan.folder != nullptr && ::mkdir(plan.folder, S_IRWXU) == -1) report.error = errno;
    bool starts = report.error == 0 && plan.has_server();
    if (starts && ::pipe2(errors, O_CLOEXEC) == -1) report.error = errno;
    const pid_t keeper = getpid();
    if (starts && report.error == 0) {
      report.server = fork();
      if (report.server == -1) report.error = errno;
      if (report.server == 0) be_server(plan, keeper, errors[1]);
    }
    close_all_but({lifeline, errors[0], -1});
    // Nothing to read once the program runs, or the function.
    while (report.server != -1 && ::read(errors[0], &report.error, sizeof(report.error)) == -1 &&
           errno == EINTR) {
    }
    ::send(lifeline, &report, sizeof(report), MSG_NOSIGNAL);
    char none = 0;
    while (::recv(lifeline, &none, 1, 0) == -1 && errno == EINTR) {
    }
    if (report.server != -1) {
      // Until it is waited for here, its number is nobody else's.
      ::kill(report.server, SIGKILL);
      while (waitpid(report.server, nullptr, 0) == -1 && errno == EINTR) {
      }
    }
    if (plan.folder != nullptr) remove_folder(plan.folder);
    _exit(EXIT_SUCCESS);
  }

  [[noreturn]] static void be_server(const Plan& plan, pid_t keeper, int errors) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // should the keeper be killed, whose only thread forked this
    if (getppid() != keeper) _exit(EXIT_FAILURE);
    // Its maker may be pinned to one CPU while it makes this.
    cpu_set_t all;
    std::memset(&all, -1, sizeof(all));
    sched_setaffinity(0, sizeof(all), &all);
    if (plan.serve != nullptr) {
      close_all_but({plan.descriptor, STDERR_FILENO, -1});
      plan.serve(plan.descriptor);
      _exit(EXIT_SUCCESS);
    }
    errors = ::fcntl(errors, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);  // out of the way of the next
    if (::chdir(plan.folder) == 0 && configure(plan.configuration)) {
      int none = ::open("/dev/null", O_RDONLY);
      int log = ::open(log_name, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
      ::dup2(none, STDIN_FILENO);
      ::dup2(log, STDOUT_FILENO);
      ::dup2(log, STDERR_FILENO);
      syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
      ::execv(plan.arguments[0], plan.arguments);
    }
    int error = errno;
    (void)!::write(errors, &error, sizeof(error));
    _exit(EXIT_FAILURE);
  }

  static bool configure(std::string_view configuration) {
    if (configuration.empty()) return true;
    int file = ::open("configuration", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    auto length = static_cast<ssize_t>(configuration.size());
    return ::write(file, configuration.data(), configuration.size()) == length;
  }

  /// With the files in it.
  static void remove_folder(const char* folder) {
    int directory = ::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    alignas(dirent64) std::array<char, 4096> entries;
    ssize_t length = 0;
    while ((length = getdents64(directory, entries.data(), entries.size())) > 0) {
      for (ssize_t at = 0; at < length;) {
        auto* entry = reinterpret_cast<dirent64*>(entries.data() + at);
        ::unlinkat(directory, entry->d_name, 0);
        at += entry->d_reclen;
      }
    }
    ::rmdir(folder);
  }

  static constexpr const char* log_name = "printed";

  std::string object_;
  std::string folder_;  ///< empty: it has none
  pid_t owner_ = getpid();
  pid_t pid_ = -1;
  Descriptor lifeline_;
};

/// The path of a program in PATH, or where Debian keeps servers; empty when it is not installed.
inline std::string find_program(const std::string& name) {
  const char* set = std::getenv("PATH");
  std::string folders = std::string(set == nullptr ? "" : set) + ":/usr/sbin";
  for (std::size_t begin = 0; begin < folders.size();) {
    std::size_t end = std::min(folders.find(':', begin), folders.size());
    std::string path = folders.substr(begin, end - begin) + "/" + name;
    if (end > begin && ::access(path.c_str(), X_OK) == 0) return path;
    begin = end + 1;
  }
  return {};
}

/// For Info::unavailable; `package` is Debian's.
inline std::string why_no_program(const std::string& name, const std::string& package) {
  if (!find_program(name).empty()) return {};
  return "there is no " + name + ": it is in the Debian package " + package;
}

}  // namespace handoff
