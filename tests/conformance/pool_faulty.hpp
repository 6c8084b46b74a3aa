#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/conformance/pool_row.hpp"
#include "tests/conformance/workers.hpp"

namespace handoff::conformance {

using PoolCheck = void (*)(const PoolRow& row, Peers peers);

/// That the check fails over the pool, and says `why`.
template <class P>
void expect_rejected(PoolCheck check, const std::string& why) {
  static constexpr PoolRow row = pool_row_of<P>();
  try {
    run_alone([&] { check(row, Peers::threads); });
    FAIL() << "it was accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
  }
}

/// What ends a check that hangs.
inline const std::string alarm_clock = "signal 14";

}  // namespace handoff::conformance
