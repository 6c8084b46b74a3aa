#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <span>
#include <string>
#include <utility>

#include "impl/common/info.hpp"
#include "tests/conformance/slowness.hpp"

/// Registers checks as tests: `fifo.keeps_the_order_of_many_messages/threads`.
namespace handoff::conformance {

/// One line of a family's table. `unfit` says why the check does not apply to a row that reaches
/// these peers; empty when it does.
template <class Row>
struct Check {
  const char* name;
  void (*run)(const Row& row, Peers peers);
  std::string (*unfit)(const Row& row, Peers peers) = [](const Row&, Peers) {
    return std::string();
  };
};

class ConformanceTest : public testing::Test {
 public:
  explicit ConformanceTest(std::function<void()> body) : body_(std::move(body)) {}
  void TestBody() override { body_(); }

 private:
  std::function<void()> body_;
};

/// ThreadSanitizer sees no race between processes. Its build checks a row's code between threads;
/// between processes only where a row reaches nothing else, for the threads within each.
constexpr bool is_seen_by_sanitizer(const Info& info, Peers peers) {
  return !thread_sanitized || peers == Peers::threads || !reaches(info, Peers::threads);
}

/// Registers every check over one row, for the peers that it reaches. What a row does not claim, or
/// this machine does not allow, is skipped with the reason. Row and checks live for ever.
template <class Row>
void add_tests(const char* name, const Row& row, std::span<const Check<Row>> checks,
               const char* file, int line) {
  for (Peers peers : {Peers::threads, Peers::processes}) {
    if (!reaches(row.info, peers) || !is_seen_by_sanitizer(row.info, peers)) continue;
    for (const Check<Row>& check : checks) {
      auto body = [&row, &check, peers] {
        std::string reason = row.info.unavailable();
        if (reason.empty()) reason = check.unfit(row, peers);
        if (!reason.empty()) GTEST_SKIP() << reason;
        check.run(row, peers);
      };
      std::string test = std::string(check.name).append("/").append(to_string(peers));
      testing::RegisterTest(name, test.c_str(), nullptr, nullptr, file, line,
                            [body] { return new ConformanceTest(body); });
    }
  }
}

}  // namespace handoff::conformance

/// Name and function of a check: the name is written once.
#define CHECK_NAMED(check) #check, check
