#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <random>
#include <thread>

#include "tests/conformance/file_checks.hpp"
#include "tests/conformance/file_memory.hpp"
#include "tests/conformance/leftovers.hpp"

namespace handoff::conformance {
namespace {

/// How long a survivor is given before it counts as hung, where it should hang.
constexpr auto time_to_hang = std::chrono::milliseconds(500);

/// From now on a call of writev kills the calling process before it writes anything.
void die_at_writev() {
  sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_writev, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{.len = std::size(steps), .filter = steps};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) throw_errno("PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1) throw_errno("PR_SET_SECCOMP");
}

}  // namespace

void a_killed_writer_leaves_at_most_its_last_record_incomplete(const FileRow& row, Peers) {
  run_alone([&] {
    constexpr int rounds = 15;
    constexpr std::size_t length = std::size_t{1} << 20;
    std::mt19937 random(7);
    InSharedMemory<std::atomic<std::uint32_t>> appended(0U);
    for (int round = 0; round < rounds; ++round) {
      SharedFile file(row, {1, Peers::processes});
      *appended = 0;
      auto delay = std::chrono::microseconds(random() % 10'000);
      harness::Team team({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                            auto appender = file.appender(0);
                            std::thread killer([&] {
                              while (*appended < 2) std::this_thread::yield();
                              std::this_thread::sleep_for(delay);
                              kill(getpid(), SIGKILL);
                            });
                            for (std::uint32_t n = 0;; ++n) {
                              appender->append(record_of(0, n, length));
                              *appended = n + 1;
                            }
                          }});
      team.finish(after(usual_watchdog / 4));
      require(team.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
      Contents contents(file);
      std::uint32_t found = records_of_each(contents, 1)[0];
      require(found >= *appended, "records that had been appended are lost");
      // Killed between the end of an append and the count of it, or within the next one.
      require(found + contents.incomplete() <= *appended + 1, "more than the last is incomplete");
    }
  });
}

void a_survivor_sees_what_is_claimed(const FileRow& row, Peers, Clock::duration patience) {
  run_alone([&] {
    SharedFile file(row, {2, Peers::processes});
    harness::Team victim({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                            auto appender = file.appender(0);
                            appender->append(record_of(0, 0, 100));
                            die_at_writev();
                            appender->append(record_of(0, 1, 100));
                          }});
    victim.finish(after(usual_watchdog / 4));
    require(victim.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
    auto survives = [&](unsigned) {
      auto appender = file.appender(1);
      auto record = record_of(1, 0, 100);
      try {
        appender->append(record);
      } catch (const std::exception&) {  // told of the death, once
        appender->append(record);
      }
    };
    harness::Team survivor({.peers = Peers::processes, .workers = 1, .work = survives});
    bool told = row.info.on_peer_death == Survivor::told;
    survivor.finish(after(told ? patience : Clock::duration(time_to_hang)));
    harness::Fate fate = survivor.fate(0);
    auto due = told ? harness::Fate::Kind::finished : harness::Fate::Kind::hung;
    require(fate.kind == due, "the survivor " + describe(fate));
    std::vector<std::uint32_t> all{1, told ? 1U : 0U};
    require(records_of_each(Contents(file), 2) == all, "other records than were appended");
  });
}

void a_survivor_sees_what_is_claimed(const FileRow& row, Peers peers) {
  a_survivor_sees_what_is_claimed(row, peers, usual_watchdog / 4);
}

void building_and_dropping_leaks_nothing(const FileRow& row, Peers peers) {
  run_alone([&] {
    auto cycle = [&] {
      SharedFile file(row, {1, peers});
      file.appender(0)->append(record_of(0, 0, 10));
    };
    for (int n = 0; n < 100; ++n) cycle();
    auto before = open_descriptors();
    for (int n = 0; n < 2000; ++n) cycle();
    require(open_descriptors() == before, "descriptors are left open");
  });
}

void a_killed_user_leaves_no_name(const FileRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    auto before = names_in_the_system();
    harness::Team maker({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                           SharedFile file(row, {1, peers});
                           auto appender = file.appender(0);
                           appender->append(record_of(0, 0, 10));
                           raise(SIGKILL);
                         }});
    maker.finish(after(usual_watchdog / 4));
    require(maker.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
    require_no_new_names(before, patience);
  });
}

void a_killed_user_leaves_no_name(const FileRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, std::chrono::seconds(60));
}

}  // namespace handoff::conformance
