#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "harness/region.hpp"
#include "tests/conformance/manager_row.hpp"
#include "tests/conformance/workers.hpp"

namespace handoff::conformance {

/// Managers in memory that forked children share with their parent.
class SharedManagers {
 public:
  SharedManagers(const ManagerRow& row, ManagerShape shape, std::size_t count = 1)
      : row_(row), memory_(harness::Region::shared(count * row.bytes)) {
    for (; built_ < count; ++built_) row.build(manager(built_), shape);
  }
  ~SharedManagers() {
    while (built_ > 0) row_.destroy(manager(--built_));
  }
  SharedManagers(const SharedManagers&) = delete;
  SharedManagers& operator=(const SharedManagers&) = delete;

  std::unique_ptr<AnyClient> client(unsigned i, std::size_t n = 0) const {
    return row_.client(manager(n), i);
  }
  std::unique_ptr<Stranger> stranger(unsigned i) const { return row_.stranger(manager(0), i); }
  std::vector<pid_t> servers() const { return row_.servers(manager(0)); }

 private:
  void* manager(std::size_t n) const { return memory_.data() + n * row_.bytes; }

  const ManagerRow& row_;
  harness::Region memory_;
  std::size_t built_ = 0;
};

/// Builds a manager that `clients` workers and this process share, has each worker do
/// `work(client, number)`, and then looks at it with `check(client)`.
void share(const ManagerRow& row, Peers peers, unsigned clients,
           const std::function<void(AnyClient&, unsigned)>& work,
           const std::function<void(AnyClient&)>& check);

/// Bytes that tell whose and which they are, and that are not torn.
std::string stamped(unsigned worker, std::uint64_t number, std::size_t bytes);
bool is_stamped(std::string_view value, std::size_t bytes);

/// The value of a key, or of an element; raises where there is none.
std::string got(AnyClient& client, std::string_view name, std::string_view key);
std::string got_at(AnyClient& client, std::string_view name, std::size_t index);

}  // namespace handoff::conformance
