#pragma once

#include "messenger_of.hpp"

namespace handoff::signal {

/// Sends ordinary signals to processes.
class Kill {
 public:
  static int send(unsigned /*worker*/, const Address& to, int /*value*/) {
    return ::kill(to.process, ordinary());
  }
};

}  // namespace handoff::signal
