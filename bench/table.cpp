#include "bench/table.hpp"

#include <sys/mman.h>

#include <stdexcept>

#include "impl/common/nameless_file.hpp"
#include "impl/common/status.hpp"

namespace handoff::bench {
namespace {

/// What workers inherit.
const Table* table_at_hand = nullptr;
std::span<Part> third_at_hand;

constexpr auto first_of(std::size_t row) { return static_cast<std::int64_t>(row); }
constexpr auto second_of(std::size_t row) { return static_cast<std::int64_t>(table_rows - row); }

void multiply(const Part& first, const Part& second, std::uint32_t table, Part& third) {
  for (std::size_t i = 0; i < part_rows; ++i) third[i] = first[i] * second[i] + table;
}

harness::Region memory_for_columns(TableWay way, int file) {
  switch (way) {
    case TableWay::shared: return harness::Region::shared(sizeof(Columns));
    case TableWay::mapped: return harness::Region::of_file(file, sizeof(Columns));
    default: return harness::Region::private_memory(sizeof(Columns));
  }
}

/// A worker's own view of a file of columns, whose pages it gets as it reads them.
class MappedColumns {
 public:
  explicit MappedColumns(int file)
      : data_(::mmap(nullptr, sizeof(Columns), PROT_READ, MAP_SHARED, file, 0)) {
    if (data_ == MAP_FAILED) throw_errno("mmap of a table's columns");
  }
  ~MappedColumns() { ::munmap(data_, sizeof(Columns)); }
  MappedColumns(const MappedColumns&) = delete;
  MappedColumns& operator=(const MappedColumns&) = delete;

  const Columns& columns() const { return *static_cast<const Columns*>(data_); }

 private:
  void* data_;
};

}  // namespace

const char* to_string(TableWay way) {
  switch (way) {
    case TableWay::inherited: return "inherited";
    case TableWay::shared: return "shared";
    case TableWay::copied: return "copied";
    case TableWay::mapped: return "mapped";
  }
  return "?";
}

Part compute_part(const PartNumber& number) {
  const Columns& columns = table_at_hand->columns_of_worker();
  Part third;
  multiply(columns.first[number.part], columns.second[number.part], number.table, third);
  return third;
}

std::uint32_t compute_in_place(const PartNumber& number) {
  const Columns& columns = table_at_hand->columns_of_worker();
  multiply(columns.first[number.part], columns.second[number.part], number.table,
           third_at_hand[number.part]);
  return ~number.part;
}

Part compute_copy(const PartOfColumns& part) {
  Part third;
  multiply(part.first, part.second, part.table, third);
  return third;
}

Table::Table(TableWay way)
    : way_(way),
      file_(way == TableWay::mapped ? nameless_file(sizeof(Columns)) : Descriptor()),
      columns_(memory_for_columns(way, file_.get())),
      third_(way == TableWay::shared ? harness::Region::shared(sizeof(Column))
                                     : harness::Region::private_memory(sizeof(Column))),
      copies_(way == TableWay::copied ? table_parts : 0) {
  auto& columns = *reinterpret_cast<Columns*>(columns_.data());
  for (std::size_t row = 0; row < table_rows; ++row) {
    columns.first[row / part_rows][row % part_rows] = first_of(row);
    columns.second[row / part_rows][row % part_rows] = second_of(row);
  }
  for (std::uint32_t part = 0; part < table_parts; ++part) numbers_[part].part = part;
  table_at_hand = this;
  third_at_hand = third();
}

const Columns& Table::columns() const { return *reinterpret_cast<const Columns*>(columns_.data()); }

const Columns& Table::columns_of_worker() const {
  if (way_ != TableWay::mapped) return columns();
  thread_local const MappedColumns mapped(file_.get());
  return mapped.columns();
}

std::span<Part> Table::third() { return *reinterpret_cast<Column*>(third_.data()); }

std::span<const PartNumber> Table::begin_next() {
  ++number_;
  for (PartNumber& part : numbers_) part.table = number_;
  return numbers_;
}

std::span<const PartOfColumns> Table::copy_parts() {
  for (std::size_t part = 0; part < table_parts; ++part) {
    copies_[part].first = columns().first[part];
    copies_[part].second = columns().second[part];
    copies_[part].table = number_;
  }
  return copies_;
}

void Table::check_row(std::size_t part, std::size_t row) const {
  const std::size_t in_table = part * part_rows + row;
  const std::int64_t due = first_of(in_table) * second_of(in_table) + number_;
  const std::int64_t got = (*reinterpret_cast<const Column*>(third_.data()))[part][row];
  if (got == due) return;
  throw std::runtime_error("row " + std::to_string(in_table) + " of the third column: " +
                           std::to_string(got) + " where " + std::to_string(due) + " was due");
}

void Table::check_some() const {
  for (std::size_t part = 0; part < table_parts; ++part) {
    for (std::size_t row : {std::size_t{0}, part_rows / 2, part_rows - 1}) check_row(part, row);
  }
}

void Table::check_all() const {
  for (std::size_t part = 0; part < table_parts; ++part) {
    for (std::size_t row = 0; row < part_rows; ++row) check_row(part, row);
  }
}

}  // namespace handoff::bench
