#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <vector>

#include "harness/crew.hpp"

/// How crews end when their parent does, or when not all workers can be started.
namespace handoff::harness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t workers = 3;

CrewPlan spinning_crew(Peers peers) {
  CrewPlan plan;
  plan.peers = peers;
  plan.cpus.assign(workers, -1);
  plan.program.join = [](std::byte*, Seat&) -> Body {
    return [](std::uint64_t) {
      volatile bool spinning = true;  // a loop that the compiler must keep
      while (spinning) {
      }
    };
  };
  return plan;
}

/// Gone, or dead and not yet reaped.
bool has_ended(pid_t thread) {
  std::ifstream file("/proc/" + std::to_string(thread) + "/stat");
  std::string stat;
  if (!std::getline(file, stat)) return true;
  char state = stat[stat.rfind(')') + 2];
  return state == 'Z' || state == 'X';
}

bool within_a_second(const std::function<bool()>& condition) {
  for (auto end = Clock::now() + seconds(1); Clock::now() < end;) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return condition();
}

class ParentOfCrew : public testing::TestWithParam<std::tuple<Peers, int>> {};

std::string name_of(const testing::TestParamInfo<std::tuple<Peers, int>>& instance) {
  auto [peers, signal] = instance.param;
  return std::string(to_string(peers)) + "_" + sigabbrev_np(signal);
}

INSTANTIATE_TEST_SUITE_P(, ParentOfCrew,
                         testing::Combine(testing::Values(Peers::threads, Peers::processes),
                                          testing::Values(SIGINT, SIGTERM, SIGKILL)),
                         name_of);

TEST_P(ParentOfCrew, takes_spinning_workers_with_it) {
  auto [peers, signal] = GetParam();
  // The orphans become ours, so that they are reaped also where nobody else does.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int ids_pipe[2];
  ASSERT_EQ(pipe(ids_pipe), 0);
  pid_t parent = fork();
  ASSERT_NE(parent, -1);
  if (parent == 0) {
    Crew crew(spinning_crew(peers));
    std::vector<pid_t> ids = crew.worker_ids();
    if (write(ids_pipe[1], ids.data(), sizeof(pid_t) * workers) == -1) _exit(EXIT_FAILURE);
    crew.run(1);
    _exit(EXIT_SUCCESS);
  }
  std::vector<pid_t> ids(workers);
  close(ids_pipe[1]);
  ASSERT_EQ(read(ids_pipe[0], ids.data(), sizeof(pid_t) * workers),
            static_cast<ssize_t>(sizeof(pid_t) * workers));
  close(ids_pipe[0]);
  std::this_thread::sleep_for(milliseconds(30));  // until they spin
  for (pid_t id : ids) EXPECT_FALSE(has_ended(id)) << id;

  kill(parent, signal);
  for (pid_t id : ids) {
    bool ended = within_a_second([id] { return has_ended(id); });
    EXPECT_TRUE(ended) << "worker " << id << " outlives its parent";
    if (!ended) kill(id, SIGKILL);
  }
  while (waitpid(-1, nullptr, 0) > 0) {
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/// Processes and threads of this user: what RLIMIT_NPROC counts.
rlim_t tasks_of_this_user() {
  rlim_t tasks = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (entry.is_symlink()) continue;  // self, thread-self
    std::ifstream file(entry.path() / "status");
    bool ours = false;
    for (std::string line; std::getline(file, line);) {
      if (line.rfind("Uid:", 0) == 0) {
        ours = line.rfind("Uid:\t" + std::to_string(getuid()) + "\t", 0) == 0;
      } else if (ours && line.rfind("Threads:", 0) == 0) {
        tasks += std::stoul(line.substr(line.find('\t')));
      }
    }
  }
  return tasks;
}

/// In a process that may start one more: 0 when a crew of three was refused and none was left.
int start_with_too_few_processes() {
  // The limit does not bind root, and counts what others of the same user start meanwhile.
  const uid_t nobody_else = 20'000 + static_cast<uid_t>(getpid()) % 40'000;
  if (getuid() == 0 && setuid(nobody_else) == -1) return 2;
  rlim_t limit = tasks_of_this_user() + 1;
  rlimit limits{.rlim_cur = limit, .rlim_max = limit};
  if (setrlimit(RLIMIT_NPROC, &limits) == -1) return 3;
  try {
    Crew crew(spinning_crew(Peers::processes));
  } catch (const std::system_error& error) {
    if (error.code().value() != EAGAIN) return 4;
    return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD ? 0 : 5;
  }
  return 6;
}

TEST(Crew, leaves_no_process_when_not_all_can_be_started) {
  pid_t child = fork();
  ASSERT_NE(child, -1);
  if (child == 0) _exit(start_with_too_few_processes());
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace handoff::harness
