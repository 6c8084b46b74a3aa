#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "impl/common/descriptor.hpp"
#include "impl/common/names.hpp"
#include "impl/value/shared_mutex.hpp"
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
    explicit Handle(Faulty& value) : value_(&value) {}
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
  };

  explicit Faulty(ValueShape) {
    if (fault == Fault::keeps_old_contents) elements_.back() = T{1};
    if (fault == Fault::leaves_a_name) {
      Descriptor(shm_open(name_to_leave.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    }
  }
  Handle handle(unsigned) { return Handle(*this); }

 private:
  std::span<T> part(std::size_t index, std::size_t count) {
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

  ProcessSharedMutex mutex_;
  std::array<T, Length> elements_{};
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

class ABrokenValue : public testing::TestWithParam<Peers> {};

template <Fault fault>
void expect_rejected(void (*check)(const ValueRow&, Peers), Peers peers) {
  EXPECT_THROW(check(faulty<fault>(), peers), std::runtime_error);
}

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
  expect_rejected<Fault::loses_additions>(eight_workers_lose_no_addition, GetParam());
  expect_rejected<Fault::loses_additions>(a_value_of_one_element_loses_no_change, GetParam());
}

TEST_P(ABrokenValue, that_lets_others_into_an_update_is_rejected) {
  expect_rejected<Fault::lets_others_in>(no_two_updates_see_the_same_element, GetParam());
}

TEST_P(ABrokenValue, that_tears_wide_values_is_rejected) {
  expect_rejected<Fault::tears>(wide_values_are_never_torn, GetParam());
}

TEST_P(ABrokenValue, that_tears_slices_is_rejected) {
  expect_rejected<Fault::tears>(slices_of_locked_values_are_never_torn, GetParam());
}

TEST_P(ABrokenValue, that_is_not_zero_at_first_is_rejected) {
  expect_rejected<Fault::keeps_old_contents>(starts_filled_with_zeros_also_in_used_memory,
                                             GetParam());
}

TEST_P(ABrokenValue, that_ignores_its_range_is_rejected) {
  expect_rejected<Fault::ignores_range>(elements_and_slices_out_of_range_raise, GetParam());
}

TEST_P(ABrokenValue, that_misaligns_its_elements_is_rejected) {
  expect_rejected<Fault::misaligns>(elements_are_aligned_as_their_type_asks, GetParam());
}

TEST_P(ABrokenValue, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(faulty<Fault::none>(), GetParam());
  expect_rejected<Fault::calls_too_often>(makes_the_system_calls_that_it_claims, GetParam());
}

TEST_P(ABrokenValue, that_leaves_a_name_when_it_is_killed_is_rejected) {
  constexpr auto patience = std::chrono::milliseconds(200);
  EXPECT_THROW(a_killed_user_leaves_no_name(faulty<Fault::leaves_a_name>(), GetParam(), patience),
               std::runtime_error);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

TEST_P(ABrokenValue, that_claims_to_survive_a_dead_holder_is_rejected) {
  if (GetParam() == Peers::threads) GTEST_SKIP() << "threads die together";
  const ValueRow& broken = faulty<Fault::claims_to_survive>();
  EXPECT_THROW(a_survivor_sees_what_is_claimed(broken, GetParam(), std::chrono::seconds(1)),
               std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenValue, testing::Values(Peers::threads, Peers::processes),
                         [](const auto& info) { return std::string(to_string(info.param)); });

}  // namespace
}  // namespace handoff::conformance
