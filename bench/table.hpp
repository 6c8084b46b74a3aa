#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/task_map.hpp"
#include "harness/crew.hpp"
#include "harness/region.hpp"
#include "impl/common/descriptor.hpp"

/// A table of two columns of integers, and a third that is computed from them by ranges of rows,
/// whose parts are put together again.
namespace handoff::bench {

inline constexpr std::size_t table_rows = 1'000'000;
inline constexpr std::size_t table_parts = 64;  ///< a task each
inline constexpr std::size_t part_rows = table_rows / table_parts;
static_assert(table_parts * part_rows == table_rows);
inline constexpr std::uint64_t fewest_tables = 3;  ///< in a slice: each has tasks enough

/// How the columns get to the workers, and the third one back.
enum class TableWay {
  inherited,  ///< forked with the workers, or of one process with them; parts come as results
  shared,     ///< all in memory that is shared, and computed in place
  copied,     ///< parts go as arguments and come as results
  mapped,     ///< in a file that each worker maps for itself; parts come as results
};
inline constexpr std::array table_ways = {TableWay::inherited, TableWay::shared, TableWay::copied,
                                          TableWay::mapped};
const char* to_string(TableWay way);

using Part = std::array<std::int64_t, part_rows>;  ///< of a column
using Column = std::array<Part, table_parts>;

struct Columns {
  Column first;
  Column second;
};
/// Which part of which table: computing one adds the table's number, so that no column is taken for
/// that of the table before.
struct PartNumber {
  std::uint32_t part;
  std::uint32_t table;
};
struct PartOfColumns {
  Part first;
  Part second;
  std::uint32_t table;
};

/// The tasks. All but the last need the Table that was made last before the workers.
Part compute_part(const PartNumber& number);
std::uint32_t compute_in_place(const PartNumber& number);  ///< ~part
Part compute_copy(const PartOfColumns& part);

class Table {
 public:
  /// Fills the columns. In the process that submits, before it has workers.
  explicit Table(TableWay way);

  TableWay way() const { return way_; }
  const Columns& columns() const;
  /// Those of the calling worker, which may map one table in its life.
  const Columns& columns_of_worker() const;
  std::span<Part> third();

  /// Another table, of the same columns; its parts.
  std::span<const PartNumber> begin_next();
  /// The same, with copies of the columns.
  std::span<const PartOfColumns> copy_parts();

  /// Looks at three rows of each part of the third column; raises when one is wrong.
  void check_some() const;
  /// Looks at all.
  void check_all() const;

 private:
  void check_row(std::size_t part, std::size_t row) const;

  TableWay way_;
  Descriptor file_;
  harness::Region columns_;
  harness::Region third_;
  std::uint32_t number_ = 0;
  std::array<PartNumber, table_parts> numbers_{};
  std::vector<PartOfColumns> copies_;
};

/// Computes tables by whoever maps tasks: a Runner has map<F>(arguments, results), as a pool has.
template <class Runner>
class TableMap {
 public:
  template <class... Arguments>
  TableMap(TableWay way, harness::Seat& seat, Arguments&&... arguments)
      : table_(way), runner_(std::forward<Arguments>(arguments)...) {
    seat.afterwards = [this] { table_.check_all(); };
  }

  void run(std::uint64_t tables) {
    for (std::uint64_t n = 0; n < tables; ++n) {
      compute(table_.begin_next());
      table_.check_some();
    }
  }

 private:
  void compute(std::span<const PartNumber> numbers) {
    switch (table_.way()) {
      case TableWay::inherited:
      case TableWay::mapped: return runner_.template map<compute_part>(numbers, table_.third());
      case TableWay::copied:
        return runner_.template map<compute_copy>(table_.copy_parts(), table_.third());
      case TableWay::shared:
        runner_.template map<compute_in_place>(numbers, std::span<std::uint32_t>(answers_));
        for (std::uint32_t n = 0; n < table_parts; ++n) check_answer(n, answers_[n], ~n);
    }
  }

  Table table_;  // before the workers
  Runner runner_;
  std::array<std::uint32_t, table_parts> answers_{};
};

}  // namespace handoff::bench
