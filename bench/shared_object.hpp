#pragma once

#include <vector>

#include "bench/cases.hpp"

/// What the cases of most families have in common: workers that join one object.
namespace handoff::bench {

/// The plan of a crew whose workers, `peers` on `cpus`, join one Object(arguments...).
template <class Object, class... Arguments>
harness::CrewPlan crew_over(Peers peers, const std::vector<int>& cpus, Arguments... arguments) {
  return {.peers = peers,
          .cpus = cpus,
          .program = harness::program_of<Object>(
              [=](void* memory) { new (memory) Object(arguments...); },
              [](Object& object, harness::Seat& seat) { return object.join(seat); })};
}

/// What the name of such a case begins with.
inline harness::CaseName case_name(const char* family, const Info& info, const char* scenario,
                                   Peers peers, const harness::Placement& placement) {
  harness::CaseName name{family, row_name(info), scenario, {}};
  name.with("peers", to_string(peers)).with("place", to_string(placement.place));
  return name;
}

}  // namespace handoff::bench
