#include "tests/conformance/value_checks.hpp"

#include <sched.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "tests/conformance/play.hpp"
#include "tests/conformance/value_memory.hpp"

namespace handoff::conformance {
namespace {

/// Builds a value that `workers` and this process share, has each do `work(handle, number)`, and
/// then looks at it with `check(handle)`.
template <class T>
void share(const ValueForm<T>& form, ValueShape shape,
           const std::function<void(AnyHandle<T>&, unsigned)>& work,
           const std::function<void(AnyHandle<T>&)>& check) {
  SharedValues<T> value(form, shape);
  std::vector<std::function<void()>> workers;
  for (unsigned i = 0; i < shape.workers; ++i) {
    workers.push_back([&, i] {
      auto handle = value.handle(i);
      work(*handle, i);
    });
  }
  run_workers(shape.peers, workers);
  auto handle = value.handle(0);
  check(*handle);
}

/// Lets nobody go on before all have come. In memory that they share.
class StartTogether {
 public:
  explicit StartTogether(unsigned workers) : missing_(workers) {}
  void wait() {
    for (--missing_; missing_ > 0;) sched_yield();
  }

 private:
  std::atomic<unsigned> missing_;
};

/// Long enough for eight workers to run side by side and to be put off their CPU in the middle.
constexpr auto contention_time = std::chrono::milliseconds(100);

}  // namespace

void starts_filled_with_zeros_also_in_used_memory(const ValueRow& row, Peers peers) {
  NumbersOnHeap value(row.numbers, {1, peers});
  auto handle = value.handle(0);
  for (std::size_t i = 0; i < length; ++i) {
    require(handle->load(i) == 0, "element " + std::to_string(i) + " is not zero at first");
  }
}

void writes_are_visible_to_the_other_workers_afterwards(const ValueRow& row, Peers peers) {
  share<Number>(
      row.numbers, {4, peers},
      [](AnyHandle<Number>& handle, unsigned worker) { handle.store(worker + 1, worker); },
      [](AnyHandle<Number>& handle) {
        for (unsigned i = 0; i < 4; ++i) require(handle.load(i) == i + 1, "a write was lost");
      });
}

void eight_workers_lose_no_addition(const ValueRow& row, Peers peers) {
  InSharedMemory<std::atomic<Number>> done(Number{0});
  share<Number>(
      row.numbers, {8, peers},
      [&](AnyHandle<Number>& handle, unsigned) {
        constexpr Number batch = 100;
        for (Deadline end = after(contention_time); Clock::now() < end; *done += batch) {
          for (Number n = 0; n < batch; ++n) {
            handle.add(1, 3);
            handle.update([](Number before) { return before + 2; }, 4);
          }
        }
      },
      [&](AnyHandle<Number>& handle) {
        require(handle.load(3) == *done, "additions were lost");
        require(handle.load(4) == 2 * *done, "updates were lost");
      });
}

/// It may be kept in another way than an element of an array.
void a_value_of_one_element_loses_no_change(const ValueRow& row, Peers peers) {
  constexpr Number greatest = ~Number{0};
  constexpr Number each = 200;
  share<Number>(
      row.counter, {4, peers},
      [](AnyHandle<Number>& handle, unsigned) {
        for (Number n = 0; n < each; ++n) {
          handle.add(1, 0);
          handle.update([](Number before) { return before + 2; }, 0);
        }
      },
      [](AnyHandle<Number>& handle) {
        require(handle.load(0) == 4 * each * 3, "changes were lost, or it was not zero at first");
        handle.store(greatest, 0);
        require(handle.load(0) == greatest, "the greatest number is not what was stored");
        handle.add(3, 0);
        require(handle.load(0) == 2, "the greatest number and three is not two");
        handle.write(0, std::array<Number, 1>{7});
        std::array<Number, 1> slice{};
        handle.read(0, slice);
        require(slice[0] == 7, "a slice of one has another element");
      });
}

/// Each holds its changes up, so that all the others come meanwhile, if they can.
void no_two_updates_see_the_same_element(const ValueRow& row, Peers peers) {
  constexpr unsigned workers = 8;
  constexpr unsigned rounds = 4;
  constexpr std::size_t drawn = 6;
  constexpr std::size_t mixed = 7;
  InSharedMemory<StartTogether> start(workers);
  InSharedMemory<std::array<std::atomic<bool>, workers * rounds>> seen;
  share<Number>(
      row.numbers, {workers, peers},
      [&](AnyHandle<Number>& handle, unsigned) {
        Number last = 0;
        auto next = [&last](Number before) {
          last = before;  // forms that compare and exchange ask again
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          return before + 1;
        };
        start->wait();
        for (unsigned n = 0; n < rounds; ++n) {
          handle.update(next, drawn);
          require(last < seen->size() && !(*seen)[last].exchange(true),
                  "two updates saw the same element");
          handle.update(next, mixed);
          handle.add(1, mixed);
        }
      },
      [&](AnyHandle<Number>& handle) {
        require(handle.load(drawn) == workers * rounds, "slow updates were lost");
        require(handle.load(mixed) == 2 * workers * rounds, "a slow update lost additions");
      });
}

/// What the promise above is worth: the same, in two steps, does lose.
void reading_and_then_writing_loses_updates(const ValueRow& row, Peers peers) {
  constexpr Number each = 300;
  InSharedMemory<StartTogether> start(8U);
  share<Number>(
      row.numbers, {8, peers},
      [&](AnyHandle<Number>& handle, unsigned) {
        start->wait();
        for (Number n = 0; n < each; ++n) {
          Number before = handle.load(0);
          sched_yield();
          handle.store(before + 1, 0);
        }
      },
      [](AnyHandle<Number>& handle) {
        require(handle.load(0) < 8 * each, "unlocked steps of eight workers lost nothing");
      });
}

void wide_values_are_never_torn(const ValueRow& row, Peers peers) {
  InSharedMemory<StartTogether> start(3U);
  share<Wide>(
      *row.wides, {3, peers},
      [&](AnyHandle<Wide>& handle, unsigned worker) {
        start->wait();
        // By time and not by number: they have to run side by side.
        Deadline end = after(contention_time);
        for (Number n = 0; n % 16 != 0 || Clock::now() < end; ++n) {
          if (worker == 0) handle.store(Wide::of(n), 1);
          if (worker == 1) handle.add(Wide::of(1), 1);
          require(handle.load(1).whole(), "a wide value was read torn");
        }
      },
      [](AnyHandle<Wide>& handle) { require(handle.load(1).whole(), "a wide value stayed torn"); });
}

void slices_of_locked_values_are_never_torn(const ValueRow& row, Peers peers) {
  InSharedMemory<StartTogether> start(3U);
  share<Number>(
      row.numbers, {3, peers},
      [&](AnyHandle<Number>& handle, unsigned worker) {
        std::array<Number, length> slice{};
        start->wait();
        // By time and not by number: they have to run side by side.
        Deadline end = after(contention_time);
        for (Number n = 0; n % 16 != 0 || Clock::now() < end; ++n) {
          slice.fill(n * 3 + worker);
          if (worker < 2) handle.write(0, slice);
          handle.read(0, slice);
          for (Number word : slice) require(word == slice[0], "a slice was read torn");
        }
      },
      [](AnyHandle<Number>&) {});
}

void slices_reach_the_elements_that_they_name(const ValueRow& row, Peers peers) {
  share<Number>(
      row.numbers, {1, peers},
      [](AnyHandle<Number>& handle, unsigned) {
        handle.write(length - 3, std::array<Number, 3>{7, 8, 9});
        handle.write(2, std::span<const Number>{});
      },
      [](AnyHandle<Number>& handle) {
        for (Number i = 0; i < 3; ++i) {
          require(handle.load(length - 3 + i) == 7 + i, "a slice was written to other elements");
        }
        std::array<Number, 4> last{};
        handle.read(length - 4, last);
        require(last == std::array<Number, 4>{0, 7, 8, 9}, "a slice has other elements");
        handle.read(length, std::span<Number>{});  // the empty one after the end exists
      });
}

void elements_and_slices_out_of_range_raise(const ValueRow& row, Peers peers) {
  share<Number>(
      row.numbers, {1, peers},
      [name = row.info.name](AnyHandle<Number>& handle, unsigned) {
        constexpr std::size_t huge = ~std::size_t{0};
        std::array<Number, 2> two{};
        std::size_t index = 0;
        auto raises = [&](const std::function<void()>& use) {
          require_names<std::out_of_range>(name, {index, length}, use);
        };
        for (std::size_t beyond : {length, huge}) {
          index = beyond;
          raises([&] { (void)handle.load(index); });
          raises([&] { handle.store(1, index); });
          raises([&] { handle.add(1, index); });
          raises([&] { handle.update([](Number n) { return n; }, index); });
        }
        for (std::size_t beyond : {length - 1, length, huge}) {
          index = beyond;
          raises([&] { handle.read(index, two); });
          raises([&] { handle.write(index, std::span<const Number>(two)); });
        }
      },
      [](AnyHandle<Number>& handle) {
        for (std::size_t i = 0; i < length; ++i) require(handle.load(i) == 0, "it wrote");
      });
}

void an_update_that_throws_changes_nothing_and_lets_go(const ValueRow& row, Peers peers) {
  share<Number>(
      row.numbers, {2, peers},
      [](AnyHandle<Number>& handle, unsigned) {
        for (int n = 0; n < 10; ++n) {
          try {
            handle.update([](Number) -> Number { throw std::runtime_error("refused"); }, 0);
          } catch (const std::runtime_error&) {
          }
          handle.add(1, 0);
        }
      },
      [](AnyHandle<Number>& handle) {
        require(handle.load(0) == 20, "a failed update left its mark");
      });
}

/// As seen by a change that takes its element by reference, where the elements lie in memory.
void elements_are_aligned_as_their_type_asks(const ValueRow& row, Peers peers) {
  share<Wide>(
      *row.wides, {1, peers},
      [](AnyHandle<Wide>& handle, unsigned) {
        for (std::size_t i = 0; i < wide_length; ++i) {
          handle.update(
              [](const Wide& before) {
                // volatile: the compiler takes a reference for aligned and would not look.
                volatile auto address = reinterpret_cast<std::uintptr_t>(&before);
                require(address % alignof(Wide) == 0, "an element is misaligned");
                return Wide::of(1);
              },
              i);
        }
      },
      [](AnyHandle<Wide>&) {});
}

void values_side_by_side_never_overlap(const ValueRow& row, Peers peers) {
  constexpr Number count = 10;
  SharedValues<Number> values(row.numbers, {1, peers}, count);
  run_workers(peers, {[&] {
                for (Number n = 0; n < count; ++n) {
                  auto handle = values.handle(0, n);
                  for (std::size_t i = 0; i < length; ++i) handle->store(n * length + i, i);
                }
              }});
  for (Number n = 0; n < count; ++n) {
    auto handle = values.handle(0, n);
    for (std::size_t i = 0; i < length; ++i) {
      require(handle->load(i) == n * length + i, "values overlap");
    }
  }
}

}  // namespace handoff::conformance
