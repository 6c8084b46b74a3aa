#include "tests/conformance/workers.hpp"

namespace handoff::conformance {

void require_success(harness::Team& team, unsigned workers, Clock::duration watchdog) {
  team.finish(after(watchdog));
  // What went wrong first: a worker that died or threw may have left the others waiting.
  for (auto kind : {harness::Fate::Kind::threw, harness::Fate::Kind::killed,
                    harness::Fate::Kind::exited, harness::Fate::Kind::hung}) {
    for (unsigned i = 0; i < workers; ++i) {
      harness::Fate fate = team.fate(i);
      if (fate.kind == kind) {
        throw std::runtime_error("worker " + std::to_string(i) + " " + describe(fate));
      }
    }
  }
}

void run_workers(Peers peers, const std::vector<std::function<void()>>& work,
                 Clock::duration watchdog) {
  auto workers = static_cast<unsigned>(work.size());
  harness::Team team(
      {.peers = peers, .workers = workers, .work = [&](unsigned worker) { work[worker](); }});
  require_success(team, workers, watchdog);
}

}  // namespace handoff::conformance
