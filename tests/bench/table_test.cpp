#include "bench/table.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "impl/pool/mutex_condition_threads.hpp"
#include "impl/pool/prefork_socketpair.hpp"
#include "tests/bench/faulty_runner.hpp"

namespace handoff::bench {
namespace {

class TableThatIs : public testing::TestWithParam<TableWay> {};
class TableOfResults : public testing::TestWithParam<TableWay> {};

/// In a process of its own, as each case is: a worker maps one table in its life. What it threw,
/// empty when it did not; "?" when it died.
template <class Run>
std::string outcome_of(Run run) {
  int pipe[2];
  EXPECT_EQ(::pipe(pipe), 0);
  pid_t child = fork();
  if (child == 0) {
    std::string message;
    try {
      run();
    } catch (const std::exception& error) {
      message = error.what();
    }
    _exit(::write(pipe[1], message.data(), message.size()) == -1 ? EXIT_FAILURE : EXIT_SUCCESS);
  }
  ::close(pipe[1]);
  std::array<char, 512> message{};
  ssize_t length = ::read(pipe[0], message.data(), message.size());
  ::close(pipe[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0 ? std::string(message.data(), static_cast<std::size_t>(length)) : "?";
}

template <class Runner, class... Arguments>
void compute_tables(TableWay way, Arguments&&... arguments) {
  constexpr std::uint64_t tables = 3;
  TestSeat test;
  TableMap<Runner> map(way, test.seat, std::forward<Arguments>(arguments)...);
  map.run(tables);
  test.seat.afterwards();
}

template <class P>
void compute_by_pool(TableWay way) {
  const std::vector<int> two_not_pinned(2, harness::Placement::not_pinned);
  TestSeat test;
  compute_tables<PoolRunner<P>>(way, two_not_pinned, test.seat);
}

TEST_P(TableThatIs, is_right_without_a_pool_and_by_threads_and_by_processes) {
  EXPECT_EQ(outcome_of([] { compute_tables<SerialRunner>(GetParam()); }), "");
  EXPECT_EQ(outcome_of([] { compute_by_pool<MutexConditionThreads>(GetParam()); }), "");
  EXPECT_EQ(outcome_of([] { compute_by_pool<PreforkSocketpair>(GetParam()); }), "");
}

void flip_a_bit(std::span<std::byte> bytes, std::size_t at) { bytes[at] ^= std::byte{1}; }

TEST_P(TableOfResults, is_refused_where_a_part_is_not_written) {
  int maps = 0;
  // What the first map has left in place of what the second one brought.
  std::vector<std::byte> first;
  auto keep_the_first = [&](std::span<std::byte> results) {
    if (maps++ == 0) {
      first.assign(results.begin(), results.end());
    } else {
      std::copy_n(first.begin(), sizeof(Part), results.begin());
    }
  };
  std::string said = outcome_of([&] { compute_tables<FaultyRunner>(GetParam(), keep_the_first); });
  EXPECT_NE(said.find("row 0 of the third column"), std::string::npos) << said;
}

TEST_P(TableOfResults, is_refused_where_a_row_within_a_part_is_wrong) {
  auto spoil = [](std::span<std::byte> results) { flip_a_bit(results, 77 * sizeof(std::int64_t)); };
  std::string said = outcome_of([&] { compute_tables<FaultyRunner>(GetParam(), spoil); });
  EXPECT_NE(said.find("row 77 of the third column"), std::string::npos) << said;
}

TEST(TableInPlace, is_refused_where_an_answer_is_wrong) {
  auto spoil = [](std::span<std::byte> results) { flip_a_bit(results, 0); };
  std::string said = outcome_of([&] { compute_tables<FaultyRunner>(TableWay::shared, spoil); });
  EXPECT_NE(said.find("wrong answer to task 0"), std::string::npos) << said;
}

std::string name_of(const testing::TestParamInfo<TableWay>& way) { return to_string(way.param); }

INSTANTIATE_TEST_SUITE_P(, TableThatIs, testing::ValuesIn(table_ways), name_of);
INSTANTIATE_TEST_SUITE_P(, TableOfResults,
                         testing::Values(TableWay::inherited, TableWay::copied, TableWay::mapped),
                         name_of);

}  // namespace
}  // namespace handoff::bench
