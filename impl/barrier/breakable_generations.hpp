#pragma once

#include <limits>

#include "generations.hpp"
#include "in_place_barrier.hpp"

namespace handoff::barrier {
namespace detail {

template <class Wait>
inline constexpr Info breakable_generations_info{
    .name = "breakable_generations",
    .policy = Wait::name,
    .mechanism = "round, arrivals and breaks in one word",
    .source = "own",
    .waiting = Wait::waiting,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr BarrierFacts breakable_generations_facts{
    .most_parties = std::numeric_limits<decltype(Generation::arrived)>::max()};

template <class Wait>
class GenerationsMechanism {
 public:
  explicit GenerationsMechanism(const BarrierShape& shape) : generations_(shape) {}

  class Party {
   public:
    Party(GenerationsMechanism& barrier, unsigned) : generations_(&barrier.generations_) {}

    unsigned wait(Deadline deadline = never) {
      return generations_->pass([&](auto ready) {
        return generations_->wait(ready, deadline) ? nullptr : "not all parties came in time";
      });
    }
    void abort() { generations_->abort(); }
    void reset() { generations_->reset(); }
    bool is_broken() const { return generations_->is_broken(); }
    unsigned waiting() const { return generations_->waiting(); }

   private:
    Generations<Wait, breakable_generations_info<Wait>>* generations_;
  };

 private:
  Generations<Wait, breakable_generations_info<Wait>> generations_;
};

}  // namespace detail

template <class Wait>
using BreakableGenerations =
    InPlaceBarrier<detail::GenerationsMechanism<Wait>, detail::breakable_generations_info<Wait>,
                   detail::breakable_generations_facts>;

}  // namespace handoff::barrier
