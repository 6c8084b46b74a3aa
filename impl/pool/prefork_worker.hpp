#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "batch.hpp"
#include "contract.hpp"

/// What crosses between a pool and its worker processes, and the worker's side of it.
namespace handoff::detail {

/// Followed by the arguments. The function has the same address in every process of this image;
/// without one, the worker is to end.
struct RequestHeader {
  BatchFunction function;
  std::size_t count;
  std::size_t argument_bytes;
  std::size_t result_bytes;
};

/// Followed by the results, and by the message of the first task that failed, empty if none did.
struct ReplyHeader {
  std::size_t message_bytes = 0;
};

inline constexpr std::uint64_t never_woken = std::numeric_limits<std::uint64_t>::max();

/// Why the submitter goes on.
enum class Waited { something_moved, someone_may_have_died };

/// Bytes that belong one after the other.
using Parts = std::array<std::span<const std::byte>, 2>;

inline std::size_t bytes_of(const Parts& parts) { return parts[0].size() + parts[1].size(); }

/// What is left of the parts after their first `skipped` bytes.
inline Parts parts_after(std::size_t skipped, const Parts& parts) {
  std::size_t of_first = std::min(skipped, parts[0].size());
  return {parts[0].subspan(of_first), parts[1].subspan(skipped - of_first)};
}

/// The header is complete but for the size of the message.
template <class Lanes, class Header>
void reply(Lanes& lanes, unsigned worker, Header header, std::span<const std::byte> results,
           const std::string& message) {
  header.message_bytes = message.size();
  lanes.send_all(worker, {std::as_bytes(std::span(&header, 1)), results});
  if (!message.empty()) lanes.send_all(worker, {std::as_bytes(std::span(message)), {}});
  lanes.replied(worker);
}

/// Memory that is aligned as malloc does it. It only grows, so that a batch costs no allocation.
class AlignedBytes {
 public:
  std::span<std::byte> first(std::size_t bytes) {
    std::size_t units = (bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t);
    if (memory_.size() < units) memory_.resize(units);
    return std::as_writable_bytes(std::span(memory_)).first(bytes);
  }

 private:
  std::vector<std::max_align_t> memory_;
};

/// The life of a worker process: greets, then runs batches until the pool ends it, or is gone.
template <class Lanes>
[[noreturn]] void serve(Lanes& lanes, unsigned worker,
                        const std::function<void(unsigned)>& initializer) {
  const std::string failure = initialize(initializer, worker);
  reply(lanes, worker, ReplyHeader{}, {}, failure);

  AlignedBytes arguments;
  AlignedBytes results;
  RequestHeader request{};
  while (lanes.receive_all(worker, std::as_writable_bytes(std::span(&request, 1))) &&
         request.function != nullptr) {
    std::span<std::byte> from = arguments.first(request.argument_bytes);
    std::span<std::byte> to = results.first(request.result_bytes);
    if (!lanes.receive_all(worker, from)) break;
    reply(lanes, worker, ReplyHeader{}, to,
          failure.empty() ? request.function(from.data(), request.count, to.data()) : failure);
  }
  _exit(0);
}

}  // namespace handoff::detail
