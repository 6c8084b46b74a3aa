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
#include "bench/shared_object.hpp"
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

/// Adds the cases of one row.
template <class Row>
class QueueCases {
 public:
  explicit QueueCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    add_size<8>();
    add_size<64>();
    add_size<1024>();
    add_size<16384>();
  }

 private:
  /// Up to 1,024 items, within 1 MiB, and at least as many as the workers of the largest shape.
  template <std::size_t Bytes>
  static constexpr std::size_t usual_capacity = std::clamp<std::size_t>((std::size_t{1} << 20) /
                                                                            Bytes,
                                                                        8, 1024);
  /// For queues whose capacity the system limits further, some to 10 for an ordinary user.
  static constexpr std::size_t small_capacity = 8;

  template <std::size_t Bytes>
  static bool fits_usual_capacity() {
    constexpr Info info = Row::template type<Item<Bytes>, small_capacity>::info;
    return Bytes > info.largest_message() || usual_capacity<Bytes> <= info.largest_capacity();
  }
  /// Of each size, so that the cases of a row differ in their size only.
  static bool fit_usual_capacity() {
    return fits_usual_capacity<8>() && fits_usual_capacity<64>() && fits_usual_capacity<1024>() &&
           fits_usual_capacity<16384>();
  }

  template <std::size_t Bytes>
  void add_size() {
    using Usual = typename Row::template type<Item<Bytes>, usual_capacity<Bytes>>;
    using Small = typename Row::template type<Item<Bytes>, small_capacity>;
    constexpr Info info = Usual::info;
    if (Bytes > info.largest_message()) return;
    if (fit_usual_capacity()) return add_reaches<Usual, Bytes, usual_capacity<Bytes>>();
    if constexpr (info.largest_capacity != no_limit) add_reaches<Small, Bytes, small_capacity>();
  }

  template <class Q, std::size_t Bytes, std::size_t Capacity>
  void add_reaches() {
    if constexpr (reaches(Q::info, Peers::threads)) {
      add_scenarios<Q, Bytes, Capacity>(Peers::threads);
    }
    if constexpr (reaches(Q::info, Peers::processes)) {
      add_scenarios<Q, Bytes, Capacity>(Peers::processes);
    }
  }

  template <class Q, std::size_t Bytes, std::size_t Capacity>
  void add_scenarios(Peers peers) {
    auto nearest = cases_.nearest_pair();
    for (const harness::Placement& pair : cases_.pairs()) {
      if (Bytes != 8 && pair.place != nearest.place) continue;
      if constexpr (Bytes == 8 || Bytes == 1024) add_ping_pong<Q, Bytes, Capacity>(peers, pair);
      add_stream<Q, Bytes, Capacity>({1, 1, peers}, pair);
    }
    bool many_put = Q::info.producers == Holders::many;
    bool many_get = Q::info.consumers == Holders::many;
    if (Bytes != 8) return;
    auto add_shape = [&](unsigned producers, unsigned consumers) {
      add_stream<Q, Bytes, Capacity>({producers, consumers, peers},
                                     cases_.place(harness::Place::compact, producers + consumers));
    };
    const std::size_t cpus = cases_.topology().cpus().size();
    constexpr unsigned crowd = 4;  // on each side, however few the CPUs
    for (unsigned many : cases_.worker_counts()) {
      if (many == 1) continue;
      bool lopsided = many == 2 || many < cpus;
      if (many_put && lopsided) add_shape(many, 1);
      if (many_get && lopsided) add_shape(1, many);
      if (many_put && many_get && (many <= crowd || 2 * many <= cpus)) add_shape(many, many);
    }
    if (!many_put || !many_get) return;
    if constexpr (Bytes == 8 && BatchQueue<Q>) {
      constexpr std::size_t chunk = 16;
      add_stream<Q, Bytes, Capacity, chunk>({1, 1, peers}, nearest);
      add_stream<Q, Bytes, Capacity, chunk>({crowd, crowd, peers},
                                            cases_.place(harness::Place::compact, 2 * crowd));
    }
  }

  static harness::CaseName name(const Info& info, const char* scenario, QueueShape shape,
                                const harness::Placement& placement, std::size_t bytes,
                                std::size_t capacity) {
    auto name = case_name("queue", info, scenario, shape.peers, placement);
    name.with("producers", std::size_t{shape.producers});
    name.with("consumers", std::size_t{shape.consumers});
    name.with("size", bytes);
    return info.bounded ? name.with("capacity", capacity) : name;
  }

  template <class Q, std::size_t Bytes, std::size_t Capacity>
  void add_ping_pong(Peers peers, const harness::Placement& placement) {
    using Object = QueuePingPong<Q>;
    auto plan = crew_over<Object>(peers, placement.cpus, peers);
    cases_.add({.name = name(Q::info, "ping_pong", {1, 1, peers}, placement, Bytes, Capacity),
                .cpus = placement.cpus,
                .bytes = Bytes,
                .object_bytes = sizeof(Object),
                .measure = [plan](const Settings& s) { return measure_crew(plan, s); }});
  }

  template <class Q, std::size_t Bytes, std::size_t Capacity, std::size_t chunk = 1>
  void add_stream(QueueShape shape, const harness::Placement& placement) {
    if (!placement.exists()) return;
    using Object = QueueStream<Q, chunk>;
    const char* scenario = chunk == 1 ? "stream" : "stream_batches";
    harness::CaseName case_name = name(Q::info, scenario, shape, placement, Bytes, Capacity);
    if (chunk > 1) case_name.with("chunk", chunk);
    auto plan = crew_over<Object>(shape.peers, placement.cpus, shape);
    cases_.add({.name = case_name,
                .cpus = placement.cpus,
                .bytes = Bytes,
                .object_bytes = sizeof(Object),
                .measure = [plan, n = shape.producers](const Settings& s) {
                  return measure_crew(plan, s, n);
                }});
  }

  Cases& cases_;
};

template <class Row>
void add_queue(Cases& cases) {
  using Q = typename Row::template type<Item<8>, 8>;
  static_assert(Queue<Q>);
  cases.add_row(Q::info);
  if (Q::info.unavailable().empty()) QueueCases<Row>(cases).add_all();
}

}  // namespace handoff::bench
