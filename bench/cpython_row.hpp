#pragma once

#include <array>
#include <string>
#include <string_view>

#include "bench/cases.hpp"

namespace handoff::bench {

/// Names and adds the cases of one of CPython's rows; its family is the binary's.
class CPythonRow {
 public:
  CPythonRow(Cases& cases, std::string_view family, const Info& info)
      : cases_(cases), family_(family), info_(info) {}

  harness::CaseName name(const char* scenario, const harness::Placement& placement) const {
    harness::CaseName name{std::string(family_), row_name(info_), scenario, {}};
    name.with("peers", to_string(peers())).with("place", to_string(placement.place));
    return name;
  }
  /// What a case is told beside its name, as strings; called when it is measured.
  using Further = std::vector<std::string> (*)();

  /// Nothing where this machine lacks the placement.
  void add(
      const harness::CaseName& name, const harness::Placement& placement, std::size_t bytes = 0,
      Further further = [] { return std::vector<std::string>(); });

  const Info& info() const { return info_; }
  const Cases& all() const { return cases_; }
  harness::Placement place(harness::Place place, unsigned workers) const {
    return cases_.place(place, workers);
  }
  harness::Placement compact(unsigned workers) const {
    return place(harness::Place::compact, workers);
  }
  /// Two workers on one CPU, and on two.
  std::array<harness::Placement, 2> one_cpu_and_two() const {
    return {place(harness::Place::same_cpu, 2), cases_.nearest_pair()};
  }

 private:
  /// The kind of peers that this row is for: CPython has another class for the other.
  Peers peers() const {
    return reaches(info_, Peers::processes) ? Peers::processes : Peers::threads;
  }

  Cases& cases_;
  std::string_view family_;
  const Info& info_;
};

/// The cases of each family.
void add_python_pipes(CPythonRow& row);
void add_python_queues(CPythonRow& row);
void add_python_values(CPythonRow& row);
void add_python_pools(CPythonRow& row);
void add_python_serial(CPythonRow& row);
void add_python_locks(CPythonRow& row);
void add_python_semaphores(CPythonRow& row);
void add_python_events(CPythonRow& row);
void add_python_conditions(CPythonRow& row);
void add_python_barriers(CPythonRow& row);
void add_python_processes(CPythonRow& row);
void add_python_signals(CPythonRow& row);
void add_python_managers(CPythonRow& row);

}  // namespace handoff::bench
