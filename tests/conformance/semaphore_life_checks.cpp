#include "tests/conformance/semaphore_life_checks.hpp"

#include <csignal>

#include "tests/conformance/lives.hpp"
#include "tests/conformance/semaphore_checks.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const SemaphoreRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto semaphore =
          std::make_shared<ObjectOnHeap<decltype(row.form)>>(row.form, SemaphoreShape{1, peers, 1});
      std::shared_ptr<AnySemaphoreHandle> handle = semaphore->handle(0);
      return [semaphore, handle](unsigned count) {
        for (unsigned n = 0; n < count; ++n) {
          handle->acquire();
          handle->release(1);
        }
      };
    });
  });
}

void ten_thousand_semaphores_leave_nothing(const SemaphoreRow& row, Peers peers) {
  run_alone([&] {
    require_cycles_leave_nothing([&] {
      const ObjectOnHeap semaphore(row.form, {1, peers, 1});
      auto handle = semaphore.handle(0);
      handle->acquire();
      handle->release(1);
    });
  });
}

void nobody_else_can_open_it(const SemaphoreRow& row, Peers peers) {
  run_alone([&] {
    const ObjectOnHeap semaphore(row.form, {1, peers, 1});
    require_no_name_mapped();
  });
}

void works_through_two_mappings_at_different_addresses(const SemaphoreRow& row, Peers) {
  using Handle = AnySemaphoreHandle;
  through_two_mappings(row.form, {2, Peers::processes, 1}, [](Handle& first, Handle& second) {
    first.acquire();
    require(!second.try_acquire(), "a permit that is taken is seen elsewhere");
    std::thread waiter([&] { second.acquire(); });
    std::this_thread::sleep_for(a_moment);
    first.release(1);
    waiter.join();
    require(!first.try_acquire(), "a permit that is taken is seen elsewhere");
  });
}

void a_killed_waiter_takes_no_permit(const SemaphoreRow& row, Peers) {
  run_alone([&] {
    const SharedObject semaphore(row.form, {3, Peers::processes, 1});
    auto handle = semaphore.handle(0);
    handle->acquire();
    start_waiter([&] { semaphore.handle(1)->acquire(); })->kill();
    auto survivor = start_waiter([&] {
      auto other = semaphore.handle(2);
      other->acquire();
      other->release(1);
    });
    handle->release(1);
    require_end(*survivor, false, usual_patience);
    require(drained(*handle) == 1, "a killed waiter has taken a permit");
  });
}

void permits_of_a_killed_holder_come_back_only_where_claimed(const SemaphoreRow& row,
                                                             Clock::duration patience) {
  const bool come_back = row.facts.undone_at_end;
  require(come_back == (row.info.on_peer_death == Survivor::told), "two claims contradict");
  constexpr std::size_t permits = 2;
  run_alone([&] {
    const SharedObject semaphore(row.form, {2, Peers::processes, permits});
    InSharedMemory<Steps> steps;
    auto holder = start_process([&] {
      auto handle = semaphore.handle(0);
      for (std::size_t n = 0; n < permits; ++n) handle->acquire();
      steps->reach(1);
      steps->wait_for(2);  // which never comes
    });
    steps->wait_for(1);
    auto survivor = start_waiter([&] { semaphore.handle(1)->acquire(); });
    holder->kill();
    require_end(*survivor, !come_back, patience);
    auto handle = semaphore.handle(1);
    require(drained(*handle) == (come_back ? permits : 0), "other permits are free than claimed");
  });
  if (!come_back) return;
  run_alone([&] {
    const SharedObject semaphore(row.form, {2, Peers::processes, 1});
    be_killed_in([&] {
      semaphore.handle(0)->release(1);
      raise(SIGKILL);
    });
    require(drained(*semaphore.handle(1)) == 1, "what a killed worker has given beyond is left");
  });
}

void permits_of_a_killed_holder_come_back_only_where_claimed(const SemaphoreRow& row, Peers) {
  permits_of_a_killed_holder_come_back_only_where_claimed(row, usual_patience);
}

void a_killed_user_leaves_no_name(const SemaphoreRow& row, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          const ObjectOnHeap semaphore(row.form, {1, Peers::processes, 1});
          semaphore.handle(0)->acquire();
          raise(SIGKILL);
        },
        patience);
  });
}

void a_killed_user_leaves_no_name(const SemaphoreRow& row, Peers) {
  a_killed_user_leaves_no_name(row, std::chrono::seconds(60));
}

}  // namespace handoff::conformance
