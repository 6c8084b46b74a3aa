#include "harness/topology.hpp"

#include <hwloc.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>

#include "impl/common/status.hpp"

namespace handoff::harness {
namespace {

struct BitmapFree {
  void operator()(hwloc_bitmap_s* bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, BitmapFree>;

struct TopologyDestroy {
  void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
using Handle = std::unique_ptr<hwloc_topology, TopologyDestroy>;

Bitmap make_bitmap() {
  Bitmap bitmap(hwloc_bitmap_alloc());
  if (!bitmap) throw std::bad_alloc();
  return bitmap;
}

Handle make_handle() {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) throw_errno("hwloc: making a topology");
  Handle handle(topology);
  hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
  return handle;
}

void load(const Handle& topology, const std::string& what) {
  if (hwloc_topology_load(topology.get()) != 0) throw_errno("hwloc: loading " + what);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024;
  constexpr std::uint64_t mib = kib * kib;
  if (bytes >= mib && bytes % mib == 0) return std::to_string(bytes / mib) + " MiB";
  if (bytes % kib == 0) return std::to_string(bytes / kib) + " KiB";
  return std::to_string(bytes) + " B";
}

std::string counted(int count, const std::string& singular) {
  return std::to_string(count) + " " + singular + (count == 1 ? "" : "s");
}

/// How many caches of each size one level has, largest first: 8 of 48 KiB, 4 of 32 KiB.
using Sizes = std::map<std::uint64_t, int, std::greater<>>;

}  // namespace

/// Copies what we ask about out of a loaded hwloc topology.
class Topology::Reader {
 public:
  Reader(hwloc_topology_t topology, hwloc_const_cpuset_t allowed)
      : topology_(topology), allowed_(allowed) {}

  Topology read() const {
    Topology result;
    unsigned number = 0;
    hwloc_bitmap_foreach_begin(number, allowed_) result.table_.push_back(read_cpu(number));
    hwloc_bitmap_foreach_end();
    if (result.table_.empty()) throw std::runtime_error("hwloc: no CPU may be used");
    for (const Cpu& cpu : result.table_) result.numbers_.push_back(cpu.number);
    result.caches_ = read_caches();
    for (const auto& [bytes, count] : sizes_of(HWLOC_OBJ_L3CACHE)) {
      result.l3_sizes_ += (result.l3_sizes_.empty() ? "" : " and ") + size_text(bytes);
    }
    return result;
  }

 private:
  Cpu read_cpu(unsigned number) const {
    hwloc_obj_t unit = hwloc_get_pu_obj_by_os_index(topology_, number);
    if (unit == nullptr) {
      throw std::invalid_argument("topology: CPU " + std::to_string(number) + " does not exist");
    }
    return {.number = static_cast<int>(number),
            .core = ancestor(unit, HWLOC_OBJ_CORE),
            .l3 = ancestor(unit, HWLOC_OBJ_L3CACHE),
            .node = hwloc_bitmap_first(unit->nodeset),
            .package = ancestor(unit, HWLOC_OBJ_PACKAGE),
            .speed = speed(unit)};
  }

  /// A CPU in no known core is a core of its own, which no logical index of a core is.
  int ancestor(hwloc_obj_t unit, hwloc_obj_type_t type) const {
    hwloc_obj_t object = hwloc_get_ancestor_obj_by_type(topology_, type, unit);
    if (object != nullptr) return static_cast<int>(object->logical_index);
    if (type != HWLOC_OBJ_CORE) return unknown;
    return hwloc_get_nbobjs_by_type(topology_, HWLOC_OBJ_CORE) +
           static_cast<int>(unit->logical_index);
  }

  int speed(hwloc_obj_t unit) const {
    int kind = hwloc_cpukinds_get_by_cpuset(topology_, unit->cpuset, 0);
    if (kind < 0) return 0;
    int efficiency = 0;  // hwloc's word for how fast a kind is, at the expense of power
    hwloc_cpukinds_get_info(topology_, static_cast<unsigned>(kind), nullptr, &efficiency, nullptr,
                            nullptr, 0);
    return std::max(efficiency, 0);
  }

  Sizes sizes_of(hwloc_obj_type_t type) const {
    Sizes sizes;
    hwloc_obj_t cache = nullptr;
    while ((cache = hwloc_get_next_obj_by_type(topology_, type, cache)) != nullptr) {
      if (hwloc_bitmap_intersects(cache->cpuset, allowed_)) ++sizes[cache->attr->cache.size];
    }
    return sizes;
  }

  std::string read_caches() const {
    std::string text;
    for (auto [type, name] : {std::pair{HWLOC_OBJ_L1CACHE, "L1d"},
                              {HWLOC_OBJ_L1ICACHE, "L1i"},
                              {HWLOC_OBJ_L2CACHE, "L2"},
                              {HWLOC_OBJ_L3CACHE, "L3"},
                              {HWLOC_OBJ_L4CACHE, "L4"}}) {
      for (const auto& [bytes, count] : sizes_of(type)) {
        text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(count) +
                " x " + size_text(bytes);
      }
    }
    return text.empty() ? "none known" : text;
  }

  hwloc_topology_t topology_;
  hwloc_const_cpuset_t allowed_;
};

Topology Topology::this_machine() {
  Handle handle = make_handle();
  Bitmap allowed = make_bitmap();
  load(handle, "this machine's topology");
  if (hwloc_topology_is_thissystem(handle.get()) == 0) {
    throw std::runtime_error(
        "hwloc describes another machine; unset HWLOC_XMLFILE, "
        "HWLOC_SYNTHETIC and HWLOC_FSROOT");
  }
  if (hwloc_get_cpubind(handle.get(), allowed.get(), HWLOC_CPUBIND_THREAD) != 0) {
    throw_errno("hwloc: reading the affinity mask");
  }
  hwloc_bitmap_and(allowed.get(), allowed.get(), hwloc_topology_get_allowed_cpuset(handle.get()));
  return Reader(handle.get(), allowed.get()).read();
}

namespace {

Bitmap chosen(const Handle& handle, const std::vector<int>& allowed) {
  Bitmap set = make_bitmap();
  hwloc_bitmap_copy(set.get(), hwloc_topology_get_allowed_cpuset(handle.get()));
  if (allowed.empty()) return set;
  hwloc_bitmap_zero(set.get());
  for (int number : allowed) {
    if (number < 0) throw std::invalid_argument("topology: CPU " + std::to_string(number));
    hwloc_bitmap_set(set.get(), static_cast<unsigned>(number));
  }
  return set;
}

}  // namespace

Topology Topology::synthetic(const std::string& description, const std::vector<int>& allowed) {
  Handle handle = make_handle();
  if (hwloc_topology_set_synthetic(handle.get(), description.c_str()) != 0) {
    throw_errno("hwloc: synthetic topology \"" + description + "\"");
  }
  load(handle, "synthetic topology \"" + description + "\"");
  return Reader(handle.get(), chosen(handle, allowed).get()).read();
}

Topology Topology::from_xml(const std::string& path, const std::vector<int>& allowed) {
  Handle handle = make_handle();
  if (hwloc_topology_set_xml(handle.get(), path.c_str()) != 0) throw_errno("hwloc: " + path);
  load(handle, path);
  return Reader(handle.get(), chosen(handle, allowed).get()).read();
}

const Topology::Cpu& Topology::cpu(int number) const {
  auto found = std::ranges::lower_bound(table_, number, {}, &Cpu::number);
  if (found == table_.end() || found->number != number) {
    throw std::out_of_range("topology: CPU " + std::to_string(number) + " may not be used");
  }
  return *found;
}

int Topology::distinct(int Cpu::*member) const {
  std::set<int> values;
  for (const Cpu& cpu : table_) values.insert(cpu.*member);
  values.erase(unknown);
  return static_cast<int>(values.size());
}

std::string Topology::describe() const {
  std::string text = counted(distinct(&Cpu::package), "package") + ", " +
                     counted(distinct(&Cpu::core), "core") + ", " +
                     counted(distinct(&Cpu::number), "CPU") + ", ";
  int l3 = distinct(&Cpu::l3);
  text += l3 == 0 ? "no known L3" : std::to_string(l3) + " L3 of " + l3_sizes_;
  text += ", " + counted(distinct(&Cpu::node), "NUMA node");
  int kinds = distinct(&Cpu::speed);
  return kinds > 1 ? text + ", " + std::to_string(kinds) + " kinds of core" : text;
}

}  // namespace handoff::harness
