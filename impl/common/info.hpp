#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace handoff {

/// Whether the two ends of an object are threads of one process or processes.
enum class Peers { threads, processes };

/// Between which kinds of peers an implementation works.
enum class Reach { threads, processes, threads_and_processes };

/// How many workers may hold the same kind of end at once.
enum class Holders { one, many };

/// What a waiter does until it can go on.
enum class Waiting { never, spins, spins_then_yields, blocks, spins_then_blocks };

/// What a waiting survivor sees when its peer has been killed.
enum class Survivor { told, hangs };

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
inline std::size_t no_limit() { return unlimited; }
inline std::string always_available() { return {}; }

/// A number of system calls: fixed, or found out where older kernels take more.
class CallCount {
 public:
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr CallCount(Number fixed) : fixed_(static_cast<double>(fixed)) {}
  constexpr CallCount(double (*found_out)()) : found_out_(found_out) {}
  constexpr operator double() const { return found_out_ == nullptr ? fixed_ : found_out_(); }

 private:
  double fixed_ = 0;
  double (*found_out_)() = nullptr;
};

/// What an implementation states about itself. Every claim is tested: the conformance suite
/// picks its cases by it.
struct Info {
  std::string_view name;            ///< mechanism, without the waiting policy: "mpmc_ring"
  std::string_view policy = "";     ///< waiting policy, where it is a parameter: "park"
  std::string_view mechanism;       ///< in a few words
  std::string_view source = "own";  ///< own, or library and version, or the kernel's interface
  Reach reach = Reach::threads_and_processes;
  Holders producers = Holders::many;  ///< for pipes: holders of one sending end
  Holders consumers = Holders::many;
  bool bounded = true;
  bool wakes_on_close = true;  ///< who waits for ever is woken by close
  Waiting waiting = Waiting::blocks;
  double copies_per_message = 2;  ///< of the payload, both ends together
  /// Both ends together, each message taken before the next is sent, and nobody asleep; a fraction
  /// is about right, where threads of a library's own join in. Files, values and managers: of one
  /// change.
  CallCount syscalls_per_message = 0;
  Survivor on_peer_death = Survivor::hangs;
  bool survives_killed_worker = false;           ///< killed anywhere, it blocks no other for long
  std::size_t (*largest_message)() = no_limit;   ///< bytes; read from the system where it varies
  std::size_t (*largest_capacity)() = no_limit;  ///< items of the queue's type; permits
  std::size_t (*side_by_side)() = no_limit;      ///< objects that a user can have at once, surely
  /// Why this machine cannot run it; empty when it can.
  std::string (*unavailable)() = always_available;
};

/// The name of a row: "mpmc_ring+park", or "pipe_pair".
inline std::string row_name(const Info& info) {
  std::string name(info.name);
  if (!info.policy.empty()) name.append("+").append(info.policy);
  return name;
}

constexpr bool reaches(const Info& info, Peers peers) {
  if (info.reach == Reach::threads_and_processes) return true;
  return (info.reach == Reach::threads) == (peers == Peers::threads);
}

constexpr std::string_view to_string(Peers peers) {
  return peers == Peers::threads ? "threads" : "processes";
}

constexpr std::string_view to_string(Reach reach) {
  switch (reach) {
    case Reach::threads: return "threads";
    case Reach::processes: return "processes";
    case Reach::threads_and_processes: return "threads, processes";
  }
  return "?";
}

constexpr std::string_view to_string(Waiting waiting) {
  switch (waiting) {
    case Waiting::never: return "never waits";
    case Waiting::spins: return "spins";
    case Waiting::spins_then_yields: return "spins, then yields";
    case Waiting::blocks: return "blocks";
    case Waiting::spins_then_blocks: return "spins, then blocks";
  }
  return "?";
}

}  // namespace handoff
