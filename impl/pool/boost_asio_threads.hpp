#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <vector>

#include "contract.hpp"
#include "crew_of_threads.hpp"
#include "dropping_threads.hpp"

namespace handoff {

/// Batches are posted to a boost::asio::thread_pool, to which threads are attached that have run
/// their initializers.
class BoostAsioThreads : public detail::DroppingThreads {
 public:
  static constexpr Info info{.name = "boost_asio_threads",
                             .mechanism = "threads, post to a thread_pool",
                             .source = "Boost.Asio",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .copies_per_message = 0};  // a task names where its arguments lie
  static constexpr bool replaces_workers = false;

  explicit BoostAsioThreads(const PoolShape& shape) {
    (void)checked_workers(info.name, shape.workers);
    detail::require_no_replacement(info, shape);
    threads_.start(
        shape,
        [this](const detail::Service&) {
          pool_.attach();  // until join, and until there is no work
          return false;
        },
        [this] { pool_.wait(); });
  }
  ~BoostAsioThreads() {
    terminate();
    join();
  }
  BoostAsioThreads(const BoostAsioThreads&) = delete;
  BoostAsioThreads& operator=(const BoostAsioThreads&) = delete;

  void submit(Batch& batch) {
    require_open();
    boost::asio::post(pool_, [this, &batch] { run_or_drop(batch, {}); });
  }

  void close() {
    if (begin_close()) pool_.wait();  // it has no threads of its own to wait for
  }

  void terminate() {
    begin_to_drop();
    close();
  }

  void join() {
    require_ended();
    threads_.join();
  }

  std::vector<pid_t> worker_ids() { return threads_.ids(); }

 private:
  boost::asio::thread_pool pool_{0};
  detail::CrewOfThreads threads_;
};

static_assert(Pool<BoostAsioThreads>);

}  // namespace handoff
