#pragma once

#include <fcntl.h>

#include <cerrno>
#include <vector>

#include "started.hpp"
#include "worker_main.hpp"

namespace handoff::detail {

/// A program to be executed: itself, by the name that stays its own when its file is replaced. How
/// long that takes depends on its shared libraries: with a few, half of it is their loading.
inline constexpr const char* this_program = "/proc/self/exe";

inline std::vector<char*> program_arguments() {
  return {program_invocation_name, const_cast<char*>(worker_flag), nullptr};
}

/// The descriptors that a program gets when it is executed, by their numbers here. They lie above
/// all their numbers there, so that no one is overwritten before it has been copied.
class Luggage {
 public:
  Luggage(const Job& job, const WorkerOptions& options, Children& children) {
    end_ = first_own_descriptor + static_cast<int>(options.descriptors.size());
    Descriptor record = write_record(job, options);
    take(record.get());
    take(children.own_pidfd());
    for (int descriptor : options.descriptors) take(descriptor);
    if (numbers_.front() == record.get()) copies_.push_back(std::move(record));
  }

  const std::vector<int>& numbers() const { return numbers_; }
  /// The first number there that is free.
  int end() const { return end_; }

 private:
  void take(int descriptor) {
    if (descriptor < end_) {
      copies_.emplace_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, end_));
      descriptor = copies_.back().get();
      if (descriptor == -1) throw_errno("copy of a descriptor for a worker");
    }
    numbers_.push_back(descriptor);
  }

  int end_;
  std::vector<int> numbers_;
  std::vector<Descriptor> copies_;
};

}  // namespace handoff::detail
