#include "tests/conformance/queue_death_checks.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <thread>

#include "harness/region.hpp"
#include "harness/worker.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/queue_ends.hpp"

namespace handoff::conformance {
namespace {

constexpr auto time_to_hang = std::chrono::milliseconds(500);

/// Never returns.
void put_and_get_until_killed(AnyQueue& queue) {
  auto in = queue.producer(0);
  auto out = queue.consumer(0);
  Parcel item = queue.parcel();
  for (std::uint64_t n = 0;; ++n) {
    (void)in->put(item.of(0, n), after(std::chrono::milliseconds(1)));
    (void)out->get(item.words(), after(std::chrono::milliseconds(1)));
  }
}

void survive_kills(const QueueType& type) {
  constexpr unsigned kills = 400;
  constexpr auto while_ends_may_wait = std::chrono::seconds(5);
  QueueInSharedMemory queue(type, {2, 2, Peers::processes});
  auto in = queue->producer(1);
  auto out = queue->consumer(1);
  Parcel item = queue->parcel();
  std::minstd_rand random(1);
  for (unsigned kill_number = 0; kill_number < kills; ++kill_number) {
    pid_t child = fork();
    require(child != -1, "fork");
    if (child == 0) put_and_get_until_killed(*queue);
    std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 1000));
    require(kill(child, SIGKILL) == 0 && waitpid(child, nullptr, 0) == child, "kill");
    while (out->try_get(item.words()) == Status::ok) require(item.is_whole(), "an item is torn");
    require(in->put(item.of(1, 0), after(while_ends_may_wait)) == Status::ok &&
                out->get(item.words(), after(while_ends_may_wait)) == Status::ok,
            "unusable after " + std::to_string(kill_number + 1) + " kills");
  }
}

/// What becomes of a worker that waits for another one, which is killed: that one's `take_part`
/// never returns, and calls what it is given when it has taken its end.
harness::Fate outlive(const std::function<void(const std::function<void()>&)>& take_part,
                      const std::function<void()>& wait, Clock::duration patience) {
  auto memory = harness::Region::shared(sizeof(std::atomic<bool>));
  auto* taken = new (memory.data()) std::atomic<bool>(false);
  harness::Team victim({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                          take_part([&] { taken->store(true); });
                        }});
  harness::Team survivor(
      {.peers = Peers::processes, .workers = 1, .work = [&](unsigned) { wait(); }});
  while (!taken->load() && !victim.failed()) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  require(!survivor.failed(), "the survivor did not wait");
  kill(victim.process(0), SIGKILL);
  survivor.finish(after(patience));
  return survivor.fate(0);
}

}  // namespace

void a_waiting_survivor_sees_what_is_claimed(const QueueRow& row, Peers) {
  bool told = row.info.on_peer_death == Survivor::told;
  a_waiting_survivor_sees_what_is_claimed(
      row, told ? usual_watchdog / 4 : Clock::duration(time_to_hang));
}

void a_waiting_survivor_sees_what_is_claimed(const QueueRow& row, Clock::duration patience) {
  bool told = row.info.on_peer_death == Survivor::told;
  auto due = told ? harness::Fate::Kind::threw : harness::Fate::Kind::hung;
  run_alone([&] {
    QueueInSharedMemory queue(row.small, {1, 1, Peers::processes});
    Parcel item = queue->parcel();
    auto put_once = [&](const std::function<void()>& taken) {
      auto in = queue->producer(0);
      require(in->put(item.of(0, 0), never) == Status::ok, "a put failed");
      taken();
      std::this_thread::sleep_for(usual_watchdog);
    };
    auto get_all = [&] {
      auto out = queue->consumer(0);
      while (out->get(item.words(), never) == Status::ok) {
      }
    };
    harness::Fate fate = outlive(put_once, get_all, patience);
    require(fate.kind == due, "its producer was killed, and the consumer " + describe(fate));
  });
  run_alone([&] {
    QueueInSharedMemory queue(row.small, {1, 1, Peers::processes});
    Parcel item = queue->parcel();
    auto get_nothing = [&](const std::function<void()>& taken) {
      auto out = queue->consumer(0);
      taken();
      std::this_thread::sleep_for(usual_watchdog);
    };
    auto fill = [&] {
      auto in = queue->producer(0);
      while (in->put(item.of(0, 0), never) == Status::ok) {
      }
    };
    harness::Fate fate = outlive(get_nothing, fill, patience);
    require(fate.kind == due, "its consumer was killed, and the producer " + describe(fate));
  });
}

void a_worker_killed_anywhere_blocks_no_other(const QueueRow& row, Peers) {
  a_worker_killed_anywhere_blocks_no_other(row, std::chrono::seconds(60));
}

void a_worker_killed_anywhere_blocks_no_other(const QueueRow& row, Clock::duration watchdog) {
  run_alone([&] { survive_kills(row.large); }, watchdog);
}

void a_consumer_killed_while_idle_loses_only_what_it_took(const QueueRow& row, Peers peers) {
  run_alone([&] {
    QueueInSharedMemory queue(row.small, {1, 2, peers});
    auto in = queue->producer(0);
    Parcel item = queue->parcel();
    for (std::uint64_t n = 0; n < small_capacity; ++n) (void)in->try_put(item.of(0, n));
    pid_t child = fork();
    if (child == 0) {
      auto out = queue->consumer(0);
      for (int n = 0; n < 3; ++n) (void)out->get(item.words(), never);
      raise(SIGKILL);
    }
    require(child > 0 && waitpid(child, nullptr, 0) == child, "fork");
    auto out = queue->consumer(1);
    for (std::uint64_t n = 3; n < small_capacity; ++n) {
      require(out->get(item.words(), after(usual_patience)) == Status::ok && item.number() == n,
              "what the killed consumer had not taken is lost");
    }
  });
}

}  // namespace handoff::conformance
