#pragma once

#include <lmdb.h>

#include <cstring>
#include <memory>

#include "../common/lmdb.hpp"
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

using LmdbValues = LmdbDatabase<lmdb_transaction_info, MDB_INTEGERKEY>;

inline void check_lmdb(int error, const char* what) {
  check_lmdb(lmdb_transaction_info.name, error, what);
}

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
/// began, and wait for nobody; a writer's transaction excludes other writers.
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
    Handle(detail::LmdbValues& database, std::uint64_t number)
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
      detail::LmdbTransaction transaction(info.name, environment_, 0);
      Elements elements(number_, transaction.get(), table_);
      elements.put(index, change(elements.get(index)));
      transaction.commit();
    }
    void read(std::size_t index, std::span<T> into) {
      check_range(info.name, index, into.size(), Length);
      if (reader_) {
        detail::check_lmdb(mdb_txn_renew(reader_->get()), "mdb_txn_renew");
      } else {
        reader_ = std::make_unique<detail::LmdbTransaction>(info.name, environment_, MDB_RDONLY);
      }
      Elements(number_, reader_->get(), table_).get(index, into);
      mdb_txn_reset(reader_->get());  // keeps its slot, and no version of the database
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      detail::LmdbTransaction transaction(info.name, environment_, 0);
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

  explicit LmdbTransactionValue(ValueShape shape)
      : workers_(info.name, shape.workers),
        database_(detail::LmdbValues::of_this_process()),
        number_(database_.new_number()) {}
  /// Leaves the records when that fails: no other value has their keys.
  ~LmdbTransactionValue() {
    try {
      detail::LmdbTransaction transaction(info.name, database_.environment(), 0);
      Elements(number_, transaction.get(), database_.table()).forget(Length);
      transaction.commit();
    } catch (const std::exception&) {
      return;
    }
  }
  LmdbTransactionValue(const LmdbTransactionValue&) = delete;
  LmdbTransactionValue& operator=(const LmdbTransactionValue&) = delete;

  Handle handle(unsigned worker) {
    return Handle(workers_.for_worker(*this, worker).database_, number_);
  }

 private:
  NumberedWorkers workers_;
  detail::LmdbValues& database_;  ///< a forked worker has its own at the same address
  std::uint64_t number_;
};

}  // namespace handoff
