#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "impl/common/descriptor.hpp"
#include "impl/common/names.hpp"
#include "impl/value/shared_mutex.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/system_calls.hpp"
#include "tests/conformance/value_call_checks.hpp"
#include "tests/conformance/value_checks.hpp"
#include "tests/conformance/value_life_checks.hpp"

/// Values that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  loses_additions,
  lets_others_in,  ///< while an update computes
  tears,
  keeps_old_contents,
  ignores_range,
  misaligns,
  claims_to_survive,
  leaves_a_name,
  calls_too_often,
  keeps_to_itself,  ///< a worker sees its own writes only
  shifts_slices,
  shares_elements,  ///< with the next value
  points_to_itself,
};

const std::string name_to_leave = "/" + unguessable_name();

/// Right but for its fault.
template <class T, std::size_t Length, Fault fault>
class Faulty {
 public:
  using value_type = T;
  static constexpr bool locked = true;
  static constexpr Info info{
      .name = "faulty",
      .mechanism = "one promise broken",
      .on_peer_death = fault == Fault::claims_to_survive ? Survivor::told : Survivor::hangs};

  class Handle {
   public:
    explicit Handle(Faulty& value) : value_(&value) {
      if (fault != Fault::keeps_to_itself) return;
      own_ = std::make_shared<Faulty>(ValueShape{});
      value_ = own_.get();
    }
    T load(std::size_t index) const {
      T value;
      read(index, std::span(&value, 1));
      return value;
    }
    void store(T value, std::size_t index) { write(index, std::span<const T>(&value, 1)); }
    void add(T value, std::size_t index) {
      if constexpr (fault == Fault::loses_additions) {
        T before = load(index);
        sched_yield();
        store(static_cast<T>(before + value), index);
      } else {
        update([&](T before) { return static_cast<T>(before + value); }, index);
      }
    }
    template <class Change>
    void update(Change change, std::size_t index) {
      index = checked(index, 1);
      if (fault == Fault::calls_too_often) (void)getppid();
      std::unique_lock lock(value_->mutex_);
      if (fault == Fault::lets_others_in) lock.unlock();
      value_->elements_[index] = change(value_->seen(index));
    }
    void read(std::size_t index, std::span<T> into) const {
      index = checked(index, into.size());
      value_->copy(std::as_writable_bytes(into), std::as_bytes(value_->part(index, into.size())));
    }
    void write(std::size_t index, std::span<const T> from) {
      index = checked(index, from.size());
      value_->copy(std::as_writable_bytes(value_->part(index, from.size())), std::as_bytes(from));
    }

   private:
    static std::size_t checked(std::size_t index, std::size_t count) {
      if (fault == Fault::ignores_range) return std::min(index, Length - count);
      check_range(info.name, index, count, Length);
      return index;
    }
    Faulty* value_;
    std::shared_ptr<Faulty> own_;
  };

  explicit Faulty(ValueShape) {
    if (fault == Fault::points_to_itself) self_ = this;
    if (fault == Fault::keeps_old_contents) elements_.back() = T{1};
    if (fault == Fault::leaves_a_name) {
      Descriptor(shm_open(name_to_leave.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    }
  }
  Handle handle(unsigned) { return Handle(self_ == nullptr ? *this : *self_); }

 private:
  std::span<T> part(std::size_t index, std::size_t count) {
    if (fault == Fault::shifts_slices && count > 1 && index > 0) --index;
    if (fault == Fault::shares_elements) return std::span(shared).subspan(index, count);
    return std::span(elements_).subspan(index, count);
  }
  // That it is misaligned is for the check to see, and not for a sanitizer.
  __attribute__((no_sanitize("alignment"))) const T& seen(std::size_t index) const {
    if (fault != Fault::misaligns) return elements_[index];
    return *reinterpret_cast<const T*>(reinterpret_cast<const std::byte*>(elements_.data()) + 8);
  }
  void copy(std::span<std::byte> to, std::span<const std::byte> from) {
    bool locks = fault != Fault::tears;
    if (locks) mutex_.lock();
    for (std::size_t i = 0; i < to.size(); ++i) {
      to[i] = from[i];
      // Asleep, and not only off its CPU, so that others do come on a busy machine.
      if (!locks && i % 64 == 32) std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    if (locks) mutex_.unlock();
  }

  static inline std::array<T, Length> shared{};

  ProcessSharedMutex mutex_;
  std::array<T, Length> elements_{};
  Faulty* self_ = nullptr;
};

template <Fault fault>
struct Row {
  template <class T, std::size_t Length>
  using type = Faulty<T, Length, fault>;
};

template <Fault fault>
const ValueRow& faulty() {
  return value_row<Row<fault>>();
}

class ABrokenValue : public AmongPeers {};

TEST_P(ABrokenValue, that_is_not_broken_passes) {
  const ValueRow& right = faulty<Fault::none>();
  EXPECT_NO_THROW(eight_workers_lose_no_addition(right, GetParam()));
  EXPECT_NO_THROW(a_value_of_one_element_loses_no_change(right, GetParam()));
  EXPECT_NO_THROW(no_two_updates_see_the_same_element(right, GetParam()));
  EXPECT_NO_THROW(wide_values_are_never_torn(right, GetParam()));
  EXPECT_NO_THROW(slices_of_locked_values_are_never_torn(right, GetParam()));
  EXPECT_NO_THROW(elements_and_slices_out_of_range_raise(right, GetParam()));
  EXPECT_NO_THROW(an_update_that_throws_changes_nothing_and_lets_go(right, GetParam()));
  EXPECT_NO_THROW(elements_are_aligned_as_their_type_asks(right, GetParam()));
  EXPECT_NO_THROW(a_survivor_sees_what_is_claimed(right, GetParam()));
  EXPECT_NO_THROW(a_killed_user_leaves_no_name(right, GetParam()));
}

TEST_P(ABrokenValue, that_loses_additions_is_rejected) {
  expect_rejected(faulty<Fault::loses_additions>(), eight_workers_lose_no_addition);
  expect_rejected(faulty<Fault::loses_additions>(), a_value_of_one_element_loses_no_change);
}

TEST_P(ABrokenValue, that_lets_others_into_an_update_is_rejected) {
  expect_rejected(faulty<Fault::lets_others_in>(), no_two_updates_see_the_same_element);
}

TEST_P(ABrokenValue, that_tears_wide_values_is_rejected) {
  expect_rejected(faulty<Fault::tears>(), wide_values_are_never_torn);
}

TEST_P(ABrokenValue, that_tears_slices_is_rejected) {
  expect_rejected(faulty<Fault::tears>(), slices_of_locked_values_are_never_torn);
}

TEST_P(ABrokenValue, that_is_not_zero_at_first_is_rejected) {
  expect_rejected(faulty<Fault::keeps_old_contents>(),
                  starts_filled_with_zeros_also_in_used_memory);
}

TEST_P(ABrokenValue, that_ignores_its_range_is_rejected) {
  expect_rejected(faulty<Fault::ignores_range>(), elements_and_slices_out_of_range_raise);
}

TEST_P(ABrokenValue, that_keeps_writes_to_itself_is_rejected) {
  expect_rejected(faulty<Fault::keeps_to_itself>(),
                  writes_are_visible_to_the_other_workers_afterwards);
}

TEST_P(ABrokenValue, that_shifts_slices_is_rejected) {
  EXPECT_NO_THROW(slices_reach_the_elements_that_they_name(faulty<Fault::none>(), GetParam()));
  expect_rejected(faulty<Fault::shifts_slices>(), slices_reach_the_elements_that_they_name);
}

TEST_P(ABrokenValue, that_shares_its_elements_with_another_is_rejected) {
  EXPECT_NO_THROW(values_side_by_side_never_overlap(faulty<Fault::none>(), GetParam()));
  expect_rejected(faulty<Fault::shares_elements>(), values_side_by_side_never_overlap);
}

TEST_P(ABrokenValue, that_points_to_itself_is_rejected) {
  const auto check = works_through_two_mappings_at_different_addresses;
  EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
  expect_rejected(faulty<Fault::points_to_itself>(), check);
}

TEST_P(ABrokenValue, that_misaligns_its_elements_is_rejected) {
  expect_rejected(faulty<Fault::misaligns>(), elements_are_aligned_as_their_type_asks);
}

TEST_P(ABrokenValue, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(faulty<Fault::none>(), GetParam());
  expect_rejected(faulty<Fault::calls_too_often>(), makes_the_system_calls_that_it_claims);
}

TEST_P(ABrokenValue, that_leaves_a_name_when_it_is_killed_is_rejected) {
  expect_rejected(faulty<Fault::leaves_a_name>(), a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

TEST_P(ABrokenValue, that_claims_to_survive_a_dead_holder_is_rejected) {
  if (GetParam() == Peers::threads) GTEST_SKIP() << "threads die together";
  const ValueRow& broken = faulty<Fault::claims_to_survive>();
  expect_rejected(broken, a_survivor_sees_what_is_claimed, std::chrono::seconds(1));
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenValue, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
