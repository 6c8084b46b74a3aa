#pragma once

#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "keeper.hpp"
#include "worker_main.hpp"

namespace handoff::detail {

/// A request's descriptors: the link first, so that it is there to tell of what is missing.
inline constexpr std::size_t link_in_request = 0;
inline constexpr std::size_t record_in_request = 1;
inline constexpr std::size_t first_own_in_request = 2;

[[noreturn]] inline void be_requested_worker(std::vector<Descriptor>& given, pid_t server,
                                             int client) noexcept {
  const Record& record = read_record(given[record_in_request].get());
  given[record_in_request].reset();
  if (record.daemon) end_with_parent(server);
  std::vector<int> descriptors;
  for (std::size_t i = first_own_in_request; i < given.size(); ++i) {
    descriptors.push_back(given[i].get());
  }
  run_and_exit(job_in(record),
               {.name = record.name.data(), .descriptors = descriptors, .parent = client});
}

inline void answer_request(Keeper& keeper, int requests, int client) {
  std::byte none{};
  Received request = receive_with_descriptors(requests, std::span(&none, 1));
  std::vector<Descriptor>& given = request.descriptors;
  if (given.empty()) {
    if (request.bytes != 0) (void)send_notice(requests, {.error = EMFILE});
    return;  // else the client has ended
  }
  Descriptor link = std::move(given[link_in_request]);
  if (request.some_were_lost) {
    (void)send_notice(link.get(), {.error = EMFILE});
    return;
  }
  keeper.start(std::move(link), [&, server = getpid()] {
    ::close(requests);
    be_requested_worker(given, server, client);
  });
}

/// The task of a fork server: small, since executed anew, and of one thread. Ends with its client.
inline int serve_forks(const int& /*none*/, const WorkerSelf& self) {
  const int requests = self.descriptors[0];
  Keeper keeper(self.parent, /*is_charged=*/false);
  while (keeper.has_owner()) {
    if (keeper.wait(requests)) answer_request(keeper, requests, self.parent);
  }
  return EXIT_SUCCESS;
}

}  // namespace handoff::detail
