#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/topology.hpp"

namespace handoff::harness {

/// Where workers run. The first five put workers alternately on one CPU or two:
enum class Place {
  same_cpu,    ///< all on one CPU
  same_core,   ///< two SMT siblings
  same_l3,     ///< two cores that share an L3
  same_node,   ///< two cores of one NUMA node that share no L3
  cross_node,  ///< two NUMA nodes
  unpinned,    ///< wherever the kernel puts them
  compact,     ///< near each other: core by core, then the SMT siblings
  scatter,     ///< far apart: every package, node and L3 in turn, then the SMT siblings
};

std::string_view to_string(Place place);
/// Raises for an unknown name, and lists the known ones.
Place parse_place(std::string_view name);

struct Placement {
  static constexpr int not_pinned = -1;

  Place place = Place::unpinned;
  std::vector<int> cpus = {};  ///< of each worker, or not_pinned; empty when absent
  std::string absent = {};     ///< why this machine lacks it; empty when it exists

  bool exists() const { return absent.empty(); }
};

/// Chooses among the CPUs of the topology. On a part with several kinds of core a pair is of one
/// kind if possible, and of the fastest. With more workers than CPUs, compact and scatter begin
/// again at the first CPU. Raises when `workers` is 0.
Placement place_workers(const Topology& topology, Place place, unsigned workers);

/// Every place in the order of the enumeration, absent ones with their reason.
std::vector<Placement> all_placements(const Topology& topology, unsigned workers);

/// Binds the calling thread to one CPU, then proves it with verify_pinned(). Does nothing for
/// Placement::not_pinned. Raises, naming the CPU, when the kernel refuses or did otherwise.
void pin_this_thread(int cpu);

/// Raises unless the calling thread may run on this CPU only, and runs there.
void verify_pinned(int cpu);

}  // namespace handoff::harness
