#pragma once

#include <lmdb.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "info.hpp"
#include "private_server.hpp"

/// An LMDB database of one's own. Nothing is synced, as it is not to outlive its users.
namespace handoff::detail {

/// `object`: whose errors it raises.
inline void check_lmdb(std::string_view object, int error, const char* what) {
  if (error == MDB_SUCCESS) return;
  throw std::runtime_error(std::string(object) + ": " + what + ": " + mdb_strerror(error));
}

/// A transaction that is undone unless it is committed.
class LmdbTransaction {
 public:
  LmdbTransaction(std::string_view object, MDB_env* environment, unsigned flags) : object_(object) {
    check_lmdb(object, mdb_txn_begin(environment, nullptr, flags, &transaction_), "mdb_txn_begin");
  }
  ~LmdbTransaction() { mdb_txn_abort(transaction_); }
  LmdbTransaction(const LmdbTransaction&) = delete;
  LmdbTransaction& operator=(const LmdbTransaction&) = delete;

  MDB_txn* get() const { return transaction_; }
  void commit() {
    check_lmdb(object_, mdb_txn_commit(std::exchange(transaction_, nullptr)), "commit");
  }

 private:
  std::string_view object_;
  MDB_txn* transaction_ = nullptr;
};

/// The database of this process and its forked children, made with the first object that needs it,
/// since a file and a mapping for each would be too many. Its folder goes with the last of them.
/// `table_flags`: of its one table.
template <const Info& info, unsigned table_flags>
class LmdbDatabase {
 public:
  static LmdbDatabase& of_this_process() {
    static std::mutex mutex;
    static std::unique_ptr<LmdbDatabase> database;
    std::scoped_lock lock(mutex);
    if (!database || database->owner_ != getpid()) {
      // Inherited over a fork: its objects are in use.
      (void)database.release();  // NOLINT(bugprone-unused-return-value)
      database.reset(new LmdbDatabase);
    }
    return *database;
  }

  ~LmdbDatabase() {
    if (opener_ == getpid()) mdb_env_close(environment_);
  }
  LmdbDatabase(const LmdbDatabase&) = delete;
  LmdbDatabase& operator=(const LmdbDatabase&) = delete;

  /// Of this process: LMDB allows no fork of one that is open, and none twice in a process.
  MDB_env* environment() {
    std::scoped_lock lock(mutex_);
    if (opener_ != getpid()) open();
    return environment_;
  }
  MDB_dbi table() const { return table_; }
  std::uint64_t new_number() { return next_number_.fetch_add(1, std::memory_order_relaxed); }

 private:
  LmdbDatabase() = default;

  void open() {
    constexpr std::size_t largest = std::size_t{1} << 30;  // of addresses; the file grows to it
    constexpr unsigned readers = 8192;
    environment_ = nullptr;
    check_lmdb(info.name, mdb_env_create(&environment_), "mdb_env_create");
    opener_ = getpid();
    check_lmdb(info.name, mdb_env_set_mapsize(environment_, largest), "mdb_env_set_mapsize");
    check_lmdb(info.name, mdb_env_set_maxreaders(environment_, readers), "mdb_env_set_maxreaders");
    // A reader's slot belongs to its handle, and not to its thread.
    check_lmdb(info.name,
               mdb_env_open(environment_, folder_.folder().c_str(), MDB_NOTLS | MDB_NOSYNC, 0600),
               "mdb_env_open");
    LmdbTransaction transaction(info.name, environment_, 0);
    check_lmdb(info.name,
               mdb_dbi_open(transaction.get(), nullptr, table_flags | MDB_CREATE, &table_),
               "mdb_dbi_open");
    transaction.commit();
  }

  pid_t owner_ = getpid();
  PrivateServer folder_{info.name};
  std::mutex mutex_;
  pid_t opener_ = -1;
  MDB_env* environment_ = nullptr;
  MDB_dbi table_ = 0;
  std::atomic<std::uint64_t> next_number_{0};
};

}  // namespace handoff::detail
