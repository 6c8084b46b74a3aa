#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/cases.hpp"
#include "bench/pool_tasks.hpp"

namespace handoff::bench {

/// What the tasks of a case compute or wait for, whoever runs them.
struct Work {
  const char* scenario;
  const char* name;
  std::uint32_t (*run)(const TaskNumber&);
  std::uint32_t (*due)(TaskNumber);  ///< the answer
  bool in_all_places = false;  ///< also by workers that are spread out, and that are not pinned
  /// Tasks are measured by so many, where only these together do all that the work is made of.
  std::size_t tasks_per_count = 1;
  /// In the benchmark's process, before others are forked for a case.
  void (*in_program)() = [] {};
  /// In the process that submits, before it has workers, who inherit what is made here; the result
  /// lives as long as they.
  std::shared_ptr<void> (*in_submitter)() = [] { return std::shared_ptr<void>(); };
  std::vector<pid_t> (*servers)() = [] { return std::vector<pid_t>(); };  ///< once it is prepared
  std::string (*unavailable)() = [] { return std::string(); };            ///< why, on this machine
};

/// Those that this machine can do; what it cannot do is noted in `cases` with the reason.
std::vector<const Work*> available_works(Cases& cases);

/// The work of the case that this process submits or runs tasks of. It is a variable, which workers
/// inherit, and not an argument of templates, of which each pool would have one for each work.
inline const Work* work_at_hand = nullptr;

inline std::uint32_t run_work_at_hand(const TaskNumber& task) { return work_at_hand->run(task); }
inline std::uint32_t due_of_work_at_hand(TaskNumber task) { return work_at_hand->due(task); }

}  // namespace handoff::bench
