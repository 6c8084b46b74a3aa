#include "tests/conformance/value_life_checks.hpp"

#include <csignal>
#include <limits>
#include <optional>
#include <thread>

#include "impl/common/descriptor.hpp"
#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/value_memory.hpp"

namespace handoff::conformance {
namespace {

/// How long a survivor is given before it counts as hung, where it should hang.
constexpr auto time_to_hang = std::chrono::milliseconds(500);

/// For what is left by every one of many values, some of which take their time.
constexpr auto longest_search = std::chrono::seconds(1);

}  // namespace

void ten_thousand_values_leave_nothing(const ValueRow& row, Peers peers) {
  run_alone([&] {
    require_cycles_leave_nothing(
        [&] {
          NumbersOnHeap value(row.numbers, {1, peers});
          value.handle(0)->add(1, 0);
        },
        longest_search);
  });
}

void nobody_else_can_open_it(const ValueRow& row, Peers peers) {
  run_alone([&] {
    const auto before = names_open_to_others();
    NumbersOnHeap value(row.numbers, {1, peers});
    auto handle = value.handle(0);
    handle->add(1, 0);
    require_nothing_open_to_others(before);
    require_no_name_mapped();
  });
}

void shapes_and_workers_out_of_range_raise(const ValueRow& row, Peers peers) {
  run_alone([&] {
    const std::string_view name = row.info.name;
    require_names<std::invalid_argument>(name, {0}, [&] {
      NumbersOnHeap(row.numbers, {0, peers});
    });
    constexpr unsigned huge = std::numeric_limits<unsigned>::max();
    require_names<LimitError>(name, {huge}, [&] { NumbersOnHeap(row.numbers, {huge, peers}); });
    const NumbersOnHeap value(row.numbers, {3, peers});
    for (unsigned beyond : {3U, 64U, huge}) {
      require_names<std::out_of_range>(name, {beyond, 2}, [&] { (void)value.handle(beyond); });
    }
  });
}

/// For values that lie in their own memory alone.
void works_through_two_mappings_at_different_addresses(const ValueRow& row, Peers) {
  run_alone([&] {
    constexpr Number each = 20000;
    const ValueForm<Number>& form = row.numbers;
    Descriptor file(harness::make_memory_file(form.bytes));
    // Built through a third one, so that nothing may point to where it was built.
    std::optional built = harness::Region::of_file(file.get(), form.bytes);
    auto here = harness::Region::of_file(file.get(), form.bytes);
    auto there = harness::Region::of_file(file.get(), form.bytes);
    form.build(built->data(), {2, Peers::processes});
    built.reset();
    auto first = form.handle(here.data(), 0);
    auto second = form.handle(there.data(), 1);
    std::thread other([&] {
      for (Number n = 0; n < each; ++n) second->add(1, 5);
    });
    for (Number n = 0; n < each; ++n) first->add(1, 5);
    other.join();
    require(first->load(5) == 2 * each && second->load(5) == 2 * each, "additions were lost");
  });
}

/// A worker is killed in the middle of a change. The next one goes on, perhaps after an error that
/// says so, and finds the element unchanged; or it hangs, if that is what is claimed.
void a_survivor_sees_what_is_claimed(const ValueRow& row, Peers peers, Clock::duration patience) {
  if (peers == Peers::threads) return;  // threads die together
  run_alone([&] {
    SharedValues<Number> value(row.numbers, {2, Peers::processes});
    value.handle(0)->store(5, 0);
    auto dies = [&](unsigned) {
      auto handle = value.handle(0);
      handle->update(
          [](Number before) {
            raise(SIGKILL);
            return before + 1;
          },
          0);
    };
    harness::Team victim({.peers = Peers::processes, .workers = 1, .work = dies});
    victim.finish(after(usual_watchdog / 4));
    require(victim.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
    auto survives = [&](unsigned) {
      auto handle = value.handle(1);
      try {
        handle->add(2, 0);
      } catch (const std::exception&) {  // told of the death, once
        handle->add(2, 0);
      }
      require(handle->load(0) == 7, "a change that was never finished is seen");
    };
    harness::Team survivor({.peers = Peers::processes, .workers = 1, .work = survives});
    bool told = row.info.on_peer_death == Survivor::told;
    survivor.finish(after(told ? patience : Clock::duration(time_to_hang)));
    harness::Fate fate = survivor.fate(0);
    auto due = told ? harness::Fate::Kind::finished : harness::Fate::Kind::hung;
    require(fate.kind == due, "the survivor " + describe(fate));
  });
}

void a_survivor_sees_what_is_claimed(const ValueRow& row, Peers peers) {
  a_survivor_sees_what_is_claimed(row, peers, usual_watchdog / 4);
}

void a_killed_user_leaves_no_name(const ValueRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          NumbersOnHeap value(row.numbers, {1, peers});
          auto handle = value.handle(0);
          handle->add(1, 0);
          raise(SIGKILL);
        },
        patience);
  });
}

void a_killed_user_leaves_no_name(const ValueRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, usual_names_patience);
}

}  // namespace handoff::conformance
