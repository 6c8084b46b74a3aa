#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include "bench/floor.hpp"
#include "bench/pipe.hpp"
#include "bench/queue.hpp"
#include "harness/crew.hpp"
#include "impl/pipe/pipe_pair.hpp"
#include "impl/pipe/socketpair_seqpacket.hpp"
#include "impl/queue/spsc_ring.hpp"

/// The same as bare_loop.c by the harness and the scenarios of the benchmarks: same arguments, a
/// sample for each line on the standard input.
namespace handoff {
namespace {

using harness::CrewPlan;
using harness::program_of;
using harness::Seat;

constexpr std::size_t payload_bytes = 64;
constexpr std::size_t ring_items = 1024;
constexpr std::uint64_t first_count = 256;

template <class P>
void plan_pipe(CrewPlan& plan) {
  plan.program = program_of<P>(
      [](void* memory) { new (memory) P(PipeShape{Peers::processes}); },
      [](P& pipe, Seat& seat) { return bench::join_ping_pong(pipe, seat, payload_bytes); });
  plan.program.started = [](std::byte* memory) {
    std::launder(reinterpret_cast<P*>(memory))->abandon();
  };
}

CrewPlan plan_of(const std::string& mode, int cpu_a, int cpu_b) {
  using Stream = bench::QueueStream<SpscRing<bench::Item<8>, ring_items, Spin>>;
  CrewPlan plan;
  plan.peers = Peers::processes;
  plan.cpus = {cpu_a, cpu_b};
  if (mode == "pipe_pair") {
    plan_pipe<PipePair>(plan);
  } else if (mode == "seqpacket") {
    plan_pipe<SocketpairSeqpacket>(plan);
  } else if (mode == "cache_line") {
    using Line = bench::CacheLineRoundTrip;
    plan.program = program_of<Line>([](void* memory) { new (memory) Line(); },
                                    [](Line& line, Seat& seat) { return line.join(seat); });
  } else if (mode == "stream") {
    plan.program = program_of<Stream>(
        [](void* memory) {
          new (memory) Stream({.producers = 1, .consumers = 1, .peers = Peers::processes});
        },
        [](Stream& stream, Seat& seat) { return stream.join(seat); });
  } else {
    throw std::invalid_argument("unknown mode " + mode);
  }
  return plan;
}

void take_samples(const CrewPlan& plan, double sample_ns) {
  harness::Crew crew(plan);
  std::uint64_t count = first_count;
  for (std::string line; std::getline(std::cin, line);) {
    harness::PhaseResult result = crew.run(count);
    double ns = static_cast<double>(result.elapsed_ns) / static_cast<double>(count);
    double mean_ns = result.mean_ns > 0 ? result.mean_ns : ns;  // as in a benchmark's result
    std::printf("%.4f\n", mean_ns);
    std::fflush(stdout);
    count = static_cast<std::uint64_t>(sample_ns / ns) + 1;
  }
  crew.finish();
}

}  // namespace
}  // namespace handoff

int main(int argc, char** argv) {
  constexpr double ns_per_ms = 1e6;
  try {
    if (argc != 5) throw std::invalid_argument("usage: MODE CPU_A CPU_B SAMPLE_MS");
    auto plan = handoff::plan_of(argv[1], std::stoi(argv[2]), std::stoi(argv[3]));
    handoff::take_samples(plan, std::stod(argv[4]) * ns_per_ms);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "agreement_harness: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
