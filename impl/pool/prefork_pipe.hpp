#pragma once

#include "contract.hpp"
#include "descriptor_lanes.hpp"
#include "pipe_stream.hpp"
#include "prefork.hpp"

namespace handoff {

/// Forked processes, a pipe each way to each; the submitter polls pipes and pidfds.
class PreforkPipe : public detail::Prefork<detail::DescriptorLanes<detail::PipeStream>> {
 public:
  static constexpr Info info{
      .name = "prefork_pipe",
      .mechanism = "forked processes, two pipes each",
      .source = "the kernel",
      .reach = Reach::processes,
      .producers = Holders::one,
      .bounded = false,
      .copies_per_message = 4,  // by the kernel, two each way; one more from 16 KiB down
      .syscalls_per_message = 4,
      .on_peer_death = Survivor::told};
  static constexpr bool replaces_workers = true;
  explicit PreforkPipe(const PoolShape& shape) : Prefork(info, shape) {}
};

static_assert(Pool<PreforkPipe>);

}  // namespace handoff
