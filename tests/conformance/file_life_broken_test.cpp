#include <gtest/gtest.h>

#include "impl/file/shared_mutex.hpp"
#include "tests/conformance/baggage.hpp"
#include "tests/conformance/file_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Files that leave what they should not, and the checks that must see it.
namespace handoff::conformance {
namespace {

class FileWithBaggage : public SharedMutexAppend {
 public:
  using SharedMutexAppend::SharedMutexAppend;

 private:
  Baggage baggage_;
};
struct WithBaggage {
  using type = FileWithBaggage;
};

const FileRow& row_with(Carried carried) {
  Baggage::of_all = carried;
  return file_row<WithBaggage>();
}

constexpr Peers peers = Peers::processes;

TEST(AFile, that_leaks_is_rejected) {
  EXPECT_NO_THROW(ten_thousand_files_leave_nothing(row_with(Carried::nothing), peers));
  expect_rejected(row_with(Carried::leaked_descriptor), ten_thousand_files_leave_nothing);
}

TEST(AFile, that_leaks_memory_is_rejected) {
  expect_rejected(row_with(Carried::leaked_memory), ten_thousand_files_leave_nothing);
}

TEST(AFile, that_others_can_open_is_rejected) {
  EXPECT_NO_THROW(nobody_else_can_open_it(row_with(Carried::name_until_dropped), peers));
  expect_rejected(row_with(Carried::file_for_others), nobody_else_can_open_it);
  expect_rejected(row_with(Carried::guessable_address), nobody_else_can_open_it);
}

TEST(AFile, that_leaves_a_name_when_its_user_is_killed_is_rejected) {
  const FileRow& row = row_with(Carried::name_until_dropped);
  expect_rejected(row, a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(Baggage::kept_name.c_str()), 0);
}

/// Whatever the shape, it is one for two workers.
class TakesAnyShape : public SharedMutexAppend {
 public:
  explicit TakesAnyShape(FileShape) : SharedMutexAppend({.workers = 2}) {}
};
struct ForAnyShape {
  using type = TakesAnyShape;
};

TEST(AFile, that_takes_any_shape_is_rejected) {
  EXPECT_NO_THROW(shapes_and_workers_out_of_range_raise(row_with(Carried::nothing), peers));
  expect_rejected(file_row<ForAnyShape>(), shapes_and_workers_out_of_range_raise);
}

}  // namespace
}  // namespace handoff::conformance
