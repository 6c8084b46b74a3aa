#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "contract.hpp"

namespace handoff {

/// How many producers and consumers a queue is built for, and that it is asked for no others. Not
/// an implementation.
class NumberedEnds {
 public:
  /// Of each kind, where nothing but the memory limits them.
  static constexpr unsigned usual_most = 4096;

  NumberedEnds(const Info& info, QueueShape shape, unsigned most = usual_most)
      : producers_(checked(info, "producers", shape.producers, info.producers, most)),
        consumers_(checked(info, "consumers", shape.consumers, info.consumers, most)) {}

  /// The queue, for its end of that number.
  template <class Queue>
  Queue& for_producer(Queue& queue, unsigned i) const {
    check(Queue::info.name, "producer", i, producers_);
    return queue;
  }
  template <class Queue>
  Queue& for_consumer(Queue& queue, unsigned i) const {
    check(Queue::info.name, "consumer", i, consumers_);
    return queue;
  }

 private:
  static unsigned checked(const Info& info, const char* kind, unsigned count, Holders holders,
                          unsigned most) {
    if (count == 0) {
      throw std::invalid_argument(std::string(info.name) + ": 0 " + kind +
                                  ", where the least is 1");
    }
    const unsigned limit = holders == Holders::one ? 1 : most;
    if (count <= limit) return count;
    throw LimitError(info.name, std::string("number of ") + kind, count, limit);
  }

  static void check(std::string_view queue, const char* kind, unsigned i, unsigned count) {
    if (i < count) return;
    throw std::out_of_range(std::string(queue) + ": " + kind + " " + std::to_string(i) +
                            ", where the last is " + std::to_string(count - 1));
  }

  unsigned producers_;
  unsigned consumers_;
};

}  // namespace handoff
