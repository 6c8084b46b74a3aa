#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/region.hpp"
#include "harness/worker.hpp"
#include "impl/pipe/contract.hpp"
#include "tests/conformance/workers.hpp"

namespace handoff::conformance {

template <class P>
using EndOf = decltype(std::declval<P&>().end(0));
template <class P>
using Talk = std::function<void(EndOf<P>&)>;
using Bytes = std::vector<std::byte>;

/// Generous: sanitizers and a loaded machine slow a check down thirty times.
inline constexpr auto patience = std::chrono::seconds(60);

/// Builds a pipe and has two workers talk over it, each with its end. Raises when one throws,
/// dies, or hangs past `limit`, naming it.
template <class P>
void converse(PipeShape shape, Talk<P> first, Talk<P> second, Clock::duration limit = patience) {
  harness::Region memory = harness::Region::shared(sizeof(P));
  bool forked = shape.peers == Peers::processes;
  P* pipe = nullptr;
  auto build = [&] { pipe = new (memory.data()) P(shape); };
  auto destroy = [&] { std::destroy_at(std::exchange(pipe, nullptr)); };
  auto nothing = [] {};
  if (forked) build();
  std::array<harness::Fate, 2> fates;
  {
    harness::Team team({.peers = shape.peers,
                        .workers = 2,
                        .work =
                            [&](unsigned worker) {
                              auto end = pipe->end(worker);
                              (worker == 0 ? first : second)(end);
                            },
                        .before = forked ? std::function<void()>(nothing) : build,
                        .after = forked ? std::function<void()>(nothing) : destroy});
    if (forked) pipe->abandon();
    team.finish(after(limit));
    fates = {team.fate(0), team.fate(1)};
  }
  if (forked) destroy();
  using Kind = harness::Fate::Kind;
  for (Kind kind : {Kind::threw, Kind::killed, Kind::exited, Kind::hung}) {
    for (unsigned i = 0; i < fates.size(); ++i) {
      if (fates[i].kind == kind) {
        throw std::runtime_error("end " + std::to_string(i) + " " + describe(fates[i]));
      }
    }
  }
}

/// A message that differs from every other of another length or number.
inline Bytes message_of(std::size_t length, std::size_t number = 0) {
  Bytes message(length);
  std::size_t state = length * 31 + number * 7 + 1;
  for (std::byte& byte : message) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<std::byte>(state >> 56);
  }
  return message;
}

template <class End>
void send_ok(End& end, const Bytes& message) {
  require(end.send(message) == Status::ok,
          "a message of " + std::to_string(message.size()) + " B was refused");
}

/// Receives into a buffer of one byte more and compares.
template <class End>
void expect_message(End& end, const Bytes& expected) {
  Bytes buffer(expected.size() + 1);
  Received received = end.receive(buffer);
  require(received.status == Status::ok,
          "no message came where one of " + std::to_string(expected.size()) + " B was due");
  require(received.bytes == expected.size(), "a message of " + std::to_string(received.bytes) +
                                                 " B came where one of " +
                                                 std::to_string(expected.size()) + " B was due");
  buffer.resize(received.bytes);
  require(buffer == expected,
          "a message of " + std::to_string(expected.size()) + " B came with other contents");
}

template <class End>
void expect_end_of_file(End& end) {
  Bytes buffer(64);
  require(end.receive(buffer).status == Status::closed, "a message came after the last one");
}

/// Pipes side by side, fewer where so many cannot be; looks like one whose ends are lists of ends.
template <class P, std::size_t Count>
class Many {
 public:
  explicit Many(PipeShape shape) {
    for (std::size_t n = 0; n < count(); ++n) pipes_[n].emplace(shape);
  }
  std::vector<EndOf<P>> end(unsigned i) {
    std::vector<EndOf<P>> ends;
    for (std::size_t n = 0; n < count(); ++n) ends.push_back(pipes_[n]->end(i));
    return ends;
  }
  void abandon() {
    for (std::size_t n = 0; n < count(); ++n) pipes_[n]->abandon();
  }

 private:
  static std::size_t count() { return std::min(Count, P::info.side_by_side()); }

  std::array<std::optional<P>, Count> pipes_;
};

}  // namespace handoff::conformance
