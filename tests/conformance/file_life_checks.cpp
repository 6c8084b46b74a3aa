#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <csignal>
#include <limits>
#include <random>
#include <thread>

#include "impl/common/descriptor.hpp"
#include "tests/conformance/file_checks.hpp"
#include "tests/conformance/file_memory.hpp"
#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// How long a survivor is given before it counts as hung, where it should hang.
constexpr auto time_to_hang = std::chrono::milliseconds(500);

/// For what is left by every one of many files, some of which take their time.
constexpr auto longest_search = std::chrono::seconds(1);

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
                            answer_call(SYS_writev, SECCOMP_RET_KILL_PROCESS);
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

/// Its lock lies there, where it has one; its file is another. Of two processes, each has only one
/// of the mappings.
void works_through_two_mappings_at_different_addresses(const FileRow& row, Peers) {
  run_alone([&] {
    constexpr std::uint32_t each = 5000;
    const Descriptor memory(harness::make_memory_file(row.bytes));
    auto here = harness::Region::of_file(memory.get(), row.bytes);
    row.build(here.data(), {2, Peers::processes});
    auto append_all = [&](void* file, unsigned worker) {
      auto appender = row.appender(file, worker);
      for (std::uint32_t n = 0; n < each; ++n) appender->append(record_of(worker, n, 100));
    };
    auto map_again_and_append = [&] {
      auto there = harness::Region::of_file(memory.get(), row.bytes);
      munmap(here.data(), row.bytes);
      append_all(there.data(), 1);
    };
    run_workers(Peers::processes, {[&] { append_all(here.data(), 0); }, map_again_and_append});
    const std::vector<std::uint32_t> all{each, each};
    require(records_of_each(Contents(row.descriptor(here.data())), 2) == all,
            "records are lost or mixed");
    row.destroy(here.data());
  });
}

void ten_thousand_files_leave_nothing(const FileRow& row, Peers peers) {
  run_alone([&] {
    require_cycles_leave_nothing(
        [&] {
          SharedFile file(row, {1, peers});
          file.appender(0)->append(record_of(0, 0, 10));
        },
        longest_search);
  });
}

void nobody_else_can_open_it(const FileRow& row, Peers peers) {
  run_alone([&] {
    const auto before = names_open_to_others();
    SharedFile file(row, {1, peers});
    auto appender = file.appender(0);
    appender->append(record_of(0, 0, 10));
    require_nothing_open_to_others(before);
  });
}

void shapes_and_workers_out_of_range_raise(const FileRow& row, Peers peers) {
  run_alone([&] {
    const std::string_view name = row.info.name;
    require_names<std::invalid_argument>(name, {0}, [&] { SharedFile(row, {0, peers}); });
    constexpr unsigned huge = std::numeric_limits<unsigned>::max();
    require_names<LimitError>(name, {huge}, [&] { SharedFile(row, {huge, peers}); });
    const SharedFile file(row, {3, peers});
    for (unsigned beyond : {3U, 64U, huge}) {
      require_names<std::out_of_range>(name, {beyond, 2}, [&] { (void)file.appender(beyond); });
    }
  });
}

void a_killed_user_leaves_no_name(const FileRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          SharedFile file(row, {1, peers});
          auto appender = file.appender(0);
          appender->append(record_of(0, 0, 10));
          raise(SIGKILL);
        },
        patience);
  });
}

void a_killed_user_leaves_no_name(const FileRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, usual_names_patience);
}

}  // namespace handoff::conformance
