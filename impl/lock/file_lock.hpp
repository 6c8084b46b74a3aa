#pragma once

#include <fcntl.h>

#include "../common/locks/file_locks.hpp"
#include "../common/nameless_file.hpp"
#include "contract.hpp"
#include "holding.hpp"

namespace handoff {

/// A lock of a nameless file: see ../common/locks/file_locks.hpp.
template <class Mechanism, const Info& lock_info, const LockFacts& lock_facts>
class FileLock {
 public:
  static constexpr const Info& info = lock_info;
  static constexpr const LockFacts& facts = lock_facts;

  /// Not to be kept over a fork: the child's copy would hold the same lock.
  class Handle {
   public:
    /// A lock may belong to an open file description, so each worker opens the file anew.
    Handle(int file, HandOver& hand_over)
        : file_(opened_again(file, O_RDWR)), holding_(hand_over) {}

    void lock() {
      Mechanism::lock(file_.get());
      holding_.begin();
    }
    bool try_lock() { return holding_.begin(Mechanism::try_lock(file_.get())); }
    void unlock() {
      holding_.end(info.name);
      Mechanism::unlock(file_.get());
    }

   private:
    Descriptor file_;
    Holding holding_;
  };

  explicit FileLock(LockShape shape) : workers_(info.name, shape, facts), file_(nameless_file()) {}
  Handle handle(unsigned worker) {
    workers_.check(info.name, worker);
    return {file_.get(), hand_over_};
  }

 private:
  LockWorkers workers_;
  Descriptor file_;
  HandOver hand_over_;
};

}  // namespace handoff
