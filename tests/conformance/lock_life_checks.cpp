#include "tests/conformance/lock_life_checks.hpp"

#include <malloc.h>
#include <sys/stat.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/lock_memory.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// A lock of this process alone, in memory that has been used before.
class LockOnHeap {
 public:
  LockOnHeap(const LockRow& row, LockShape shape)
      : row_(row), memory_(operator new(row.bytes, row.alignment), Free{row.alignment}) {
    constexpr int used_before = 0xA5;
    std::memset(memory_.get(), used_before, row.bytes);
    row_.build(memory_.get(), shape);
  }
  ~LockOnHeap() { row_.destroy(memory_.get()); }
  LockOnHeap(const LockOnHeap&) = delete;
  LockOnHeap& operator=(const LockOnHeap&) = delete;

  std::unique_ptr<AnyLockHandle> handle(unsigned worker) const {
    return row_.handle(memory_.get(), worker);
  }

 private:
  struct Free {
    std::align_val_t alignment;
    void operator()(void* memory) const { operator delete(memory, alignment); }
  };

  const LockRow& row_;
  std::unique_ptr<void, Free> memory_;
};

std::vector<std::string> mappings() {
  std::ifstream maps("/proc/self/maps");
  std::vector<std::string> lines;
  for (std::string line; std::getline(maps, line);) lines.push_back(line);
  return lines;
}

}  // namespace

void makes_the_system_calls_that_it_claims(const LockRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto lock = std::make_shared<LockOnHeap>(row, LockShape{1, peers});
      std::shared_ptr<AnyLockHandle> handle = lock->handle(0);
      return [lock, handle](unsigned count) {
        for (unsigned n = 0; n < count; ++n) {
          handle->lock();
          handle->unlock();
        }
      };
    });
  });
}

/// No memory, descriptor, mapping or name.
void ten_thousand_locks_leave_nothing(const LockRow& row, Peers peers) {
  run_alone([&] {
    auto cycle = [&] {
      LockOnHeap lock(row, {1, peers});
      lock.handle(0)->guard([] {});
    };
    for (int n = 0; n < 100; ++n) cycle();
    auto descriptors_before = open_descriptors();
    auto mappings_before = mappings().size();
    auto allocated_before = mallinfo2().uordblks;
    auto names_before = names_in_the_system().size();
    constexpr int cycles = 10'000;
    for (int n = 0; n < cycles; ++n) cycle();
    require(open_descriptors() == descriptors_before, "descriptors are left open");
    // Allocators, sanitizers and others keep some; one, or a byte, of each cycle stands out.
    require(mappings().size() < mappings_before + cycles / 2, "mappings are left");
    require(mallinfo2().uordblks < allocated_before + cycles, "memory is left allocated");
    require(names_in_the_system().size() < names_before + cycles / 2, "names are left");
  });
}

/// What it has mapped of the system's memory files has lost its name, or is of this user alone.
void nobody_else_can_open_it(const LockRow& row, Peers peers) {
  run_alone([&] {
    LockOnHeap lock(row, {1, peers});
    for (const std::string& line : mappings()) {
      if (line.find("/dev/shm/") == std::string::npos) continue;
      require(line.ends_with("(deleted)"), "a name is left while the lock lives: " + line);
      struct stat file {};
      const std::string path = "/proc/self/map_files/" + line.substr(0, line.find(' '));
      if (stat(path.c_str(), &file) == -1 && errno == EPERM) continue;  // it takes a capability
      require((file.st_mode & (S_IRWXG | S_IRWXO)) == 0, "others may open it: " + line);
    }
  });
}

/// The maker is killed while it holds its lock.
void a_killed_user_leaves_no_name(const LockRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    auto before = names_in_the_system();
    harness::Team maker({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                           LockOnHeap lock(row, {1, peers});
                           auto handle = lock.handle(0);
                           handle->lock();
                           raise(SIGKILL);
                         }});
    maker.finish(after(usual_watchdog / 4));
    require(maker.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
    require_no_new_names(before, patience);
  });
}

void a_killed_user_leaves_no_name(const LockRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, std::chrono::seconds(60));
}

}  // namespace handoff::conformance
