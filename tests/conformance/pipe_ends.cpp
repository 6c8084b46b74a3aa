#include "tests/conformance/pipe_ends.hpp"

#include <cstring>
#include <span>

#include "harness/region.hpp"
#include "harness/worker.hpp"

namespace handoff::conformance {
namespace {

/// Pipes of one row in memory of another, which are built and destroyed once.
class Pipes {
 public:
  Pipes(const PipeRow& row, std::byte* memory) : row_(row), memory_(memory) {}
  ~Pipes() { destroy(); }
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;

  void build(std::size_t count, PipeShape shape) {
    for (; built_ < count; ++built_) row_.build(pipe(built_), shape);
  }
  void destroy() {
    while (built_ > 0) row_.destroy(pipe(--built_));
  }
  Ends ends(unsigned i) const {
    Ends ends;
    for (std::size_t n = 0; n < built_; ++n) ends.push_back(row_.end(pipe(n), i));
    return ends;
  }
  void abandon() const {
    for (std::size_t n = 0; n < built_; ++n) row_.abandon(pipe(n));
  }

 private:
  void* pipe(std::size_t n) const { return memory_ + n * row_.bytes; }

  const PipeRow& row_;
  std::byte* memory_;
  std::size_t built_ = 0;
};

}  // namespace

void converse(const Setting& setting, const TalkOverMany& first, const TalkOverMany& second) {
  constexpr unsigned talking = 2;
  auto memory = harness::Region::shared(setting.pipes * setting.row.bytes);
  Pipes pipes(setting.row, memory.data());
  auto build = [&] {
    setting.before();
    pipes.build(setting.pipes, setting.shape);
  };
  bool forked = setting.shape.peers == Peers::processes;
  if (forked) build();
  harness::Team team({.peers = setting.shape.peers,
                      .workers = talking,
                      .work =
                          [&](unsigned worker) {
                            Ends ends = pipes.ends(worker);
                            (worker == 0 ? first : second)(ends);
                          },
                      .before = build,
                      .after = [&] { pipes.destroy(); }});
  if (forked) pipes.abandon();
  require_success(team, talking, setting.limit);
}

void converse(const PipeRow& row, PipeShape shape, const Talk& first, const Talk& second,
              Clock::duration limit) {
  auto over_one = [](const Talk& talk) { return [&talk](Ends& ends) { talk(*ends.front()); }; };
  converse({.row = row, .shape = shape, .limit = limit}, over_one(first), over_one(second));
}

void converse_with_a_victim(const PipeRow& row, Direction direction, const Talk& victim_talk,
                            const std::function<void(AnyPipeEnd&, pid_t)>& survivor_talk,
                            Clock::duration limit) {
  auto memory = harness::Region::shared(row.bytes);
  Pipes pipes(row, memory.data());
  pipes.build(1, {Peers::processes, direction});
  harness::Team victim({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                          victim_talk(*pipes.ends(0).front());
                        }});
  harness::Team survivor({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                            survivor_talk(*pipes.ends(1).front(), victim.process(0));
                          }});
  pipes.abandon();
  require_success(survivor, 1, limit);
  victim.finish(after(limit));
  require(victim.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
}

PipeOnHeap::PipeOnHeap(const PipeRow& row, PipeShape shape)
    : row_(row), memory_(operator new(row.bytes, row.alignment), Free{row.alignment}) {
  row_.build(memory_.get(), shape);
}

PipeOnHeap::~PipeOnHeap() { row_.destroy(memory_.get()); }

Bytes message_of(std::size_t length, std::size_t number) {
  std::vector<std::uint64_t> words(length / sizeof(std::uint64_t) + 1);
  std::uint64_t state = length * 31 + number * 7 + 1;
  for (std::uint64_t& word : words) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    word = state ^ state >> 32;  // the lower half of the state alone repeats early
  }
  Bytes message(length);
  if (length > 0) std::memcpy(message.data(), words.data(), length);
  return message;
}

bool are_equal(const Bytes& one, const Bytes& other) {
  return one.size() == other.size() &&
         (one.empty() || std::memcmp(one.data(), other.data(), one.size()) == 0);
}

void send_ok(AnyPipeEnd& end, const Bytes& message) {
  require(end.send(message) == Status::ok,
          "a message of " + std::to_string(message.size()) + " B was refused");
}

void expect_message(AnyPipeEnd& end, const Bytes& expected) {
  auto size = [](std::size_t bytes) { return "a message of " + std::to_string(bytes) + " B"; };
  std::string due = size(expected.size());
  Bytes buffer(expected.size() + 1);
  Received received = end.receive(buffer);
  require(received.status == Status::ok, "no message came where " + due + " was due");
  require(received.bytes == expected.size(),
          size(received.bytes) + " came where " + due + " was due");
  buffer.resize(received.bytes);
  require(are_equal(buffer, expected), due + " came with other contents");
}

void expect_end_of_file(AnyPipeEnd& end) {
  Bytes buffer(64);
  require(end.receive(buffer).status == Status::closed, "a message came after the last one");
}

}  // namespace handoff::conformance
