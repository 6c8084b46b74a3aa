#include "tests/conformance/workers.hpp"

#include "harness/worker.hpp"

namespace handoff::conformance {
namespace {

/// Generous: sanitizers and a loaded machine slow a check down thirty times.
constexpr auto watchdog = std::chrono::seconds(120);

}  // namespace

void run_workers(Peers peers, const std::vector<std::function<void()>>& work) {
  harness::Team team({.peers = peers,
                      .workers = static_cast<unsigned>(work.size()),
                      .work = [&](unsigned worker) { work[worker](); }});
  team.finish(after(watchdog));
  for (auto kind : {harness::Fate::Kind::threw, harness::Fate::Kind::killed,
                    harness::Fate::Kind::exited, harness::Fate::Kind::hung}) {
    for (unsigned i = 0; i < work.size(); ++i) {
      harness::Fate fate = team.fate(i);
      if (fate.kind == kind) {
        throw std::runtime_error("worker " + std::to_string(i) + " " + describe(fate));
      }
    }
  }
}

}  // namespace handoff::conformance
