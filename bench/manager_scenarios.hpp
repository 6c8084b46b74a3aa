#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/payload.hpp"
#include "bench/repeat.hpp"
#include "bench/round_trips.hpp"
#include "bench/servers.hpp"
#include "harness/crew.hpp"
#include "impl/common/cpu.hpp"
#include "impl/manager/contract.hpp"

/// What the clients of the manager family do, over any implementation. One alone times each
/// operation, of as many as the phase counts; of several, each goes on for the length of the phase,
/// in ns, and reports how many operations that were.
namespace handoff::bench {

/// Keys of a dictionary: more than one, so that its search is part of it.
inline constexpr std::uint64_t manager_keys = 32;
inline std::string key_of(std::uint64_t number) {
  return "key " + std::to_string(number % manager_keys);
}

/// A value of a given size, which is filled for each operation that sends it, and checked whole in
/// each that gets one.
class ManagerValue {
 public:
  explicit ManagerValue(std::size_t bytes) : words_(bytes / sizeof(Word)) {}

  std::string_view of(Word first) {
    fill(words_, first);
    return {reinterpret_cast<const char*>(words_.data()), words_.size() * sizeof(Word)};
  }
  /// Where clients put what they get.
  std::string& got() { return got_; }
  void check_whole() {
    if (got_.size() != words_.size() * sizeof(Word)) throw std::runtime_error("another size");
    std::memcpy(words_.data(), got_.data(), got_.size());
    if (!is_whole(words_)) throw std::runtime_error("a value was got torn");
  }
  void check(Word first) {
    check_whole();
    check_message(words_, first);
  }

 private:
  std::vector<Word> words_;
  std::string got_;
};

/// What a worker has: its client and a value.
template <class M>
struct ManagerHand {
  ManagerHand(M& manager, harness::Seat& seat, std::size_t bytes)
      : client(manager.client(seat.worker)), value(bytes) {
    charge_servers(seat, manager);
    for (std::uint64_t key = 0; key < manager_keys; ++key) keys.push_back(key_of(key));
  }

  /// A worker's own dictionary or list, or that of all.
  std::string name;
  decltype(std::declval<M&>().client(0U)) client;
  ManagerValue value;
  std::vector<std::string> keys;
};

/// A body of `operation(n)`.
template <class Operation>
harness::Body body_of(unsigned workers, harness::Seat& seat, Operation operation) {
  if (workers == 1) {
    return [&seat, operation, trips = std::make_shared<RoundTrips>(seat)](std::uint64_t count) {
      trips->run(count, operation);
      seat.report.operations = count;
    };
  }
  return [&seat, operation](std::uint64_t length_ns) {
    seat.report.operations = repeat_for(length_ns, operation);
  };
}

/// All workers get values of the same dictionary, and set one in one of `period` operations; never,
/// where it is 0.
template <class M, std::uint64_t period>
class ManagerMix {
 public:
  ManagerMix(ManagerShape shape, std::size_t bytes)
      : shape_(shape), bytes_(bytes), manager_(shape) {
    auto client = manager_.client(0);
    ManagerValue value(bytes);
    for (std::uint64_t key = 0; key < manager_keys; ++key) {
      client.set(name, key_of(key), value.of(first_word(0, key)));
    }
  }

  harness::Body join(harness::Seat& seat) {
    auto hand = std::make_shared<ManagerHand<M>>(manager_, seat, bytes_);
    return body_of(shape_.clients, seat, [hand, worker = seat.worker](std::uint64_t n) {
      // Another key in each round, so that every one is set at times.
      const std::uint64_t key = (n + n / manager_keys) % manager_keys;
      const std::string& key_name = hand->keys[key];
      if (period != 0 && n % std::max<std::uint64_t>(period, 1) == period - 1) {
        hand->client.set(name, key_name, hand->value.of(first_word(worker, n)));
        return;
      }
      if (!hand->client.get(name, key_name, hand->value.got())) {
        throw std::runtime_error("a key has gone");
      }
      if (period == 0) {
        hand->value.check(first_word(0, key));
      } else {
        hand->value.check_whole();
      }
    });
  }

 private:
  static constexpr std::string_view name = "all";

  ManagerShape shape_;
  std::size_t bytes_;
  alignas(isolation) M manager_;
};

template <class M>
using ManagerGet = ManagerMix<M, 0>;

/// Each worker sets the keys of a dictionary of its own in turn, and afterwards gets from each what
/// it set last.
template <class M>
class ManagerSet {
 public:
  ManagerSet(ManagerShape shape, std::size_t bytes)
      : shape_(shape), bytes_(bytes), manager_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto hand = std::make_shared<ManagerHand<M>>(manager_, seat, bytes_);
    hand->name = "of worker " + std::to_string(seat.worker);
    seat.afterwards = [hand, &seat] {
      const std::uint64_t count = seat.report.operations;
      for (std::uint64_t n = count > manager_keys ? count - manager_keys : 0; n < count; ++n) {
        if (!hand->client.get(hand->name, hand->keys[n % manager_keys], hand->value.got())) {
          throw std::runtime_error("a key that was set is not there");
        }
        hand->value.check(first_word(seat.worker, n));
      }
    };
    return body_of(shape_.clients, seat, [hand, worker = seat.worker](std::uint64_t n) {
      const std::string& key = hand->keys[n % manager_keys];
      hand->client.set(hand->name, key, hand->value.of(first_word(worker, n)));
    });
  }

 private:
  ManagerShape shape_;
  std::size_t bytes_;
  alignas(isolation) M manager_;
};

/// Each worker appends to a list of its own. A list that is full is measured and emptied, which
/// belongs to the cost; afterwards all elements that it has are got.
template <class M>
class ManagerAppend {
 public:
  ManagerAppend(ManagerShape shape, std::size_t bytes)
      : shape_(shape), bytes_(bytes), manager_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto hand = std::make_shared<ManagerHand<M>>(manager_, seat, bytes_);
    auto length = std::make_shared<std::uint64_t>(0);
    hand->name = "of worker " + std::to_string(seat.worker);
    seat.afterwards = [hand, length, worker = seat.worker] {
      check_length(*hand, *length);
      for (std::uint64_t i = 0; i < *length; ++i) {
        hand->client.element(hand->name, i, hand->value.got());
        hand->value.check(first_word(worker, i));
      }
    };
    return body_of(shape_.clients, seat, [hand, length, worker = seat.worker](std::uint64_t) {
      if (*length == longest) {
        check_length(*hand, *length);
        hand->client.clear(hand->name);
        *length = 0;
      }
      hand->client.append(hand->name, hand->value.of(first_word(worker, *length)));
      ++*length;
    });
  }

 private:
  /// Elements: so many that emptying hardly shows, and lists of 64 KiB each fit into the memory.
  static constexpr std::uint64_t longest = 64;

  static void check_length(ManagerHand<M>& hand, std::uint64_t length) {
    if (hand.client.length(hand.name) != length) throw std::runtime_error("elements are missing");
  }

  ManagerShape shape_;
  std::size_t bytes_;
  alignas(isolation) M manager_;
};

}  // namespace handoff::bench
