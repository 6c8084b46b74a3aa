#pragma once

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "../common/lmdb.hpp"
#include "checks.hpp"

/// The records of managers in an LMDB database, and changes to them.
namespace handoff::detail {

inline constexpr Info lmdb_records_info{
    .name = "lmdb_records",
    .mechanism = "records of a database that all map, changed in transactions that are not synced",
    .source = "LMDB 0.9",
    .waiting = Waiting::blocks,
    .copies_per_message = 3,    // of the page: to a new one, and to the file; of the value
    .syscalls_per_message = 3,  // write the record, the free pages, and what names both
    .on_peer_death = Survivor::told,
    .survives_killed_worker = true,
    .largest_message = [] { return manager_limits.value; },
};

using LmdbManagers = LmdbDatabase<lmdb_records_info, 0>;

/// What the keys of a manager's records begin with.
enum class LmdbKind : char {
  used = 'u',
  dictionary = 'd',
  entry = 'e',
  list = 'l',
  element = 'm',
  integer = 'i'
};

/// The records of one manager as a transaction sees them: values, and numbers, which are 0 where
/// there is no record.
class LmdbRecords {
 public:
  LmdbRecords(std::uint64_t manager, MDB_txn* transaction, MDB_dbi table)
      : manager_(manager), transaction_(transaction), table_(table) {}

  std::string prefix() const {
    return {reinterpret_cast<const char*>(&manager_), sizeof(manager_)};
  }
  std::string key(LmdbKind kind, std::string_view name, std::string_view rest = {}) const {
    std::string key = prefix();
    key += static_cast<char>(kind);
    key += static_cast<char>(name.size());  // so that no name begins another
    return key.append(name).append(rest);
  }
  /// In the order of their indices.
  std::string element_key(std::string_view list, std::uint64_t index) const {
    std::uint64_t highest_first = __builtin_bswap64(index);
    return key(LmdbKind::element, list,
               {reinterpret_cast<const char*>(&highest_first), sizeof(highest_first)});
  }

  std::optional<std::string_view> find(std::string_view key) const {
    MDB_val name = as_value(key);
    MDB_val found{};
    int error = mdb_get(transaction_, table_, &name, &found);
    if (error == MDB_NOTFOUND) return std::nullopt;
    check_lmdb(lmdb_records_info.name, error, "mdb_get");
    return as_text(found);
  }
  void put(std::string_view key, std::string_view value) {
    MDB_val name = as_value(key);
    MDB_val content = as_value(value);
    check_lmdb(lmdb_records_info.name, mdb_put(transaction_, table_, &name, &content, 0),
               "mdb_put");
  }
  void remove(std::string_view key) {
    MDB_val name = as_value(key);
    check_lmdb(lmdb_records_info.name, mdb_del(transaction_, table_, &name, nullptr), "mdb_del");
  }
  std::int64_t number(std::string_view key) const {
    std::int64_t number = 0;
    if (auto found = find(key)) std::memcpy(&number, found->data(), sizeof(number));
    return number;
  }
  void put(std::string_view key, std::int64_t number) {
    put(key, std::string_view(reinterpret_cast<const char*>(&number), sizeof(number)));
  }
  /// Removes all whose keys begin so; `use(key, value)` sees each before.
  template <class Use>
  void remove_all(std::string_view prefix, Use use) {
    MDB_cursor* opened = nullptr;
    check_lmdb(lmdb_records_info.name, mdb_cursor_open(transaction_, table_, &opened),
               "mdb_cursor_open");
    std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> cursor(opened, mdb_cursor_close);
    MDB_val name = as_value(prefix);
    MDB_val found{};
    for (int error = mdb_cursor_get(opened, &name, &found, MDB_SET_RANGE); error != MDB_NOTFOUND;
         error = mdb_cursor_get(opened, &name, &found, MDB_NEXT)) {
      check_lmdb(lmdb_records_info.name, error, "mdb_cursor_get");
      if (!as_text(name).starts_with(prefix)) break;
      use(as_text(name), as_text(found));
      check_lmdb(lmdb_records_info.name, mdb_cursor_del(opened, 0), "mdb_cursor_del");
    }
  }

 private:
  static MDB_val as_value(std::string_view text) {
    return {text.size(), const_cast<char*>(text.data())};
  }
  static std::string_view as_text(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
  }

  std::uint64_t manager_;
  MDB_txn* transaction_;
  MDB_dbi table_;
};

/// A transaction on a manager's records that keeps count of their memory.
class LmdbChange {
 public:
  LmdbChange(MDB_env* environment, MDB_dbi table, std::uint64_t manager)
      : transaction_(lmdb_records_info.name, environment, 0),
        records(manager, transaction_.get(), table) {}

  void put(std::string_view key, std::string_view value) {
    auto before = records.find(key);
    added_ += cost(key, value) - (before ? cost(key, *before) : 0);
    records.put(key, value);
  }
  void put(std::string_view key, std::int64_t number) {
    put(key, std::string_view(reinterpret_cast<const char*>(&number), sizeof(number)));
  }
  void remove(std::string_view key, std::string_view value) {
    added_ -= cost(key, value);
    records.remove(key);
  }
  void remove_all(std::string_view prefix) {
    records.remove_all(
        prefix, [&](std::string_view key, std::string_view value) { added_ -= cost(key, value); });
  }
  /// Raises LimitError, and changes nothing, where it would take too much.
  void commit() {
    if (added_ != 0) {
      const std::string key = records.key(LmdbKind::used, {});
      std::int64_t used = records.number(key) + added_;
      constexpr ManagerChecks check{lmdb_records_info.name};
      if (added_ > 0 && used > static_cast<std::int64_t>(manager_limits.memory)) {
        check.memory(static_cast<std::size_t>(used));
      }
      records.put(key, used);
    }
    transaction_.commit();
  }

 private:
  /// Longer values lie in pages of their own.
  static std::int64_t cost(std::string_view key, std::string_view value) {
    constexpr std::size_t page = 4096;
    constexpr std::size_t longest_inside = 2000;
    constexpr std::size_t bookkeeping = 64;
    const std::size_t pages = (value.size() + bookkeeping + page - 1) / page;
    return static_cast<std::int64_t>(key.size() + bookkeeping +
                                     (value.size() > longest_inside ? pages * page : value.size()));
  }

  LmdbTransaction transaction_;
  std::int64_t added_ = 0;

 public:
  LmdbRecords records;
};

}  // namespace handoff::detail
