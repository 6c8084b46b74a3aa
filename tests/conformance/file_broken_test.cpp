#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>

#include "impl/common/descriptor.hpp"
#include "impl/common/names.hpp"
#include "impl/file/o_append.hpp"
#include "impl/file/shared_mutex.hpp"
#include "tests/conformance/file_call_checks.hpp"
#include "tests/conformance/file_checks.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/system_calls.hpp"

/// Files that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  loses_a_record,
  doubles_a_record,
  swaps_two,
  cuts_a_record,
  changes_a_record,
  keeps_back_the_last,
  swallows_errors,
  cuts_at_the_limit,
  leaks_a_descriptor,
};

/// Right but for its fault.
template <Fault fault>
class Faulty : public SharedMutexAppend {
 public:
  using SharedMutexAppend::SharedMutexAppend;

  class Appender {
   public:
    explicit Appender(Faulty& file) : right_(file) {
      if (fault == Fault::leaks_a_descriptor) (void)dup(STDERR_FILENO);
    }
    void append(std::span<const std::byte> record) {
      bool this_one = ++appended_ == 4;
      if (fault == Fault::loses_a_record && this_one) return;
      if (fault == Fault::doubles_a_record && this_one) right_.append(record);
      if (fault == Fault::cuts_a_record && this_one) record = record.first(record.size() / 2);
      if (fault == Fault::cuts_at_the_limit) {
        record = record.first(std::min<std::size_t>(record.size(), 20'000));
      }
      if ((fault == Fault::swaps_two && this_one) || fault == Fault::keeps_back_the_last) {
        std::swap(kept_, next_);
        next_.assign(record.begin(), record.end());
        if (!kept_.empty()) right_.append(kept_);
        return;
      }
      if (fault == Fault::changes_a_record && this_one) {
        std::vector<std::byte> changed(record.begin(), record.end());
        changed.back() ^= std::byte{1};
        return right_.append(changed);
      }
      try {
        right_.append(record);
      } catch (const std::exception&) {
        if (fault != Fault::swallows_errors) throw;
      }
      if (fault == Fault::swaps_two && appended_ == 5) right_.append(next_);
    }

   private:
    SharedMutexAppend::Appender right_;
    int appended_ = 0;
    std::vector<std::byte> kept_;
    std::vector<std::byte> next_;
  };

  Appender appender(unsigned) { return Appender(*this); }
};

struct NoLock {
  void lock() {}
  void unlock() {}
};
inline constexpr Info no_lock_info{.name = "no_lock", .mechanism = "find the end, then write"};
using WithoutALock = LockedAppend<NoLock, no_lock_info>;

/// Where it was built.
class LockWithAddress {
 public:
  void lock() { own_->lock(); }
  void unlock() { own_->unlock(); }

 private:
  ProcessSharedMutex mutex_;
  ProcessSharedMutex* own_ = &mutex_;
};
inline constexpr Info points_to_itself_info{.name = "points_to_itself", .mechanism = ""};
using PointsToItself = LockedAppend<LockWithAddress, points_to_itself_info>;

inline constexpr Info says_it_survives_info{
    .name = "says_it_survives", .mechanism = "", .on_peer_death = Survivor::told};
using SaysItSurvives = LockedAppend<ProcessSharedMutex, says_it_survives_info>;

/// Its marks go first, in a call of their own.
class TwoWrites : public OAppend {
 public:
  using OAppend::OAppend;
  class Appender {
   public:
    explicit Appender(const TwoWrites& file)
        : own_(opened_again(file.descriptor(), O_WRONLY | O_APPEND)) {}
    void append(std::span<const std::byte> bytes) {
      MarkedRecord record("two_writes", bytes);
      for (iovec& part : record.parts()) {
        if (::writev(own_.get(), &part, 1) == -1) throw_errno("writev");
      }
    }

   private:
    Descriptor own_;
  };
  Appender appender(unsigned) { return Appender(*this); }
};

const std::string name_to_leave = temporary_folder() + "/" + unguessable_name();

class LeavesAName : public OAppend {
 public:
  explicit LeavesAName(FileShape shape) : OAppend(shape) {
    Descriptor(::open(name_to_leave.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  }
};

template <class F>
struct RowOf {
  using type = F;
};
template <class F>
const FileRow& row_of() {
  return file_row<RowOf<F>>();
}
template <Fault fault>
const FileRow& faulty() {
  return row_of<Faulty<fault>>();
}

constexpr Peers peers = Peers::processes;
constexpr auto soon = std::chrono::seconds(1);

TEST(BrokenFile, the_fakes_are_right_without_their_fault) {
  const FileRow& right = faulty<Fault::none>();
  every_record_is_there_once_and_whole(right, peers);
  records_of_any_length_come_back(right, peers);
  a_record_over_the_limit_raises(right, peers);
  an_incomplete_record_is_told_and_harms_no_other(right, peers);
  a_killed_writer_leaves_at_most_its_last_record_incomplete(right, peers);
  a_survivor_sees_what_is_claimed(right, peers, usual_watchdog / 4);
  works_through_two_mappings_at_different_addresses(right, peers);
  ten_thousand_files_leave_nothing(right, peers);
}

TEST(BrokenFile, one_that_loses_a_record_is_rejected) {
  expect_rejected(faulty<Fault::loses_a_record>(), every_record_is_there_once_and_whole);
}
TEST(BrokenFile, one_that_doubles_a_record_is_rejected) {
  expect_rejected(faulty<Fault::doubles_a_record>(), every_record_is_there_once_and_whole);
}
TEST(BrokenFile, one_that_swaps_two_records_is_rejected) {
  expect_rejected(faulty<Fault::swaps_two>(), every_record_is_there_once_and_whole);
}
TEST(BrokenFile, one_that_cuts_a_record_is_rejected) {
  expect_rejected(faulty<Fault::cuts_a_record>(), every_record_is_there_once_and_whole);
  expect_rejected(faulty<Fault::cuts_a_record>(), records_of_any_length_come_back);
}
TEST(BrokenFile, one_that_changes_a_record_is_rejected) {
  expect_rejected(faulty<Fault::changes_a_record>(), every_record_is_there_once_and_whole);
  expect_rejected(faulty<Fault::changes_a_record>(), records_of_any_length_come_back);
}
TEST(BrokenFile, one_without_a_lock_is_rejected) {
  expect_rejected(row_of<WithoutALock>(), every_record_is_there_once_and_whole);
}
TEST(BrokenFile, one_that_writes_a_record_in_parts_is_rejected) {
  expect_rejected(row_of<TwoWrites>(), every_record_is_there_once_and_whole);
}
TEST(BrokenFile, one_that_keeps_back_what_was_appended_is_rejected) {
  expect_rejected(faulty<Fault::keeps_back_the_last>(),
                  a_killed_writer_leaves_at_most_its_last_record_incomplete);
}
TEST(BrokenFile, one_that_cuts_what_is_too_long_is_rejected) {
  expect_rejected(faulty<Fault::cuts_at_the_limit>(), a_record_over_the_limit_raises);
}
TEST(BrokenFile, one_that_points_to_itself_is_rejected) {
  expect_rejected(row_of<PointsToItself>(), works_through_two_mappings_at_different_addresses);
}
TEST(BrokenFile, one_that_swallows_errors_is_rejected) {
  expect_rejected(faulty<Fault::swallows_errors>(),
                  an_incomplete_record_is_told_and_harms_no_other);
}
TEST(BrokenFile, one_that_says_it_survives_is_rejected) {
  expect_rejected(row_of<SaysItSurvives>(), a_survivor_sees_what_is_claimed, soon);
}
TEST(BrokenFile, one_that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(row_of<SharedMutexAppend>(), peers);
  expect_rejected(row_of<WithoutALock>(), makes_the_system_calls_that_it_claims);
}
TEST(BrokenFile, one_that_leaks_a_descriptor_is_rejected) {
  expect_rejected(faulty<Fault::leaks_a_descriptor>(), ten_thousand_files_leave_nothing);
}
TEST(BrokenFile, one_that_leaves_a_name_is_rejected) {
  expect_rejected(row_of<LeavesAName>(), a_killed_user_leaves_no_name, soon);
  EXPECT_EQ(unlink(name_to_leave.c_str()), 0);
}

}  // namespace
}  // namespace handoff::conformance
