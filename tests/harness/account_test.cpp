#include "harness/account.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace handoff::harness {
namespace {

constexpr std::int64_t spun_ns = 30'000'000;

/// A child that takes so much processor time, and ends.
pid_t spinning_child() {
  const pid_t child = fork();
  if (child != 0) return child;
  while (cost_of_this_process().cpu_ns < spun_ns) {
  }
  _exit(0);
}

TEST(Account, of_children_counts_them_once_they_are_waited_for) {
  const Cost before = cost_of_ended_children();
  const pid_t child = spinning_child();
  ASSERT_GT(child, 0);
  siginfo_t end{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOWAIT), 0);
  EXPECT_EQ((cost_of_ended_children() - before).cpu_ns, 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const std::int64_t charged_ns = (cost_of_ended_children() - before).cpu_ns;
  EXPECT_GE(charged_ns, spun_ns / 2);  // the kernel's own account may go by ticks
  EXPECT_LE(charged_ns, 4 * spun_ns);
}

}  // namespace
}  // namespace handoff::harness
