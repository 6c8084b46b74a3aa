#include "bench/python_process.hpp"

#include <gtest/gtest.h>

namespace handoff::bench {
namespace {

std::string why_it_fails(const std::vector<std::string>& arguments, Clock::duration time) {
  try {
    run_python(arguments, after(time));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

constexpr auto generous = std::chrono::seconds(60);

TEST(Python, names_the_error_of_a_case_that_fails) {
  EXPECT_NE(why_it_fails({"pipe/fifo", "0", "1"}, generous).find("BadName"), std::string::npos);
}

TEST(Python, is_ended_at_the_deadline) {
  const std::string pool =
      "pool/cpython_threading/io_bound/peers:threads/place:unpinned/workers:1/work:wait_5ms";
  constexpr auto an_hour_in_ns = "3600000000000";
  EXPECT_NE(why_it_fails({pool, "-1", an_hour_in_ns}, std::chrono::seconds(1)).find("hung"),
            std::string::npos);
}

TEST(Python, has_a_version) { EXPECT_EQ(python_version().substr(0, 2), "3."); }

}  // namespace
}  // namespace handoff::bench
