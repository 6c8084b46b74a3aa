#pragma once

#include <cstdint>

#include "bench/queue_scenarios.hpp"
#include "bench/shared_object.hpp"

/// The cases of the queue family.
namespace handoff::bench {

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
