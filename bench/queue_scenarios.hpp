#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "bench/message.hpp"
#include "bench/round_trips.hpp"
#include "bench/servers.hpp"
#include "impl/common/cpu.hpp"
#include "impl/queue/contract.hpp"

/// The scenarios of the queue family, over any implementation.
namespace handoff::bench {

inline void require_ok(Status status, const char* operation) {
  if (status != Status::ok) throw std::runtime_error(std::string(operation) + " did not succeed");
}

/// Tells a joinable queue that what was taken is dealt with.
template <class Q>
void deal_with(Q& queue) {
  if constexpr (JoinableQueue<Q>) queue.task_done();
}

/// Two workers, a queue in each direction: worker 0 puts an item and waits for it to come back.
template <class Q>
class QueuePingPong {
 public:
  explicit QueuePingPong(Peers peers)
      : there_({.producers = 1, .consumers = 1, .peers = peers}),
        back_({.producers = 1, .consumers = 1, .peers = peers}) {}

  harness::Body join(harness::Seat& seat) {
    charge_servers(seat, there_, back_);
    return seat.worker == 0 ? ask(seat) : answer(seat);
  }

 private:
  using Item = typename Q::value_type;

  harness::Body ask(harness::Seat& seat) {
    return [this, out = std::make_shared<decltype(there_.producer(0))>(there_.producer(0)),
            in = std::make_shared<decltype(back_.consumer(0))>(back_.consumer(0)),
            item = make_placed<Item>(), trips = RoundTrips(seat)](std::uint64_t count) mutable {
      trips.run(count, [&](std::uint64_t n) {
        fill(item->words, first_word(0, n));
        require_ok(out->put(*item, never), "put");
        require_ok(in->get(*item, never), "get");
        check_message(item->words, first_word(1, n));
        deal_with(back_);
      });
    };
  }

  harness::Body answer(harness::Seat&) {
    return [this, in = std::make_shared<decltype(there_.consumer(0))>(there_.consumer(0)),
            out = std::make_shared<decltype(back_.producer(0))>(back_.producer(0)),
            item = make_placed<Item>()](std::uint64_t count) {
      for (std::uint64_t n = 0; n < count; ++n) {
        require_ok(in->get(*item, never), "get");
        check_message(item->words, first_word(0, n));
        deal_with(there_);
        fill(item->words, first_word(1, n));
        require_ok(out->put(*item, never), "put");
      }
    };
  }

  Q there_;
  Q back_;
};

/// Producers put `count` items each; the consumers together take them all. One by one, or in
/// batches of up to `chunk`.
template <class Q, std::size_t chunk = 1>
class QueueStream {
 public:
  explicit QueueStream(QueueShape shape) : shape_(shape), queue_(shape) {}

  /// Producers and consumers alternate, so that both kinds are spread over the CPUs.
  harness::Body join(harness::Seat& seat) {
    charge_servers(seat, queue_);
    unsigned pairs = std::min(shape_.producers, shape_.consumers);
    if (seat.worker < 2 * pairs) {
      return seat.worker % 2 == 0 ? produce(seat, seat.worker / 2) : consume(seat, seat.worker / 2);
    }
    unsigned number = seat.worker - pairs;
    return shape_.producers > shape_.consumers ? produce(seat, number) : consume(seat, number);
  }

 private:
  using Item = typename Q::value_type;
  using Items = std::array<Item, chunk>;
  /// Consumers claim items in batches, so that the claim costs next to nothing per item.
  static constexpr std::uint64_t largest_batch = 256;

  harness::Body produce(harness::Seat& seat, unsigned number) {
    return [&seat, number,
            end = std::make_shared<decltype(queue_.producer(0))>(queue_.producer(number)),
            items = make_placed<Items>()](std::uint64_t count) {
      Word sum = 0;
      for (std::uint64_t n = 0; n < count;) {
        const std::size_t batch = chunk == 1 ? 1 : std::min<std::uint64_t>(chunk, count - n);
        for (std::size_t i = 0; i < batch; ++i, ++n) {
          Word first = first_word(number, n);
          fill((*items)[i].words, first);
          sum += first;
        }
        put_all(*end, std::span(*items).first(batch));
      }
      seat.report.balance += sum;
    };
  }

  harness::Body consume(harness::Seat& seat, unsigned number) {
    return
        [this, &seat, end = std::make_shared<decltype(queue_.consumer(0))>(queue_.consumer(number)),
         items = make_placed<Items>(), due = std::uint64_t{0}](std::uint64_t count) mutable {
          std::uint64_t all = count * shape_.producers;
          due += all;
          std::vector<std::uint64_t> next(shape_.producers, 0);
          Word sum = 0;
          while (std::uint64_t claimed = claim(all, due)) {
            for (std::uint64_t n = 0; n < claimed;) {
              std::size_t got = get_some(*end, std::span(*items), claimed - n);
              for (std::size_t i = 0; i < got; ++i) {
                sum += check((*items)[i], next);
                deal_with(queue_);
              }
              n += got;
            }
          }
          seat.report.balance -= sum;
        };
  }

  template <class End>
  static void put_all(End& end, std::span<const Item> items) {
    if constexpr (chunk == 1) {
      require_ok(end.put(items.front(), never), "put");
    } else {
      while (!items.empty()) {
        Batch batch = end.put_some(items, never);
        require_ok(batch.status, "put of a batch");
        items = items.subspan(batch.count);
      }
    }
  }

  /// At least one, and at most `most`; how many.
  template <class End>
  static std::size_t get_some(End& end, std::span<Item> room, std::uint64_t most) {
    if constexpr (chunk == 1) {
      require_ok(end.get(room.front(), never), "get");
      return 1;
    } else {
      Batch batch = end.get_some(room.first(std::min<std::uint64_t>(room.size(), most)), never);
      require_ok(batch.status, "get of a batch");
      return batch.count;
    }
  }

  /// Items that this consumer is to take next; 0 when all of the phase are claimed.
  std::uint64_t claim(std::uint64_t all, std::uint64_t due) {
    std::uint64_t batch = std::clamp<std::uint64_t>(all / (8 * shape_.consumers), 1, largest_batch);
    std::uint64_t before = claimed_.load(std::memory_order_relaxed);
    for (;;) {
      batch = std::min(batch, due - before);
      if (batch == 0 ||
          claimed_.compare_exchange_weak(before, before + batch, std::memory_order_relaxed)) {
        return batch;
      }
    }
  }

  /// One consumer sees every number of a producer in turn, one of many sees them ascend.
  Word check(const Item& item, std::vector<std::uint64_t>& next) {
    Word first = item.words.front();
    unsigned sender = sender_of(first);
    std::uint64_t number = sequence_of(first);
    if (sender >= next.size() || number < next[sender] ||
        (shape_.consumers == 1 && number != next[sender]) || !is_whole(item.words)) {
      wrong_message(first, first_word(sender, sender < next.size() ? next[sender] : 0));
    }
    next[sender] = number + 1;
    return first;
  }

  QueueShape shape_;
  alignas(isolation) std::atomic<std::uint64_t> claimed_{0};
  alignas(isolation) Q queue_;
};

}  // namespace handoff::bench
