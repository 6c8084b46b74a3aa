#include "tests/conformance/manager_life_checks.hpp"

#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/manager_memory.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// Of files whose path has this in it. Allocators and sanitizers keep others.
std::size_t mappings(std::string_view of) {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find(of) != std::string::npos) ++count;
  }
  return count;
}

/// Counts descriptors and mappings before and after many cycles, of which some come first: ten
/// thousand, or as many as fit into a while where each starts a process.
void require_no_leak(const std::function<void()>& cycle) {
  constexpr int most = 10'000;
  constexpr auto while_it_goes_on = std::chrono::seconds(1);
  for (int n = 0; n < 20; ++n) cycle();
  auto descriptors_before = open_descriptors();
  auto mappings_before = mappings("/");
  Deadline end = after(while_it_goes_on);
  for (int n = 0; n < most && Clock::now() < end; ++n) cycle();
  require(open_descriptors() == descriptors_before, "descriptors are left open");
  require(mappings("/") == mappings_before, "mappings are left");
}

/// Waits until none of its threads runs any more.
void stop(pid_t process) {
  require(kill(process, SIGSTOP) == 0, "kill");
  auto runs = [](const std::filesystem::path& task) {
    std::string line;
    std::getline(std::ifstream(task / "stat"), line);
    return line.find(") T ") == std::string::npos;
  };
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    while (runs(task.path())) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::set<std::string> new_names(const std::set<std::string>& before) {
  std::set<std::string> found = names_in_the_system();
  for (const std::string& name : before) found.erase(name);
  return found;
}

}  // namespace

void building_and_dropping_leaks_nothing(const ManagerRow& row, Peers peers) {
  auto before = names_in_the_system();
  run_alone([&] {
    require_no_leak([&] { SharedManagers manager(row, {1, peers}); });
    require_no_leak([&] {
      SharedManagers manager(row, {1, peers});
      manager.client(0)->set("d", "k", "v");
      manager.client(0)->append("l", "v");
    });
  });
  require_no_new_names(before, std::chrono::seconds(60));
}

void clients_come_and_go_without_a_trace(const ManagerRow& row, Peers peers) {
  run_alone([&] {
    SharedManagers manager(row, {1, peers});
    require_no_leak([&] { manager.client(0)->set("d", "k", "v"); });
    constexpr std::ptrdiff_t few = 100;
    for (pid_t server : manager.servers()) {
      auto tasks = std::filesystem::directory_iterator("/proc/" + std::to_string(server) + "/task");
      require(std::distance(begin(tasks), {}) < few, "threads of the server are left");
    }
  });
}

void each_client_maps_at_an_address_of_its_own(const ManagerRow& row, Peers peers) {
  run_alone([&] {
    SharedManagers manager(row, {2, peers});
    const std::size_t before = mappings("/memfd:handoff");
    auto first = manager.client(0);
    auto second = manager.client(1);
    require(mappings("/memfd:handoff") == before + 2, "they share a mapping");
    for (unsigned n = 0; n < 100; ++n) {
      AnyClient& writer = n % 2 == 0 ? *first : *second;
      AnyClient& reader = n % 2 == 0 ? *second : *first;
      writer.set("d", std::to_string(n), stamped(0, n, n * 100));
      writer.append("l", stamped(1, n, n * 100));
      require(got(reader, "d", std::to_string(n)) == stamped(0, n, n * 100), "a value differs");
      require(got_at(reader, "l", n) == stamped(1, n, n * 100), "an element differs");
    }
  });
}

void names_are_private_and_gone_afterwards(const ManagerRow& row, Peers peers) {
  auto before = names_in_the_system();
  run_alone([&] {
    SharedManagers manager(row, {1, peers});
    auto client = manager.client(0);
    client->set("d", "k", "v");
    for (const std::string& name : new_names(before)) {
      struct stat status {};
      if (name.find("handoff") == std::string::npos || stat(name.c_str(), &status) == -1) continue;
      require((status.st_mode & (S_IRWXG | S_IRWXO)) == 0, "others can open " + name);
      require(status.st_uid == geteuid(), "it is somebody else's: " + name);
    }
  });
  require_no_new_names(before, std::chrono::seconds(60));
}

/// The maker is killed while it uses its manager.
void a_killed_user_leaves_no_name(const ManagerRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    auto before = names_in_the_system();
    harness::Team maker({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                           SharedManagers manager(row, {1, peers});
                           auto client = manager.client(0);
                           client->set("d", "k", "v");
                           raise(SIGKILL);
                         }});
    maker.finish(after(usual_watchdog / 4));
    require(maker.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
    require_no_new_names(before, patience);
  });
}

void a_killed_user_leaves_no_name(const ManagerRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, std::chrono::seconds(60));
}

void a_killed_server_leaves_no_name(const ManagerRow& row, Peers peers) {
  auto before = names_in_the_system();
  run_alone([&] {
    (void)signal(SIGPIPE, SIG_IGN);  // as the author of Redis's client library advises
    SharedManagers manager(row, {1, peers});
    for (pid_t server : manager.servers()) require(kill(server, SIGKILL) == 0, "kill");
  });
  require_no_new_names(before, std::chrono::seconds(60));
}

/// To one that waits for its answer, to one that asks then, and to one that comes then.
void the_death_of_the_server_is_told(const ManagerRow& row, Peers peers) {
  run_alone([&] {
    (void)signal(SIGPIPE, SIG_IGN);  // as the author of Redis's client library advises
    SharedManagers manager(row, {2, peers});
    InSharedMemory<std::atomic<bool>> asks(false);
    auto expect_told = [](const char* when, const std::function<void()>& action) {
      try {
        action();
      } catch (const std::exception&) {
        return;
      }
      throw std::runtime_error(std::string("not told ") + when);
    };
    harness::Team asking({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                            auto client = manager.client(0);
                            for (pid_t server : manager.servers()) stop(server);
                            *asks = true;
                            expect_told("while it waited", [&] { client->set("d", "k", "v"); });
                            expect_told("when it asked", [&] { (void)client->load("i"); });
                            expect_told("when it came",
                                        [&] { (void)manager.client(1)->load("i"); });
                          }});
    while (!*asks && !asking.failed()) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    require(!asking.failed(), "a stopped server answered");
    for (pid_t server : manager.servers()) require(kill(server, SIGKILL) == 0, "kill");
    require_success(asking, 1, usual_watchdog / 4);
  });
}

/// As many clients as there may be die with their process, and as many come again.
void what_killed_clients_held_is_free_again(const ManagerRow& row, Peers) {
  run_alone([&] {
    constexpr unsigned clients = 16;
    SharedManagers manager(row, {clients, Peers::processes});
    auto take_all = [&](const std::function<void()>& end) {
      return [&, end](unsigned) {
        std::vector<std::unique_ptr<AnyClient>> taken;
        for (unsigned i = 0; i < clients; ++i) {
          taken.push_back(manager.client(i));
          taken.back()->set("d", std::to_string(i), "v");
          require(got(*taken.back(), "d", std::to_string(i)) == "v", "a value is another");
        }
        end();
      };
    };
    for (int round = 0; round < 5; ++round) {
      harness::Team victims(
          {.peers = Peers::processes, .workers = 1, .work = take_all([] { raise(SIGKILL); })});
      victims.finish(after(usual_watchdog / 4));
      harness::Fate fate = victims.fate(0);
      require(fate.kind == harness::Fate::Kind::killed, "the victim " + describe(fate));
    }
    harness::Team survivors({.peers = Peers::processes, .workers = 1, .work = take_all([] {})});
    require_success(survivors, 1, usual_watchdog / 4);
  });
}

namespace {

constexpr std::size_t stormy_bytes = 10'000;
constexpr unsigned stormy_keys = 4;

/// Never returns.
[[noreturn]] void change_until_killed(AnyClient& client, unsigned seed) {
  std::minstd_rand random(seed);
  for (std::uint64_t n = 0;; ++n) {
    const std::string key = std::to_string(random() % stormy_keys);
    switch (random() % 6) {
      case 0: client.append("l", stamped(1, n, stormy_bytes)); break;
      case 1: client.erase("d", key); break;
      case 2: client.add("i", 1); break;
      case 3:
        if (client.length("l") > 20) client.clear("l");
        break;
      default: client.set("d", key, stamped(0, n, stormy_bytes));
    }
  }
}

/// Raises when something is half done.
void require_whole(AnyClient& client) {
  std::size_t keys = 0;
  for (unsigned key = 0; key < stormy_keys; ++key) {
    std::string value;
    if (!client.get("d", std::to_string(key), value)) continue;
    ++keys;
    require(is_stamped(value, stormy_bytes), "a value is torn");
  }
  require(client.size("d") == keys, "a dictionary has another size than keys");
  const std::size_t length = client.length("l");
  for (std::size_t i = 0; i < length; ++i) {
    require(is_stamped(got_at(client, "l", i), stormy_bytes), "an element is torn");
  }
  std::int64_t before = client.load("i");
  std::int64_t sum = client.add("i", 1);
  // LMDB shows the last addition of the dead one to the next writer first.
  require(sum == before + 1 || sum == before + 2, "an integer counts wrong");
  client.set("d", "0", stamped(2, 0, stormy_bytes));
  require(got(client, "d", "0") == stamped(2, 0, stormy_bytes), "it keeps nothing any more");
}

}  // namespace

/// Those whose Info says so go on, with nothing torn; the others at least tell.
void a_client_killed_anywhere_blocks_no_other(const ManagerRow& row, Clock::duration patience) {
  constexpr unsigned kills = 200;
  auto storm = [&] {
    SharedManagers manager(row, {2, Peers::processes});
    std::minstd_rand random(1);
    for (unsigned n = 1; n <= kills; ++n) {
      harness::Team victim({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                              change_until_killed(*manager.client(0), n);
                            }});
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
      // One that was told of another's death has thrown; no other reason is good.
      bool threw = victim.failed().has_value();
      victim.kill();
      try {
        auto survivor = manager.client(1);
        require_whole(*survivor);
        require(!threw, "the victim threw");
      } catch (const std::exception& error) {
        if (!row.info.survives_killed_worker) return;
        throw std::runtime_error("after " + std::to_string(n) + " kills: " + error.what());
      }
    }
  };
  run_alone(storm, patience);
}

void a_client_killed_anywhere_blocks_no_other(const ManagerRow& row, Peers) {
  a_client_killed_anywhere_blocks_no_other(row, usual_watchdog);
}

void makes_the_system_calls_that_it_claims(const ManagerRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto manager = std::make_shared<SharedManagers>(row, ManagerShape{1, peers});
      std::shared_ptr<AnyClient> client = manager->client(0);
      return [manager, client](unsigned count) {
        for (unsigned n = 0; n < count; ++n)
          client->set("d", std::to_string(n % 16), stamped(0, n, 16));
      };
    });
  });
}

}  // namespace handoff::conformance
