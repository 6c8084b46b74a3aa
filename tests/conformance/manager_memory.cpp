#include "tests/conformance/manager_memory.hpp"

#include <cstring>

namespace handoff::conformance {

void share(const ManagerRow& row, Peers peers, unsigned clients,
           const std::function<void(AnyClient&, unsigned)>& work,
           const std::function<void(AnyClient&)>& check) {
  SharedManagers manager(row, {clients, peers});
  std::vector<std::function<void()>> workers;
  for (unsigned i = 0; i < clients; ++i) {
    workers.push_back([&, i] {
      auto client = manager.client(i);
      work(*client, i);
    });
  }
  run_workers(peers, workers);
  auto client = manager.client(0);
  check(*client);
}

std::string stamped(unsigned worker, std::uint64_t number, std::size_t bytes) {
  const std::uint64_t stamp = (std::uint64_t{worker} << 48) | number;
  std::string value(bytes, '\0');
  for (std::size_t at = 0; at < bytes; at += sizeof(stamp)) {
    std::memcpy(value.data() + at, &stamp, std::min(sizeof(stamp), bytes - at));
  }
  return value;
}

bool is_stamped(std::string_view value, std::size_t bytes) {
  if (value.size() != bytes) return false;
  constexpr std::size_t step = sizeof(std::uint64_t);
  return bytes <= step || value.substr(step) == value.substr(0, bytes - step);
}

std::string got(AnyClient& client, std::string_view name, std::string_view key) {
  std::string value;
  require(client.get(name, key, value), "a key is missing: " + std::string(key));
  return value;
}

std::string got_at(AnyClient& client, std::string_view name, std::size_t index) {
  std::string value;
  client.element(name, index, value);
  return value;
}

}  // namespace handoff::conformance
