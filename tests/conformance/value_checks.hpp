#pragma once

#include <sched.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "harness/region.hpp"
#include "impl/value/contract.hpp"
#include "tests/conformance/workers.hpp"

/// What every value promises, each line a function that raises when it is broken. A row offers
/// `template type<T, Length>`.
namespace handoff::conformance {

using Number = std::uint64_t;
inline constexpr std::size_t length = 16;

/// Eight words that are equal whenever it is whole.
struct alignas(64) Wide {
  std::array<Number, 8> words{};

  static Wide of(Number number) {
    Wide wide;
    wide.words.fill(number);
    return wide;
  }
  bool whole() const {
    for (Number word : words) {
      if (word != words[0]) return false;
    }
    return true;
  }
  friend Wide operator+(Wide a, Wide b) {
    for (std::size_t i = 0; i < a.words.size(); ++i) a.words[i] += b.words[i];
    return a;
  }
};

template <class Row>
using Numbers = typename Row::template type<Number, length>;

template <class Row>
constexpr bool holds_wide = requires {
  typename Row::template type<Wide, 4>;
};

template <class V>
using HandleOf = decltype(std::declval<V&>().handle(0));

/// Builds a value that `workers` and this process share, has each do `work(handle, number)`, and
/// then looks at it with `check(handle)`.
template <class V>
void share(ValueShape shape, const std::function<void(HandleOf<V>&, unsigned)>& work,
           const std::function<void(HandleOf<V>&)>& check) {
  InSharedMemory<V> value(shape);
  std::vector<std::function<void()>> workers;
  for (unsigned i = 0; i < shape.workers; ++i) {
    workers.push_back([&, i] {
      auto handle = value->handle(i);
      work(handle, i);
    });
  }
  run_workers(shape.peers, workers);
  auto handle = value->handle(0);
  check(handle);
}

template <class Row>
void starts_filled_with_zeros_also_in_used_memory(Peers peers) {
  using V = Numbers<Row>;
  alignas(V) static std::array<std::byte, sizeof(V)> memory;
  memory.fill(std::byte{0xA5});
  V* value = new (memory.data()) V({1, peers});
  auto handle = value->handle(0);
  for (std::size_t i = 0; i < length; ++i) {
    require(handle.load(i) == 0, "element " + std::to_string(i) + " is not zero at first");
  }
  std::destroy_at(value);
}

template <class Row>
void writes_are_visible_to_the_other_workers_afterwards(Peers peers) {
  share<Numbers<Row>>(
      {4, peers}, [](auto& handle, unsigned worker) { handle.store(worker + 1, worker); },
      [](auto& handle) {
        for (unsigned i = 0; i < 4; ++i) require(handle.load(i) == i + 1, "a write was lost");
      });
}

/// Long enough for eight workers to run side by side and to be put off their CPU in the middle.
inline constexpr auto contention_time = std::chrono::milliseconds(100);

template <class Row>
void eight_workers_lose_no_addition(Peers peers) {
  InSharedMemory<std::atomic<Number>> done(Number{0});
  share<Numbers<Row>>(
      {8, peers},
      [&](auto& handle, unsigned) {
        constexpr Number batch = 100;
        for (Deadline end = after(contention_time); Clock::now() < end; *done += batch) {
          for (Number n = 0; n < batch; ++n) {
            handle.add(1, 3);
            handle.update([](Number before) { return before + 2; }, 4);
          }
        }
      },
      [&](auto& handle) {
        require(handle.load(3) == *done, "additions were lost");
        require(handle.load(4) == 2 * *done, "updates were lost");
      });
}

/// What the promise above is worth: the same, in two steps, does lose.
template <class Row>
void reading_and_then_writing_loses_updates(Peers peers) {
  constexpr Number each = 300;
  share<Numbers<Row>>(
      {8, peers},
      [](auto& handle, unsigned) {
        for (Number n = 0; n < each; ++n) {
          Number before = handle.load(0);
          sched_yield();
          handle.store(before + 1, 0);
        }
      },
      [](auto& handle) {
        require(handle.load(0) < 8 * each, "unlocked steps of eight workers lost nothing");
      });
}

template <class Row>
void wide_values_are_never_torn(Peers peers) {
  if constexpr (holds_wide<Row>) {
    using V = typename Row::template type<Wide, 4>;
    share<V>(
        {3, peers},
        [](HandleOf<V>& handle, unsigned worker) {
          // By time and not by number: they have to run side by side.
          Deadline end = after(contention_time);
          for (Number n = 0; n % 16 != 0 || Clock::now() < end; ++n) {
            if (worker == 0) handle.store(Wide::of(n), 1);
            if (worker == 1) handle.add(Wide::of(1), 1);
            require(handle.load(1).whole(), "a wide value was read torn");
          }
        },
        [](HandleOf<V>& handle) { require(handle.load(1).whole(), "a wide value stayed torn"); });
  }
}

template <class Row>
void slices_of_locked_values_are_never_torn(Peers peers) {
  if constexpr (Numbers<Row>::locked) {
    share<Numbers<Row>>(
        {3, peers},
        [](auto& handle, unsigned worker) {
          std::array<Number, length> slice{};
          // By time and not by number: they have to run side by side.
          Deadline end = after(contention_time);
          for (Number n = 0; n % 16 != 0 || Clock::now() < end; ++n) {
            slice.fill(n * 3 + worker);
            if (worker < 2) handle.write(0, slice);
            handle.read(0, slice);
            for (Number word : slice) require(word == slice[0], "a slice was read torn");
          }
        },
        [](auto&) {});
  }
}

template <class Row>
void slices_reach_the_elements_that_they_name(Peers peers) {
  share<Numbers<Row>>(
      {1, peers},
      [](auto& handle, unsigned) {
        handle.write(length - 3, std::array<Number, 3>{7, 8, 9});
        handle.write(2, std::span<const Number>{});
      },
      [](auto& handle) {
        std::array<Number, 4> last{};
        handle.read(length - 4, last);
        require(last == std::array<Number, 4>{0, 7, 8, 9}, "a slice has other elements");
        handle.read(length, std::span<Number>{});  // the empty one after the end exists
      });
}

template <class Row>
void elements_and_slices_out_of_range_raise(Peers peers) {
  share<Numbers<Row>>(
      {1, peers},
      [](auto& handle, unsigned) {
        auto raises = [](const char* what, auto use) {
          try {
            use();
          } catch (const std::out_of_range&) {
            return;
          }
          throw std::runtime_error(std::string(what) + " out of range did not raise");
        };
        constexpr std::size_t huge = ~std::size_t{0};
        std::array<Number, 2> two{};
        for (std::size_t index : {length, huge}) {
          raises("load", [&] { (void)handle.load(index); });
          raises("store", [&] { handle.store(1, index); });
          raises("add", [&] { handle.add(1, index); });
          raises("update", [&] { handle.update([](Number n) { return n; }, index); });
        }
        for (std::size_t index : {length - 1, length, huge}) {
          raises("read", [&] { handle.read(index, two); });
          raises("write", [&] { handle.write(index, std::span<const Number>(two)); });
        }
      },
      [](auto& handle) {
        for (std::size_t i = 0; i < length; ++i) require(handle.load(i) == 0, "it wrote");
      });
}

template <class Row>
void an_update_that_throws_changes_nothing_and_lets_go(Peers peers) {
  share<Numbers<Row>>(
      {2, peers},
      [](auto& handle, unsigned) {
        for (int n = 0; n < 10; ++n) {
          try {
            handle.update([](Number) -> Number { throw std::runtime_error("refused"); }, 0);
          } catch (const std::runtime_error&) {
          }
          handle.add(1, 0);
        }
      },
      [](auto& handle) { require(handle.load(0) == 20, "a failed update left its mark"); });
}

/// As seen by a change that takes its element by reference, where the elements lie in memory.
template <class Row>
void elements_are_aligned_as_their_type_asks(Peers peers) {
  if constexpr (holds_wide<Row>) {
    using V = typename Row::template type<Wide, 4>;
    share<V>(
        {1, peers},
        [](HandleOf<V>& handle, unsigned) {
          for (std::size_t i = 0; i < 4; ++i) {
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
        [](HandleOf<V>&) {});
  }
}

template <class Row>
void values_side_by_side_never_overlap(Peers peers) {
  using V = Numbers<Row>;
  InSharedMemory<std::array<std::optional<V>, 10>> values;
  for (auto& value : *values) value.emplace(ValueShape{1, peers});
  run_workers(peers, {[&] {
                for (Number n = 0; n < 10; ++n) {
                  auto handle = (*values)[n]->handle(0);
                  for (std::size_t i = 0; i < length; ++i) handle.store(n * length + i, i);
                }
              }});
  for (Number n = 0; n < 10; ++n) {
    auto handle = (*values)[n]->handle(0);
    for (std::size_t i = 0; i < length; ++i) {
      require(handle.load(i) == n * length + i, "values overlap");
    }
  }
}

}  // namespace handoff::conformance
