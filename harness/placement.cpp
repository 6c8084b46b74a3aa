#include "harness/placement.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace handoff::harness {
namespace {

constexpr std::array<std::pair<Place, std::string_view>, 8> names = {{
    {Place::same_cpu, "same_cpu"},
    {Place::same_core, "same_core"},
    {Place::same_l3, "same_l3"},
    {Place::same_node, "same_node"},
    {Place::cross_node, "cross_node"},
    {Place::unpinned, "unpinned"},
    {Place::compact, "compact"},
    {Place::scatter, "scatter"},
}};

using Pair = std::pair<int, int>;

bool is_pair(const Topology& topology, Place place, int a, int b) {
  switch (place) {
    case Place::same_core: return topology.same_core(a, b);
    case Place::same_l3: return topology.same_l3(a, b) && !topology.same_core(a, b);
    case Place::same_node:
      return topology.same_node(a, b) && !topology.same_l3(a, b) && !topology.same_core(a, b);
    case Place::cross_node: return !topology.same_node(a, b);
    default: return false;
  }
}

/// Of one kind before mixed, fast before slow, then by number.
auto preference(const Topology& topology, Pair pair) {
  int first = topology.speed_of(pair.first);
  int second = topology.speed_of(pair.second);
  return std::tuple(first != second, -std::min(first, second), pair);
}

std::optional<Pair> best_pair(const Topology& topology, Place place) {
  std::optional<Pair> best;
  const std::vector<int>& cpus = topology.cpus();
  for (auto a = cpus.begin(); a != cpus.end(); ++a) {
    for (auto b = a + 1; b != cpus.end(); ++b) {
      if (!is_pair(topology, place, *a, *b)) continue;
      Pair pair(*a, *b);
      if (!best || preference(topology, pair) < preference(topology, *best)) best = pair;
    }
  }
  return best;
}

/// The pair of same_cpu: a fastest CPU, twice.
Pair one_cpu(const Topology& topology) {
  int cpu = *std::ranges::max_element(topology.cpus(), {}, [&](int number) {
    return std::pair(topology.speed_of(number), -number);
  });
  return {cpu, cpu};
}

std::string why_absent(const Topology& topology, Place place) {
  std::size_t count = topology.cpus().size();
  if (count == 1) return "only CPU " + std::to_string(topology.cpus().front()) + " is allowed";
  std::string allowed = std::to_string(count) + " allowed CPUs";
  std::string among = " among the " + allowed;
  switch (place) {
    case Place::same_core: return "no SMT siblings" + among;
    case Place::same_l3: return "no two cores that are known to share an L3" + among;
    case Place::same_node: return "no two cores of one NUMA node with different L3 caches" + among;
    case Place::cross_node: return "all " + allowed + " are on one NUMA node";
    default: return {};
  }
}

/// How many smaller-numbered CPUs share this one's core: 0 for the first sibling of each core.
std::map<int, int> sibling_ranks(const Topology& topology) {
  std::map<int, int> seen_in_core;
  std::map<int, int> ranks;
  for (int cpu : topology.cpus()) ranks[cpu] = seen_in_core[topology.core_of(cpu)]++;
  return ranks;
}

std::vector<int> compact_order(const Topology& topology) {
  std::map<int, int> ranks = sibling_ranks(topology);
  std::vector<int> order = topology.cpus();
  std::ranges::sort(order, {}, [&](int cpu) {
    return std::tuple(ranks[cpu], -topology.speed_of(cpu), topology.package_of(cpu),
                      topology.node_of(cpu), topology.l3_of(cpu), topology.core_of(cpu), cpu);
  });
  return order;
}

/// How many CPUs were taken already from each core, package, node and L3.
class Taken {
 public:
  explicit Taken(const Topology& topology) : topology_(topology) {}

  void take(int cpu) {
    ++cores_[topology_.core_of(cpu)];
    ++packages_[topology_.package_of(cpu)];
    ++nodes_[topology_.node_of(cpu)];
    ++l3s_[topology_.l3_of(cpu)];
  }

  /// The least crowded CPU is the farthest from those taken.
  auto crowd(int cpu) {
    return std::tuple(cores_[topology_.core_of(cpu)], packages_[topology_.package_of(cpu)],
                      nodes_[topology_.node_of(cpu)], l3s_[topology_.l3_of(cpu)],
                      -topology_.speed_of(cpu), cpu);
  }

 private:
  const Topology& topology_;
  std::map<int, int> cores_, packages_, nodes_, l3s_;
};

std::vector<int> scatter_order(const Topology& topology) {
  std::vector<int> left = topology.cpus();
  std::vector<int> order;
  Taken taken(topology);
  while (!left.empty()) {
    auto next = std::ranges::min_element(left, {}, [&](int cpu) { return taken.crowd(cpu); });
    taken.take(*next);
    order.push_back(*next);
    left.erase(next);
  }
  return order;
}

/// One CPU for each worker, going round.
Placement go_round(Place place, const std::vector<int>& order, unsigned workers) {
  Placement placement{.place = place};
  for (unsigned i = 0; i < workers; ++i) placement.cpus.push_back(order[i % order.size()]);
  return placement;
}

}  // namespace

std::string_view to_string(Place place) {
  for (const auto& [known, name] : names) {
    if (known == place) return name;
  }
  return "?";
}

Place parse_place(std::string_view name) {
  std::string all;
  for (const auto& [place, known] : names) {
    if (known == name) return place;
    all.append(all.empty() ? "" : ", ").append(known);
  }
  throw std::invalid_argument("place \"" + std::string(name) + "\" is none of " + all);
}

Placement place_workers(const Topology& topology, Place place, unsigned workers) {
  if (workers == 0) throw std::invalid_argument("placement: no workers to place");
  switch (place) {
    case Place::unpinned: return go_round(place, {Placement::not_pinned}, workers);
    case Place::compact: return go_round(place, compact_order(topology), workers);
    case Place::scatter: return go_round(place, scatter_order(topology), workers);
    default: break;
  }
  std::optional<Pair> pair =
      place == Place::same_cpu ? one_cpu(topology) : best_pair(topology, place);
  if (!pair) return {.place = place, .absent = why_absent(topology, place)};
  return go_round(place, {pair->first, pair->second}, workers);
}

std::vector<Placement> all_placements(const Topology& topology, unsigned workers) {
  std::vector<Placement> placements;
  for (const auto& [place, name] : names) {
    placements.push_back(place_workers(topology, place, workers));
  }
  return placements;
}

}  // namespace handoff::harness
