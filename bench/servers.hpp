#pragma once

#include <algorithm>
#include <vector>

#include "harness/crew.hpp"

namespace handoff::bench {

/// Worker 0 is charged with the servers that work for objects, each once; an object that has some
/// names them by servers().
template <class... Objects>
void charge_servers(harness::Seat& seat, const Objects&... objects) {
  if (seat.worker != 0) return;
  auto charge = [&seat](const auto& object) {
    if constexpr (requires { object.servers(); }) {
      std::vector<pid_t>& charged = seat.also_account;
      for (pid_t server : object.servers()) {
        bool is_new = std::find(charged.begin(), charged.end(), server) == charged.end();
        if (is_new) charged.push_back(server);
      }
    }
  };
  (charge(objects), ...);
}

}  // namespace handoff::bench
