#pragma once

#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "../common/private_server.hpp"
#include "checks.hpp"

/// A database file of one's own, and what its users do with it.
namespace handoff::detail {

inline constexpr Info sqlite_wal_info{
    .name = "sqlite_wal",
    .mechanism = "tables of a database file with a write-ahead log that is not synced",
    .source = "SQLite 3.40",
    .waiting = Waiting::blocks,
    .copies_per_message = 4,    // into a record, into a page, into the log, into the database
    .syscalls_per_message = 8,  // three locks, to mark, to read and to write; a page, its head
    .on_peer_death = Survivor::told,
    .survives_killed_worker = true,
    .largest_message = [] { return manager_limits.value; },
};

/// The folder of this process and its forked children, made with the first manager that needs it:
/// one for each would be a process for each.
class SqliteFolder {
 public:
  static SqliteFolder& of_this_process() {
    static std::mutex mutex;
    static std::unique_ptr<SqliteFolder> folder;
    std::scoped_lock lock(mutex);
    if (!folder || folder->owner_ != getpid()) {
      // Inherited over a fork: its files are in use.
      (void)folder.release();  // NOLINT(bugprone-unused-return-value)
      folder.reset(new SqliteFolder);
    }
    return *folder;
  }

  std::string new_path() {
    const std::string number = std::to_string(next_.fetch_add(1, std::memory_order_relaxed));
    return folder_.path_of(number.c_str());
  }

 private:
  SqliteFolder() = default;

  pid_t owner_ = getpid();
  PrivateServer folder_{sqlite_wal_info.name};
  std::atomic<std::uint64_t> next_{0};
};

/// One connection, and its statements, which are prepared once.
class SqliteConnection {
 public:
  enum Use {
    set,
    get,
    erase,
    size,
    append,
    element,
    replace,
    length,
    clear,
    store,
    load,
    begin,
    commit,
    roll_back,
    uses
  };

  explicit SqliteConnection(const std::string& path, int flags = 0) {
    sqlite3* opened = nullptr;
    flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int error = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    database_.reset(opened);
    check(error);
    constexpr int patience_ms = 60'000;  // for another writer
    check(sqlite3_busy_timeout(opened, patience_ms));
    constexpr std::size_t page_bytes = 4096;
    execute("PRAGMA synchronous = OFF");  // it is not to outlive its users
    execute("PRAGMA max_page_count = " + std::to_string(manager_limits.memory / page_bytes));
  }

  void execute(const std::string& text) {
    check(sqlite3_exec(database_.get(), text.c_str(), nullptr, nullptr, nullptr));
  }
  sqlite3_stmt* prepared(Use use) {
    auto& statement = statements_.at(use);
    if (!statement) {
      sqlite3_stmt* made = nullptr;
      check(sqlite3_prepare_v3(database_.get(), texts[use], -1, SQLITE_PREPARE_PERSISTENT, &made,
                               nullptr));
      statement.reset(made);
    }
    return statement.get();
  }
  bool has_changed() const { return sqlite3_changes(database_.get()) > 0; }
  bool in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

  /// `bytes`: how many more there would have been.
  void check(int error, std::size_t bytes = 0) const {
    constexpr ManagerChecks checks{sqlite_wal_info.name};
    if (error == SQLITE_OK || error == SQLITE_ROW || error == SQLITE_DONE) return;
    if (error == SQLITE_FULL) checks.memory(manager_limits.memory + bytes);
    throw std::runtime_error(std::string(checks.manager) + ": " + sqlite3_errmsg(database_.get()));
  }

 private:
  static constexpr std::array<const char*, uses> texts = {
      "INSERT INTO entries VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = ?3",
      "SELECT value FROM entries WHERE name = ?1 AND key = ?2",
      "DELETE FROM entries WHERE name = ?1 AND key = ?2",
      "SELECT COUNT(*) FROM entries WHERE name = ?1",
      "INSERT INTO elements SELECT ?1, COALESCE(MAX(position) + 1, 0), ?2 FROM elements"
      " WHERE name = ?1",
      "SELECT value FROM elements WHERE name = ?1 AND position = ?2",
      "UPDATE elements SET value = ?3 WHERE name = ?1 AND position = ?2",
      "SELECT COALESCE(MAX(position) + 1, 0) FROM elements WHERE name = ?1",
      "DELETE FROM elements WHERE name = ?1",
      "INSERT INTO integers VALUES (?1, ?2) ON CONFLICT DO UPDATE SET number = ?2",
      "SELECT number FROM integers WHERE name = ?1",
      "BEGIN IMMEDIATE",
      "COMMIT",
      "ROLLBACK",
  };

  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3, Close> database_;
  std::array<std::unique_ptr<sqlite3_stmt, Close>, uses> statements_;
};

/// One run of a statement.
class SqliteStep {
 public:
  SqliteStep(SqliteConnection& connection, SqliteConnection::Use use)
      : connection_(&connection), statement_(connection.prepared(use)) {}
  ~SqliteStep() { sqlite3_reset(statement_); }
  SqliteStep(const SqliteStep&) = delete;
  SqliteStep& operator=(const SqliteStep&) = delete;

  SqliteStep& bind(std::string_view bytes) {
    const char* begin = bytes.data() == nullptr ? "" : bytes.data();  // null would be no blob
    connection_->check(
        sqlite3_bind_blob64(statement_, ++bound_, begin, bytes.size(), SQLITE_STATIC));
    bytes_ += bytes.size();
    return *this;
  }
  SqliteStep& bind(std::int64_t number) {
    connection_->check(sqlite3_bind_int64(statement_, ++bound_, number));
    return *this;
  }
  /// True when there is a row.
  bool run() {
    int result = sqlite3_step(statement_);
    connection_->check(result, bytes_);
    return result == SQLITE_ROW;
  }
  std::int64_t number() const { return sqlite3_column_int64(statement_, 0); }
  void take(std::string& into) const {
    const void* bytes = sqlite3_column_blob(statement_, 0);
    auto count = static_cast<std::size_t>(sqlite3_column_bytes(statement_, 0));
    into.assign(static_cast<const char*>(bytes), bytes == nullptr ? 0 : count);
  }

 private:
  SqliteConnection* connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace handoff::detail
