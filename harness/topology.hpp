#pragma once

#include <string>
#include <utility>
#include <vector>

namespace handoff::harness {

/// The CPUs that may be used and what they share, as hwloc (Broquedis and others, hwloc: a Generic
/// Framework for Managing Hardware Affinities in HPC Applications, 2010) sees them. A value: it
/// holds no hwloc object. Questions about a CPU that is not among cpus() raise.
class Topology {
 public:
  /// Of the CPUs that the calling thread may use: its affinity mask, within its cgroup's set.
  static Topology this_machine();
  /// Of an hwloc description such as "package:2 l3:2 core:4 pu:2". An empty `allowed` means all;
  /// a CPU in it that does not exist raises. The same holds for from_xml.
  static Topology synthetic(const std::string& description, const std::vector<int>& allowed = {});
  /// Of a file that hwloc exported.
  static Topology from_xml(const std::string& path, const std::vector<int>& allowed = {});

  /// Numbers as the kernel gives them, ascending; never empty.
  const std::vector<int>& cpus() const& { return numbers_; }
  std::vector<int> cpus() && { return std::move(numbers_); }

  bool same_core(int a, int b) const { return cpu(a).core == cpu(b).core; }
  /// False where no L3 is known.
  bool same_l3(int a, int b) const { return cpu(a).l3 == cpu(b).l3 && cpu(a).l3 != unknown; }
  /// One NUMA node.
  bool same_node(int a, int b) const { return cpu(a).node == cpu(b).node; }
  bool same_package(int a, int b) const { return cpu(a).package == cpu(b).package; }

  /// Identifiers, equal for CPUs that share the thing; `unknown` where there is none.
  static constexpr int unknown = -1;
  int core_of(int number) const { return cpu(number).core; }
  int l3_of(int number) const { return cpu(number).l3; }
  int node_of(int number) const { return cpu(number).node; }
  int package_of(int number) const { return cpu(number).package; }
  /// The kind of core on a hybrid part; a higher number is faster. 0 for all where there is but
  /// one kind, or where their order is unknown.
  int speed_of(int number) const { return cpu(number).speed; }

  /// One line: "1 package, 2 cores, 2 CPUs, 1 L3 of 32 MiB, 1 NUMA node".
  std::string describe() const;
  /// One line: "L1d 2 x 32 KiB, L1i 2 x 32 KiB, L2 2 x 1 MiB, L3 1 x 32 MiB".
  const std::string& caches() const { return caches_; }

 private:
  struct Cpu {
    int number;
    int core;
    int l3;
    int node;
    int package;
    int speed;
  };
  class Reader;

  Topology() = default;
  const Cpu& cpu(int number) const;
  int distinct(int Cpu::*member) const;

  std::vector<Cpu> table_;
  std::vector<int> numbers_;
  std::string caches_;
  std::string l3_sizes_;
};

}  // namespace handoff::harness
