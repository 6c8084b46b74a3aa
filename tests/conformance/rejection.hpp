#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "tests/conformance/workers.hpp"

/// How tests show that the checks of a family reject what breaks a promise.
namespace handoff::conformance {

/// Of many functions of one name, those for this kind of row.
template <class Row>
using CheckOf = void (*)(const std::type_identity_t<Row>& row, Peers peers);
template <class Row>
using PatientCheckOf = void (*)(const std::type_identity_t<Row>& row, Peers peers,
                                Clock::duration patience);
template <class Row>
using PatientCheckOfProcesses = void (*)(const std::type_identity_t<Row>& row,
                                         Clock::duration patience);

/// For what hangs: as a check itself would, but does not wait for long.
inline constexpr auto little_patience = std::chrono::milliseconds(500);

/// For a name that is left for good.
inline constexpr auto patience_for_names = std::chrono::milliseconds(200);

/// Fails the test, and raises nothing itself, unless the check raises std::runtime_error; so do all
/// that follow. Not every run shows a fault that is a race, or that a crowded machine hides.
inline void expect_rejection(const std::function<void()>& check) {
  auto ten_times = [&] {
    for (int n = 0; n < 10; ++n) check();
  };
  EXPECT_THROW(ten_times(), std::runtime_error);
}

template <class Row>
void expect_rejected(const Row& row, CheckOf<Row> check, Peers peers = Peers::processes) {
  expect_rejection([&] { check(row, peers); });
}
template <class Row>
void expect_rejected(const Row& row, PatientCheckOf<Row> check, Clock::duration patience,
                     Peers peers = Peers::processes) {
  expect_rejection([&] { check(row, peers, patience); });
}
template <class Row>
void expect_rejected(const Row& row, PatientCheckOfProcesses<Row> check, Clock::duration patience) {
  expect_rejection([&] { check(row, patience); });
}

/// Those that hang: within a process that is killed.
template <class Row>
void expect_hang(const Row& row, CheckOf<Row> check, Peers peers = Peers::processes) {
  expect_rejection([&] { run_alone([&] { check(row, peers); }, little_patience); });
}

/// A suite whose fakes are used among threads and among processes.
class AmongPeers : public testing::TestWithParam<Peers> {
 protected:
  template <class Row>
  static void expect_rejected(const Row& row, CheckOf<Row> check) {
    conformance::expect_rejected(row, check, GetParam());
  }
  template <class Row>
  static void expect_rejected(const Row& row, PatientCheckOf<Row> check, Clock::duration patience) {
    conformance::expect_rejected(row, check, patience, GetParam());
  }
  template <class Row>
  static void expect_rejected(const Row& row, PatientCheckOfProcesses<Row> check,
                              Clock::duration patience) {
    conformance::expect_rejected(row, check, patience);
  }
  template <class Row>
  static void expect_hang(const Row& row, CheckOf<Row> check) {
    conformance::expect_hang(row, check, GetParam());
  }
};

/// The instances of such a suite, and their names.
inline auto threads_and_processes() { return testing::Values(Peers::threads, Peers::processes); }
inline std::string name_of_peers(const testing::TestParamInfo<Peers>& info) {
  return std::string(to_string(info.param));
}

}  // namespace handoff::conformance
