#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "bench/message.hpp"
#include "bench/round_trips.hpp"
#include "bench/servers.hpp"
#include "bench/shared_object.hpp"
#include "impl/pipe/contract.hpp"

/// The scenarios of the pipe family, over any implementation.
namespace handoff::bench {

/// An end and a buffer of one message of `bytes`, a multiple of a word.
template <class P>
class Correspondent {
 public:
  Correspondent(P& pipe, unsigned end, std::size_t bytes) : end_(pipe.end(end)), message_(bytes) {}

  void send(Word first) {
    fill(message_.words(), first);
    if (end_.send(std::as_bytes(message_.words())) != Status::ok) {
      throw std::runtime_error("send did not succeed");
    }
  }
  void receive(Word expected_first) {
    std::span<Word> words = message_.words();
    Received received = end_.receive(std::as_writable_bytes(words));
    if (received.status != Status::ok || received.bytes != words.size_bytes()) {
      throw std::runtime_error("receive gave " + std::to_string(received.bytes) + " B instead of " +
                               std::to_string(words.size_bytes()));
    }
    check_message(words, expected_first);
  }

 private:
  decltype(std::declval<P&>().end(0)) end_;
  Message message_;
};

/// End 0 sends a message and waits for the answer of end 1, which is as long.
template <class P>
harness::Body join_ping_pong(P& pipe, harness::Seat& seat, std::size_t bytes) {
  auto own = std::make_shared<Correspondent<P>>(pipe, seat.worker, bytes);
  if (seat.worker == 0) {
    return [own, trips = RoundTrips(seat)](std::uint64_t count) mutable {
      trips.run(count, [&](std::uint64_t n) {
        own->send(first_word(0, n));
        own->receive(first_word(1, n));
      });
    };
  }
  return [own](std::uint64_t count) {
    for (std::uint64_t n = 0; n < count; ++n) {
      own->receive(first_word(0, n));
      own->send(first_word(1, n));
    }
  };
}

/// End 0 sends, end 1 receives.
template <class P>
harness::Body join_stream(P& pipe, harness::Seat& seat, std::size_t bytes) {
  auto own = std::make_shared<Correspondent<P>>(pipe, seat.worker, bytes);
  if (seat.worker == 0) {
    return [own](std::uint64_t count) {
      for (std::uint64_t n = 0; n < count; ++n) own->send(first_word(0, n));
    };
  }
  return [own](std::uint64_t count) {
    for (std::uint64_t n = 0; n < count; ++n) own->receive(first_word(0, n));
  };
}

/// Adds the cases of one row.
template <class P>
class PipeCases {
 public:
  explicit PipeCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    auto nearest = cases_.nearest_pair();
    for (Peers peers : {Peers::threads, Peers::processes}) {
      if (!reaches(P::info, peers)) continue;
      for (const harness::Placement& pair : cases_.pairs()) {
        if (pair.place == nearest.place || !nearest.exists()) {
          add_sizes(peers, pair, all_sizes);
        } else {
          add_sizes(peers, pair, few_sizes);
        }
      }
    }
  }

 private:
  using Join = harness::Body (*)(P&, harness::Seat&, std::size_t);

  static constexpr std::size_t all_sizes[] = {8, 64, 1024, 16384, 131072, 1048576};
  /// Where the place is what is asked about: a short message, and one that takes its time.
  static constexpr std::size_t few_sizes[] = {8, 16384};

  void add_sizes(Peers peers, const harness::Placement& pair, std::span<const std::size_t> sizes) {
    for (std::size_t bytes : sizes) {
      if (bytes > P::info.largest_message()) continue;
      add("ping_pong", join_ping_pong<P>, {peers, Direction::duplex}, pair, bytes);
      add("stream", join_stream<P>, {peers, Direction::one_way}, pair, bytes);
    }
  }

  void add(const char* scenario, Join join, PipeShape shape, const harness::Placement& pair,
           std::size_t bytes) {
    auto name = case_name("pipe", P::info, scenario, shape.peers, pair);
    name.with("size", bytes);
    harness::CrewPlan plan{
        .peers = shape.peers,
        .cpus = pair.cpus,
        .program = harness::program_of<P>([shape](void* memory) { new (memory) P(shape); },
                                          [join, bytes](P& pipe, harness::Seat& seat) {
                                            charge_servers(seat, pipe);
                                            return join(pipe, seat, bytes);
                                          })};
    plan.program.started = [](std::byte* memory) {
      std::launder(reinterpret_cast<P*>(memory))->abandon();
    };
    cases_.add({.name = name,
                .cpus = pair.cpus,
                .bytes = bytes,
                .object_bytes = sizeof(P),
                .measure = [plan](const Settings& s) { return measure_crew(plan, s); }});
  }

  Cases& cases_;
};

template <class Row>
void add_pipe(Cases& cases) {
  using P = typename Row::type;
  static_assert(Pipe<P>);
  cases.add_row(P::info);
  if (P::info.unavailable().empty()) PipeCases<P>(cases).add_all();
}

}  // namespace handoff::bench
