#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/payload.hpp"
#include "bench/repeat.hpp"
#include "bench/shared_object.hpp"
#include "harness/region.hpp"
#include "impl/common/cpu.hpp"
#include "impl/file/records.hpp"

/// The scenario of the file family, over any implementation.
namespace handoff::bench {

/// Reads a phase's records back: those of each worker must be there, whole, once, in their order.
/// Empties the file.
class ReadBack {
 public:
  explicit ReadBack(unsigned workers) : workers_(workers) {}

  /// By each worker after its phase; the last one finds all records there.
  void settle(int file, harness::Report& report) {
    report.balance += report.operations;
    // acq_rel: the last one comes after every append.
    if (finished_.fetch_add(1, std::memory_order_acq_rel) % workers_ != workers_ - 1) return;
    report.balance -= check_all(file);
    if (ftruncate(file, 0) == -1) throw_errno("ftruncate");
  }

 private:
  std::uint64_t check_all(int file) const {
    struct stat status {};
    if (fstat(file, &status) == -1) throw_errno("fstat");
    auto bytes = static_cast<std::size_t>(status.st_size);
    if (bytes == 0) return 0;
    harness::Region mapping = harness::Region::of_file(file, bytes);
    RecordReader reader({mapping.data(), bytes});
    std::vector<std::uint64_t> next(workers_);
    std::vector<Word> words;
    std::uint64_t found = 0;
    for (; auto record = reader.next(); ++found) {
      words.resize(record->bytes.size() / sizeof(Word));
      if (!record->complete || words.empty()) throw std::runtime_error("a record is incomplete");
      std::memcpy(words.data(), record->bytes.data(), words.size() * sizeof(Word));
      unsigned worker = sender_of(words.front());
      if (worker >= workers_) throw std::runtime_error("a record of nobody");
      check_message(words, first_word(worker, next[worker]++));
    }
    return found;
  }

  unsigned workers_;
  std::atomic<std::uint64_t> finished_{0};  ///< workers that have, in all phases
};

/// All workers append records to the same file, for the length of the phase in ns.
template <RecordFile F>
class FileAppend {
 public:
  FileAppend(FileShape shape, std::size_t bytes)
      : bytes_(bytes), read_back_(shape.workers), file_(shape) {}

  harness::Body join(harness::Seat& seat) {
    seat.afterwards = [this, &seat] { read_back_.settle(file_.descriptor(), seat.report); };
    return [&seat, words = std::vector<Word>(bytes_ / sizeof(Word)),
            appender = std::make_shared<Appender>(file_.appender(seat.worker))](
               std::uint64_t length_ns) mutable {
      seat.report.operations = repeat_for(length_ns, [&](std::uint64_t n) {
        fill(words, first_word(seat.worker, n));
        appender->append(std::as_bytes(std::span(words)));
      });
    };
  }

 private:
  using Appender = decltype(std::declval<F&>().appender(0));

  std::size_t bytes_;
  ReadBack read_back_;
  alignas(isolation) F file_;
};

template <class Row>
void add_file(Cases& cases) {
  using F = typename Row::type;
  cases.add_row(F::info);
  if (!F::info.unavailable().empty()) return;
  auto add = [&](FileShape shape, const harness::Placement& placement, std::size_t bytes) {
    if (!placement.exists()) return;
    auto name = case_name("file", F::info, "append", shape.peers, placement);
    name.with("workers", std::size_t{shape.workers}).with("size", bytes);
    auto plan = crew_over<FileAppend<F>>(shape.peers, placement.cpus, shape, bytes);
    cases.add({.name = name,
               .cpus = placement.cpus,
               .bytes = bytes,
               .object_bytes = sizeof(F),
               .measure = [plan](const Settings& s) { return measure_timed_crew(plan, s); }});
  };
  for (Peers peers : {Peers::threads, Peers::processes}) {
    if (!reaches(F::info, peers)) continue;
    for (unsigned workers : cases.worker_counts()) {
      add({workers, peers}, cases.place(harness::Place::compact, workers), 64);
    }
    add({2, peers}, cases.place(harness::Place::compact, 2), 4096);
    add({2, peers}, cases.place(harness::Place::same_cpu, 2), 64);
  }
}

}  // namespace handoff::bench
