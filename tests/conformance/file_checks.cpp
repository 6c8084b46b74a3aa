#include "tests/conformance/file_checks.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/conformance/file_memory.hpp"
#include "tests/conformance/slowness.hpp"

namespace handoff::conformance {
namespace {

/// Most are short; a few take many pages.
std::size_t some_length(unsigned worker, std::uint32_t n) {
  return n % 1000 == 999 ? 100'000 : (n * 7 + worker * 13) % 301;
}

/// Memory of which the last page cannot be read.
class HalfReadable {
 public:
  HalfReadable() : memory_(harness::Region::private_memory(pages * page)) {
    if (mprotect(memory_.data() + readable(), page, PROT_NONE) == -1) throw_errno("mprotect");
  }
  std::span<const std::byte> bytes() const { return {memory_.data(), memory_.size()}; }

 private:
  static constexpr std::size_t pages = 16;
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::size_t readable() const { return (pages - 1) * page; }

  harness::Region memory_;
};

/// Raises unless an append does, and returns what it said.
template <class Error>
std::string error_of_append(AnyAppender& appender, std::span<const std::byte> record) {
  try {
    appender.append(record);
  } catch (const Error& error) {
    return error.what();
  }
  throw std::runtime_error("an append that cannot be done did not raise");
}

}  // namespace

void every_record_is_there_once_and_whole(const FileRow& row, Peers peers) {
  constexpr unsigned workers = 8;
  // Under a lock that serves in turn, each record may wait for the others' time slices.
  constexpr std::uint32_t each = sanitized ? 2'000 : 10'000;
  SharedFile file(row, {workers, peers});
  std::vector<std::function<void()>> work;
  for (unsigned worker = 0; worker < workers; ++worker) {
    work.emplace_back([&file, worker] {
      auto appender = file.appender(worker);
      for (std::uint32_t n = 0; n < each; ++n) {
        appender->append(record_of(worker, n, some_length(worker, n)));
      }
    });
  }
  run_workers(peers, work);
  Contents contents(file);
  require(contents.incomplete() == 0, "records are incomplete");
  for (std::uint32_t count : records_of_each(contents, workers)) {
    require(count == each, std::to_string(each - count) + " records are lost");
  }
  for (const FoundRecord& record : contents.complete()) {
    auto found = record_of(0, 0, 0);
    std::memcpy(found.data(), record.bytes.data(), found.size());
    std::uint32_t origin[2];
    std::memcpy(origin, found.data(), sizeof(origin));
    require(record.bytes.size() == sizeof(origin) + some_length(origin[0], origin[1]),
            "a record has lost its end");
  }
}

void records_of_any_length_come_back(const FileRow& row, Peers peers) {
  run_alone([&] {
    SharedFile file(row, {1, peers});
    auto appender = file.appender(0);
    const std::size_t lengths[] = {0, 1, 7, 8, 9, 4095, 4096, 4097, 1 << 20, 16 << 20};
    std::vector<std::vector<std::byte>> records;
    for (std::size_t length : lengths) {
      auto record = record_of(3, 5, length);
      record.resize(length);  // also less than the origin
      appender->append(record);
      records.push_back(std::move(record));
    }
    Contents contents(file);
    require(contents.incomplete() == 0, "a record is incomplete");
    require(contents.complete().size() == records.size(), "records are lost or doubled");
    for (std::size_t i = 0; i < records.size(); ++i) {
      auto found = contents.complete()[i].bytes;
      require(found.size() == records[i].size() &&
                  std::memcmp(found.data(), records[i].data(), found.size()) == 0,
              "the record of " + std::to_string(records[i].size()) + " B is not what was written");
    }
  });
}

void a_record_over_the_limit_raises(const FileRow& row, Peers peers) {
  std::size_t limit = row.info.largest_message();
  if (limit == unlimited) return;
  run_alone([&] {
    SharedFile file(row, {1, peers});
    auto appender = file.appender(0);
    void* memory = mmap(nullptr, limit + 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw_errno("mmap");
    std::span record(static_cast<const std::byte*>(memory), limit + 1);
    std::string said = error_of_append<LimitError>(*appender, record);
    require(said.find(std::to_string(limit)) != std::string::npos, "the limit is not named");
    appender->append(record_of(0, 0, 10));
    Contents contents(file);
    require(records_of_each(contents, 1)[0] == 1 && contents.incomplete() == 0,
            "what was too long has left something");
  });
}

void an_incomplete_record_is_told_and_harms_no_other(const FileRow& row, Peers peers) {
  constexpr std::uint32_t each = 1000;
  SharedFile file(row, {2, peers});
  auto appends = [&](unsigned worker, bool fails_once) {
    auto appender = file.appender(worker);
    for (std::uint32_t n = 0; n < each; ++n) {
      if (fails_once && n == each / 2) {
        HalfReadable half;
        error_of_append<std::exception>(*appender, half.bytes());
      }
      appender->append(record_of(worker, n, some_length(worker, n)));
    }
  };
  run_workers(peers, {[&] { appends(0, true); }, [&] { appends(1, false); }});
  Contents contents(file);
  require(contents.incomplete() == 1,
          std::to_string(contents.incomplete()) + " records are told as incomplete, not 1");
  for (std::uint32_t count : records_of_each(contents, 2)) {
    require(count == each, "records of others are lost");
  }
}

}  // namespace handoff::conformance
