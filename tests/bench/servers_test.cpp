#include "bench/servers.hpp"

#include <gtest/gtest.h>

namespace handoff::bench {
namespace {

struct WithServers {
  std::vector<pid_t> numbers;
  const std::vector<pid_t>& servers() const { return numbers; }
};
struct WithoutServers {};

std::vector<pid_t> charged_to(unsigned worker) {
  harness::LatencyRecorder recorder;
  harness::Report report;
  harness::Seat seat{.worker = worker, .recorder = recorder, .report = report, .also_account = {}};
  charge_servers(seat, WithServers{{7, 8}}, WithoutServers{}, WithServers{{8, 9}});
  return seat.also_account;
}

TEST(Servers, are_charged_once_each) { EXPECT_EQ(charged_to(0), (std::vector<pid_t>{7, 8, 9})); }

TEST(Servers, are_charged_to_the_first_worker_alone) { EXPECT_TRUE(charged_to(1).empty()); }

}  // namespace
}  // namespace handoff::bench
