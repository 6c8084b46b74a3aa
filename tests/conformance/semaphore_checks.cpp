#include "tests/conformance/semaphore_checks.hpp"

#include <limits>

#include "tests/conformance/play.hpp"

namespace handoff::conformance {
namespace {

/// One worker has a semaphore of so many permits for itself.
void alone(const SemaphoreRow& row, Peers peers, std::size_t permits,
           const std::function<void(AnySemaphoreHandle&)>& use) {
  share(row.form, {1, peers, permits}, [&](AnySemaphoreHandle& handle, unsigned) { use(handle); });
}

void require_value(const SemaphoreRow& row, AnySemaphoreHandle& handle, std::size_t due) {
  if (!row.counted) return;
  const std::size_t found = handle.value();
  require(found == due,
          "the value is " + std::to_string(found) + " and not " + std::to_string(due));
}

void require_drained(AnySemaphoreHandle& handle, std::size_t due) {
  const std::size_t found = drained(handle);
  require(found == due,
          std::to_string(found) + " permits were free and not " + std::to_string(due));
}

}  // namespace

std::size_t drained(AnySemaphoreHandle& handle) {
  constexpr std::size_t enough = 1000;  // of one that gives without end
  std::size_t count = 0;
  while (count < enough && handle.try_acquire()) ++count;
  return count;
}

void counts_down_to_zero_and_no_further(const SemaphoreRow& row, Peers peers) {
  constexpr std::size_t permits = 3;
  alone(row, peers, permits, [&](AnySemaphoreHandle& handle) {
    handle.acquire();
    require(handle.try_acquire(), "a try did not get what is free");
    handle.acquire();
    require_value(row, handle, 0);
    for (int n = 0; n < 3; ++n) require(!handle.try_acquire(), "a try got more than there is");
    require_value(row, handle, 0);
    handle.release(permits);
    require_drained(handle, permits);
  });
  alone(row, peers, 0, [&](AnySemaphoreHandle& handle) { require_drained(handle, 0); });
}

void a_try_at_zero_is_refused_at_once(const SemaphoreRow& row, Peers peers) {
  using std::chrono::hours;
  alone(row, peers, 1, [&](AnySemaphoreHandle& handle) {
    handle.acquire();
    require(!handle.try_acquire(), "a try got more than there is");
    if (!row.timed) return handle.release(1);
    for (Deadline passed : {at_once, after(-hours(1)), Clock::now() - hours(1), Clock::now()}) {
      require(!handle.try_acquire_until(passed), "a timed try got more than there is");
    }
    for (Deadline passed : {at_once, Clock::now() - hours(1)}) {
      handle.release(1);
      require(handle.try_acquire_until(passed), "a deadline that has passed does not try");
    }
  });
}

void release_may_exceed_the_start_value(const SemaphoreRow& row, Peers peers) {
  alone(row, peers, 1, [&](AnySemaphoreHandle& handle) {
    handle.release(1);
    handle.release(3);
    require_value(row, handle, 5);
    require_drained(handle, 5);
  });
}

void a_bounded_one_refuses_to_exceed_its_start_value(const SemaphoreRow& row, Peers peers) {
  alone(row, peers, 2, [&](AnySemaphoreHandle& handle) {
    auto refuses = [&](std::size_t n) {
      require_raises<LimitError>("a release above the start value", [&] { handle.release(n); });
    };
    refuses(1);
    handle.acquire();
    refuses(2);
    require_value(row, handle, 1);
    require_drained(handle, 1);
    handle.release(2);
    refuses(1);
    refuses(std::numeric_limits<std::size_t>::max());
    require_drained(handle, 2);
  });
}

void a_timed_acquire_fails_after_its_time_and_not_before(const SemaphoreRow& row, Peers peers) {
  alone(row, peers, 0, [&](AnySemaphoreHandle& handle) {
    for (auto length : {std::chrono::milliseconds(1), std::chrono::milliseconds(50)}) {
      const Deadline deadline = after(length);
      require(!handle.try_acquire_until(deadline), "a timed acquire got what there is not");
      require(Clock::now() >= deadline, "a timed acquire gave up too early");
    }
  });
}

void value_is_exact_when_quiet(const SemaphoreRow& row, Peers peers) {
  constexpr std::size_t permits = 5;
  constexpr unsigned workers = 4;
  SharedObject semaphore(row.form, {workers, peers, permits});
  const std::function<void()> work = [&] {
    auto handle = semaphore.handle(0);
    for (std::size_t n = 1; n < 500; ++n) {
      const std::size_t taken = 1 + n % 2;
      for (std::size_t i = 0; i < taken; ++i) {
        // Not to wait: with some in each one's hands all could.
        while (!handle->try_acquire()) std::this_thread::yield();
      }
      handle->release(taken);
    }
  };
  run_workers(peers, std::vector(workers, work));
  auto handle = semaphore.handle(0);
  require_value(row, *handle, permits);
  for (std::size_t left = permits; left > 0;) {
    handle->acquire();
    require_value(row, *handle, --left);
  }
  handle->release(permits);
  require_value(row, *handle, permits);
}

void shapes_and_arguments_out_of_range_raise(const SemaphoreRow& row, Peers peers) {
  run_alone([&] {
    using Object = ObjectOnHeap<Form<SemaphoreShape, AnySemaphoreHandle>>;
    require_raises<std::invalid_argument>("no worker", [&] { Object(row.form, {0, peers, 1}); });
    const std::size_t most = row.info.largest_capacity();
    if (most < std::numeric_limits<std::size_t>::max()) {
      require_raises<LimitError>("too many permits", [&] {
        Object(row.form, {1, peers, most + 1});
      });
    }
    const Object semaphore(row.form, {2, peers, 1});
    require_raises<std::out_of_range>("a worker too many", [&] { (void)semaphore.handle(2); });
    auto handle = semaphore.handle(1);
    require_raises<std::invalid_argument>("a release of none", [&] { handle->release(0); });
    require_drained(*handle, 1);
    handle->release(1);
  });
}

/// From a semaphore that is as full as it can be.
void a_release_over_the_limit_raises_and_changes_nothing(const SemaphoreRow& row, Peers peers) {
  const std::size_t most = row.info.largest_capacity();
  alone(row, peers, most, [&](AnySemaphoreHandle& handle) {
    for (std::size_t n : {most, std::numeric_limits<std::size_t>::max()}) {
      require_raises<LimitError>("a release over the limit", [&] { handle.release(n); });
      require_value(row, handle, most);
    }
    handle.acquire();
    handle.release(1);
    require_value(row, handle, most);
  });
}

}  // namespace handoff::conformance
