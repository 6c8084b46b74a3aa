#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "../common/info.hpp"
#include "../common/numbered_workers.hpp"
#include "../common/status.hpp"

/// File: records of bytes that several workers append to one file, which is read back afterwards
/// (records.hpp).
///
/// The object is built before the workers start, in shared memory if they are processes; each
/// worker takes its own appender. A record is in the file, whole, when append() has returned, and
/// the records of one worker lie in the order in which it appended them; it is not flushed to the
/// disk. A record over the limit raises LimitError; one that could not be written whole raises, and
/// what is there of it is told as incomplete when the file is read. So is the last record of a
/// worker that was killed. A shape of no workers or of too many raises, and so does the appender of
/// a worker that it does not have.
namespace handoff {

struct FileShape {
  unsigned workers = 1;
  Peers peers = Peers::threads;
};

template <class A>
concept Appender = requires(A appender, std::span<const std::byte> record) {
  appender.append(record);
};

template <class F>
concept RecordFile = requires(F file, FileShape shape, unsigned i) {
  { F::info } -> std::convertible_to<Info>;
  {F(shape)};
  { file.appender(i) } -> Appender;
  { file.descriptor() } -> std::same_as<int>;  // to read it
};

}  // namespace handoff
