#include <gtest/gtest.h>

#include "impl/process/worker_main.hpp"

/// Not gtest's: some rows execute this program anew.
int main(int argc, char** argv) {
  if (auto code = handoff::worker_main(argc, argv)) return *code;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
