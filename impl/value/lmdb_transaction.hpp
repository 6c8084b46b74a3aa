#pragma once

#include <lmdb.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>

#include "../common/private_server.hpp"
#include "contract.hpp"

namespace handoff {
namespace detail {

inline constexpr Info lmdb_transaction_info{
    .name = "lmdb_transaction",
    .mechanism = "records of a database that all map, changed in transactions that are not synced",
    .source = "LMDB 0.9",
    .waiting = Waiting::blocks,
    .copies_per_message = 3,          // of the page: to a new one, and to the file; of the element
    .syscalls_per_message = 3,        // write the element, the free pages, and what names both
    .on_peer_death = Survivor::told,  // the next writer finds the transaction undone
};

inline void check_lmdb(int error, const char* what) {
  if (error == MDB_SUCCESS) return;
  throw std::runtime_error(std::string(lmdb_transaction_info.name) + ": " + what + ": " +
                           mdb_strerror(error));
}

/// A transaction that is undone unless it is committed.
class LmdbTransaction {
 public:
  LmdbTransaction(MDB_env* environment, unsigned flags) {
    check_lmdb(mdb_txn_begin(environment, nullptr, flags, &transaction_), "mdb_txn_begin");
  }
  ~LmdbTransaction() { mdb_txn_abort(transaction_); }
  LmdbTransaction(const LmdbTransaction&) = delete;
  LmdbTransaction& operator=(const LmdbTransaction&) = delete;

  MDB_txn* get() const { return transaction_; }
  void commit() { check_lmdb(mdb_txn_commit(std::exchange(transaction_, nullptr)), "commit"); }

 private:
  MDB_txn* transaction_ = nullptr;
};

/// The database of this process and its forked children, made with the first value that needs it,
/// since a file and a mapping for each would be too many. Its folder goes with the last of them.
class LmdbDatabase {
 public:
  static LmdbDatabase& of_this_process() {
    static std::mutex mutex;
    static std::unique_ptr<LmdbDatabase> database;
    std::scoped_lock lock(mutex);
    if (!database || database->owner_ != getpid()) {
      // Inherited over a fork: its values are in use.
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
    check_lmdb(mdb_env_create(&environment_), "mdb_env_create");
    opener_ = getpid();
    check_lmdb(mdb_env_set_mapsize(environment_, largest), "mdb_env_set_mapsize");
    check_lmdb(mdb_env_set_maxreaders(environment_, readers), "mdb_env_set_maxreaders");
    // A reader's slot belongs to its handle, and not to its thread.
    check_lmdb(mdb_env_open(environment_, folder_.folder().c_str(), MDB_NOTLS | MDB_NOSYNC, 0600),
               "mdb_env_open");
    LmdbTransaction transaction(environment_, 0);
    check_lmdb(mdb_dbi_open(transaction.get(), nullptr, MDB_INTEGERKEY | MDB_CREATE, &table_),
               "mdb_dbi_open");
    transaction.commit();
  }

  pid_t owner_ = getpid();
  PrivateServer folder_{lmdb_transaction_info.name};
  std::mutex mutex_;
  pid_t opener_ = -1;
  MDB_env* environment_ = nullptr;
  MDB_dbi table_ = 0;
  std::atomic<std::uint64_t> next_number_{0};
};

/// The records of one value: those that were never written are zero.
template <class T>
class LmdbElements {
 public:
  LmdbElements(std::uint64_t number, MDB_txn* transaction, MDB_dbi table)
      : base_(number << 32), transaction_(transaction), table_(table) {}

  T get(std::size_t index) const {
    std::uint64_t key = base_ + index;
    MDB_val name{sizeof(key), &key};
    MDB_val found{};
    T element{};
    int error = mdb_get(transaction_, table_, &name, &found);
    if (error == MDB_NOTFOUND) return element;
    check_lmdb(error, "mdb_get");
    std::memcpy(static_cast<void*>(&element), found.mv_data, sizeof(T));
    return element;
  }
  void get(std::size_t first, std::span<T> into) const {
    if (into.size() == 1) {
      into[0] = get(first);
      return;
    }
    std::fill(into.begin(), into.end(), T{});
    for_each(first, into.size(), [&](std::size_t i, const MDB_val& found, MDB_cursor*) {
      std::memcpy(static_cast<void*>(&into[i]), found.mv_data, sizeof(T));
    });
  }
  void put(std::size_t index, const T& element) {
    std::uint64_t key = base_ + index;
    MDB_val name{sizeof(key), &key};
    MDB_val content{sizeof(T), const_cast<T*>(&element)};
    check_lmdb(mdb_put(transaction_, table_, &name, &content, 0), "mdb_put");
  }
  void forget(std::size_t length) {
    for_each(0, length, [](std::size_t, const MDB_val&, MDB_cursor* cursor) {
      check_lmdb(mdb_cursor_del(cursor, 0), "mdb_cursor_del");
    });
  }

 private:
  template <class Use>
  void for_each(std::size_t first, std::size_t count, Use use) const {
    MDB_cursor* opened = nullptr;
    check_lmdb(mdb_cursor_open(transaction_, table_, &opened), "mdb_cursor_open");
    std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> cursor(opened, mdb_cursor_close);
    std::uint64_t key = base_ + first;
    MDB_val name{sizeof(key), &key};
    MDB_val found{};
    for (int error = mdb_cursor_get(opened, &name, &found, MDB_SET_RANGE); error != MDB_NOTFOUND;
         error = mdb_cursor_get(opened, &name, &found, MDB_NEXT)) {
      check_lmdb(error, "mdb_cursor_get");
      std::memcpy(&key, name.mv_data, sizeof(key));
      if (key >= base_ + first + count) break;
      use(key - base_ - first, found, opened);
    }
  }

  std::uint64_t base_;
  MDB_txn* transaction_;
  MDB_dbi table_;
};

}  // namespace detail

/// Elements in an LMDB database, a record for each. Readers see the database as it was when they
/// began, and wait for nobody; a writer's transaction excludes other writers. Nothing is synced, as
/// it is not to outlive its users.
template <class T, std::size_t Length>
class LmdbTransactionValue {
  using Elements = detail::LmdbElements<T>;

 public:
  using value_type = T;
  static constexpr bool locked = true;
  static constexpr const Info& info = detail::lmdb_transaction_info;

  /// Not to be kept over a fork.
  class Handle {
   public:
    Handle(detail::LmdbDatabase& database, std::uint64_t number)
        : environment_(database.environment()), table_(database.table()), number_(number) {}

    T load(std::size_t index) {
      T value;
      read(index, std::span(&value, 1));
      return value;
    }
    void store(T value, std::size_t index) { write(index, std::span<const T>(&value, 1)); }
    void add(T value, std::size_t index) {
      update([&](const T& before) { return static_cast<T>(before + value); }, index);
    }
    template <class Change>
    void update(Change change, std::size_t index) {
      check_range(info.name, index, 1, Length);
      detail::LmdbTransaction transaction(environment_, 0);
      Elements elements(number_, transaction.get(), table_);
      elements.put(index, change(elements.get(index)));
      transaction.commit();
    }
    void read(std::size_t index, std::span<T> into) {
      check_range(info.name, index, into.size(), Length);
      if (reader_) {
        detail::check_lmdb(mdb_txn_renew(reader_->get()), "mdb_txn_renew");
      } else {
        reader_ = std::make_unique<detail::LmdbTransaction>(environment_, MDB_RDONLY);
      }
      Elements(number_, reader_->get(), table_).get(index, into);
      mdb_txn_reset(reader_->get());  // keeps its slot, and no version of the database
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      detail::LmdbTransaction transaction(environment_, 0);
      Elements elements(number_, transaction.get(), table_);
      for (const T& element : from) elements.put(index++, element);
      transaction.commit();
    }

   private:
    MDB_env* environment_;
    MDB_dbi table_;
    std::uint64_t number_;
    std::unique_ptr<detail::LmdbTransaction> reader_;
  };

  explicit LmdbTransactionValue(ValueShape)
      : database_(detail::LmdbDatabase::of_this_process()), number_(database_.new_number()) {}
  /// Leaves the records when that fails: no other value has their keys.
  ~LmdbTransactionValue() {
    try {
      detail::LmdbTransaction transaction(database_.environment(), 0);
      Elements(number_, transaction.get(), database_.table()).forget(Length);
      transaction.commit();
    } catch (const std::exception&) {
      return;
    }
  }
  LmdbTransactionValue(const LmdbTransactionValue&) = delete;
  LmdbTransactionValue& operator=(const LmdbTransactionValue&) = delete;

  Handle handle(unsigned) { return Handle(database_, number_); }

 private:
  detail::LmdbDatabase& database_;  ///< a forked worker has its own at the same address
  std::uint64_t number_;
};

}  // namespace handoff
