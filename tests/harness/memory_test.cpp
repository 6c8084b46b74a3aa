#include "harness/memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "harness/region.hpp"

namespace handoff::harness {
namespace {

constexpr std::size_t bytes = std::size_t{64} << 20;
/// Of whatever else a process holds: its share of a library shrinks when another process maps it.
constexpr std::int64_t other_bytes = std::int64_t{8} << 20;

TEST(ResidentMemory, grows_by_what_is_mapped_and_touched) {
  const std::int64_t before = resident_bytes(getpid());
  EXPECT_GT(before, 0);
  const Region region = Region::private_memory(bytes);
  const std::int64_t grown = resident_bytes(getpid()) - before;
  EXPECT_GE(grown, static_cast<std::int64_t>(bytes) - other_bytes);
  EXPECT_LE(grown, static_cast<std::int64_t>(bytes) + other_bytes);
}

TEST(ResidentMemory, counts_by_its_share_what_a_child_inherits) {
  const Region region = Region::private_memory(bytes);
  const std::int64_t alone = resident_bytes(getpid());
  const pid_t child = fork();
  ASSERT_NE(child, -1);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) pause();
  }
  const std::int64_t together = resident_bytes(getpid()) + resident_bytes(child);
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_LE(together, alone + other_bytes);
  EXPECT_EQ(resident_bytes(child), 0);
}

}  // namespace
}  // namespace handoff::harness
