#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <iceoryx_hoofs/log/logmanager.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "private_server.hpp"
#include "signals_held_back.hpp"

/// Eclipse iceoryx, with a daemon of this process's own.
///
/// The daemon has fixed names (/tmp/roudi, /dev/shm/iceoryx_mgmt and others), so that a machine has
/// one only, and leaves them behind when it is killed. Here it gets a mount namespace in which /tmp
/// and /dev/shm are empty file systems of its own: they go with the last process in it, and it
/// meets no other daemon. Who talks to it has to enter that namespace.
namespace handoff::detail {

/// Bytes. As configured: the daemon takes all memory at its start, some 140 MiB with this.
inline constexpr std::size_t iceoryx_largest_message = std::size_t{1} << 20;

/// Whether this process can have mounts of its own, which no other sees; not in a chroot whose root
/// is no mount point.
inline bool gets_own_mounts(int namespaces) {
  return unshare(namespaces) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// Which namespaces this user may make: root a mount namespace, others only in a user namespace.
/// Zero where neither can be had.
inline int iceoryx_namespaces() {
  static const int allowed = [] {
    for (int kinds : {CLONE_NEWNS, CLONE_NEWNS | CLONE_NEWUSER}) {
      pid_t child = fork();
      if (child == 0) _exit(gets_own_mounts(kinds) ? EXIT_SUCCESS : EXIT_FAILURE);
      int status = -1;
      while (child != -1 && waitpid(child, &status, 0) == -1 && errno == EINTR) {
      }
      if (status == EXIT_SUCCESS) return kinds;
    }
    return 0;
  }();
  return allowed;
}

/// For Info::unavailable.
inline std::string why_no_iceoryx() {
  if (std::string why = why_no_program("iox-roudi", "iceoryx"); !why.empty()) return why;
  if (std::string why = why_no_program("unshare", "util-linux"); !why.empty()) return why;
  if (iceoryx_namespaces() != 0) return {};
  return "no mounts of its own can be had here, without which its daemon would be everybody's";
}

/// The daemon (RouDi) of this process and of those that it forks, started with the first object.
class IceoryxDaemon {
 public:
  static IceoryxDaemon& of_this_process() {
    static std::mutex mutex;
    static std::unique_ptr<IceoryxDaemon> daemon;
    std::scoped_lock lock(mutex);
    if (!daemon) daemon.reset(new IceoryxDaemon);
    return *daemon;
  }

  /// Whether a process from which this one was forked has started it.
  bool is_inherited() const { return starter_ != getpid(); }

  pid_t pid() const { return process_->pid(); }

  /// Brings this process into the daemon's namespaces, for good, and registers it there; once does.
  /// Without root's privileges, before it has other threads. Not in a child of a process that has
  /// entered: the library's runtime does not survive a fork.
  void enter() {
    std::scoped_lock lock(entering_);
    if (entered_by_ == getpid()) return;
    if (entered_by_ != 0) {
      throw std::logic_error("iceoryx: this process was forked from one that uses it already");
    }
    Descriptor folder(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    bool has_users = (iceoryx_namespaces() & CLONE_NEWUSER) != 0;
    // Threads share what a mount namespace changes, unless they are told not to.
    if (!has_users && unshare(CLONE_FS) == -1) throw_errno("iceoryx: unshare");
    if (setns(process_number_.get(), iceoryx_namespaces()) == -1) {
      throw_errno("iceoryx: setns, which without privileges no process with threads may do,");
    }
    if (fchdir(folder.get()) == -1) throw_errno("iceoryx: fchdir");
    auto& log = iox::log::LogManager::GetLogManager();
    log.SetDefaultLogLevel(iox::log::LogLevel::kWarn, iox::log::LogLevelOutput::kHideLogLevel);
    const std::string name = unguessable_name("");
    SignalsHeldBack none;  // from the thread that the library starts, to which one would be fatal
    iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name));
    entered_by_ = getpid();
  }

  /// Before publishers, subscribers and a wait set are made: the daemon has room for 506
  /// publishers, and clears away those that have been dropped every 100 ms; one too many ends this
  /// process.
  void take_room() {
    std::scoped_lock lock(rooms_);
    auto forget_old = [this] {
      while (!dropped_.empty() && dropped_.front() + until_cleared <= Clock::now()) {
        dropped_.pop_front();
      }
    };
    if (taken_ >= most_rooms) {
      throw LimitError("iceoryx", "number of open ends", taken_ + 1, most_rooms);
    }
    for (forget_old(); taken_ + dropped_.size() >= most_rooms; forget_old()) {
      std::this_thread::sleep_until(dropped_.front() + until_cleared);
    }
    ++taken_;
  }
  void give_room() {
    std::scoped_lock lock(rooms_);
    --taken_;
    dropped_.push_back(Clock::now());
  }

 private:
  IceoryxDaemon() {
    if (std::string why = why_no_iceoryx(); !why.empty()) {
      throw std::runtime_error("iceoryx: " + why);
    }
    // A name of its own tells its /tmp from the one in which another daemon may have its socket.
    const std::string mark = unguessable_name();
    auto arguments = [&mark](const std::string&) { return command(mark); };
    process_.emplace("iceoryx", arguments, configuration());
    const std::string its = "/proc/" + std::to_string(process_->pid()) + "/root/tmp/";
    process_->wait_until([&] {
      return ::access((its + mark).c_str(), F_OK) == 0 &&
             ::access((its + "roudi").c_str(), F_OK) == 0;
    });
    process_number_ = open_pidfd(process_->pid());
  }

  static std::vector<std::string> command(const std::string& mark) {
    std::vector<std::string> words = {find_program("unshare"), "--mount"};
    if ((iceoryx_namespaces() & CLONE_NEWUSER) != 0) {
      words.insert(words.end(), {"--user", "--map-root-user"});
    }
    words.insert(words.end(), {"sh", "-c",
                               "mount -t tmpfs -o mode=700 none /dev/shm && "
                               "mount -t tmpfs -o mode=700 none /tmp && : > /tmp/\"$1\" && "
                               "exec \"$0\" --config-file configuration",
                               find_program("iox-roudi"), mark});
    return words;
  }

  /// Pools of chunks: a message takes one of the smallest that it fits in.
  static std::string configuration() {
    struct Pool {
      std::size_t bytes;
      std::size_t count;
    };
    constexpr Pool pools[] = {
        {128, 8192}, {1024, 2048}, {16384, 512}, {131072, 128}, {iceoryx_largest_message, 48}};
    std::string text = "[general]\nversion = 1\n[[segment]]\n";
    for (const Pool& pool : pools) {
      text += "[[segment.mempool]]\nsize = " + std::to_string(pool.bytes) +
              "\ncount = " + std::to_string(pool.count) + "\n";
    }
    return text;
  }

  /// Twice as many, of two processes, are fewer than the daemon's 506 publishers.
  static constexpr std::size_t most_rooms = 200;
  static constexpr auto until_cleared = std::chrono::milliseconds(300);

  pid_t starter_ = getpid();
  std::optional<PrivateServer> process_;
  Descriptor process_number_;  ///< a pidfd
  std::mutex entering_;
  pid_t entered_by_ = 0;
  std::mutex rooms_;
  std::size_t taken_ = 0;
  std::deque<Clock::time_point> dropped_;
};

/// Room for an end in the daemon of this process, as long as it lives.
class IceoryxRoom {
 public:
  IceoryxRoom() {
    daemon_.enter();
    daemon_.take_room();
  }
  ~IceoryxRoom() { daemon_.give_room(); }
  IceoryxRoom(const IceoryxRoom&) = delete;
  IceoryxRoom& operator=(const IceoryxRoom&) = delete;

 private:
  IceoryxDaemon& daemon_ = IceoryxDaemon::of_this_process();
};

}  // namespace handoff::detail
