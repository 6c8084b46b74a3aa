#include "tests/conformance/queue_ends.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "harness/worker.hpp"

namespace handoff::conformance {
namespace {

/// How one end puts or gets an item: attempt after attempt, until it is done.
class Attempts {
 public:
  Attempts(Form form, bool may_wait_for_ever, unsigned seed)
      : form_(form), may_wait_for_ever_(may_wait_for_ever), random_(seed) {}

  /// By a try form, and by a form that takes a deadline.
  template <class Try, class Wait>
  Status repeat(Try try_it, Wait wait) {
    for (;;) {
      Status status = form_ == Form::mixes ? mix(try_it, wait) : attempt(form_, try_it, wait);
      if (status != Status::would_wait) return status;
      std::this_thread::yield();
    }
  }

 private:
  template <class Try, class Wait>
  Status attempt(Form form, Try try_it, Wait wait) {
    if (form == Form::tries) return try_it();
    if (form == Form::waits && may_wait_for_ever_) {
      Status status = wait(never);
      require(status != Status::would_wait, "a wait for ever has ended");
      return status;
    }
    return wait(after(std::chrono::milliseconds(5)));
  }

  /// Also with no time and with times that pass just when the wait would have succeeded.
  template <class Try, class Wait>
  Status mix(Try try_it, Wait wait) {
    constexpr unsigned longest = 500;
    switch (random_() % 4) {
      case 0: return attempt(Form::tries, try_it, wait);
      case 1: return wait(at_once);
      case 2: return wait(after(std::chrono::microseconds(random_() % longest)));
      default: return attempt(Form::waits, try_it, wait);
    }
  }

  Form form_;
  bool may_wait_for_ever_;
  std::minstd_rand random_;
};

/// What the workers of an exchange share beside the queue.
struct Progress {
  explicit Progress(const Load& load)
      : producers_left(load.shape.producers),
        seen(harness::Region::shared(load.shape.producers * load.per_producer)) {}

  std::atomic<std::uint8_t>* seen_items() {
    return reinterpret_cast<std::atomic<std::uint8_t>*>(seen.data());
  }

  InSharedMemory<std::atomic<unsigned>> producers_left;
  harness::Region seen;
};

constexpr std::size_t longest_batch = 2 * small_capacity;

void put_in_batches(AnyQueue& queue, AnyProducer& end, unsigned number, const Load& load) {
  Parcel item = queue.parcel();
  std::vector<std::uint64_t> words;
  std::uint64_t first = 0;
  for (std::size_t length = 1; first < load.per_producer; length = length % longest_batch + 1) {
    words.clear();
    std::uint64_t last = std::min(first + length, load.per_producer);
    for (std::uint64_t n = first; n < last; ++n) {
      ConstWords one = item.of(number, n);
      words.insert(words.end(), one.begin(), one.end());
    }
    Batch batch = end.put_some(words, never);
    require(batch.status == Status::ok && batch.count > 0 && batch.count <= last - first,
            "a batch was refused, or more of it put than there was");
    first += batch.count;
  }
}

void put_one_by_one(AnyQueue& queue, AnyProducer& end, unsigned number, const Load& load) {
  Parcel item = queue.parcel();
  Attempts attempts(load.puts, true, 1 + number);
  for (std::uint64_t n = 0; n < load.per_producer; ++n) {
    ConstWords words = item.of(number, n);
    Status status = attempts.repeat([&] { return end.try_put(words); },
                                    [&](Deadline deadline) { return end.put(words, deadline); });
    require(status == Status::ok, "a put was refused");
  }
}

void produce(AnyQueue& queue, unsigned number, const Load& load, Progress& progress) {
  auto end = queue.producer(number);
  if (load.puts == Form::batches) {
    put_in_batches(queue, *end, number, load);
  } else {
    put_one_by_one(queue, *end, number, load);
  }
  if (progress.producers_left->fetch_sub(1) == 1) queue.close();
}

/// Looks at the items that one consumer takes, and counts them as seen.
class Inspector {
 public:
  Inspector(const Load& load, Progress& progress)
      : load_(load), progress_(progress), next_(load.shape.producers, 0) {}

  void look_at(const Parcel& item) {
    require(item.is_whole(), "an item is torn");
    require(item.producer() < load_.shape.producers && item.number() < load_.per_producer,
            "an item that nobody has put");
    require(item.number() >= next_[item.producer()], "items of one producer are out of order");
    next_[item.producer()] = item.number() + 1;
    ++progress_.seen_items()[item.producer() * load_.per_producer + item.number()];
  }

 private:
  const Load& load_;
  Progress& progress_;
  std::vector<std::uint64_t> next_;
};

void take_in_batches(AnyQueue& queue, AnyConsumer& end, Inspector& inspector) {
  Parcel item = queue.parcel();
  const std::size_t item_words = queue.item_words();
  for (std::size_t length = 1;; length = length % longest_batch + 1) {
    std::vector<std::uint64_t> words(length * item_words);
    Batch batch = end.get_some(words, never);
    if (batch.status == Status::closed) return;
    require(batch.status == Status::ok && batch.count > 0 && batch.count <= length,
            "a batch without items, or of too many");
    for (std::size_t i = 0; i < batch.count; ++i) {
      std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(i * item_words), item_words,
                  item.words().begin());
      inspector.look_at(item);
    }
  }
}

/// Takes until closed.
void consume(AnyQueue& queue, unsigned number, const Load& load, bool may_wait_for_ever,
             Progress& progress) {
  auto end = queue.consumer(number);
  Inspector inspector(load, progress);
  if (load.gets == Form::batches) return take_in_batches(queue, *end, inspector);
  Parcel item = queue.parcel();
  Attempts attempts(load.gets, may_wait_for_ever, 1 + load.shape.producers + number);
  for (;;) {
    Status status =
        attempts.repeat([&] { return end->try_get(item.words()); },
                        [&](Deadline deadline) { return end->get(item.words(), deadline); });
    if (status == Status::closed) return;
    inspector.look_at(item);
  }
}

}  // namespace

ConstWords Parcel::of(unsigned producer, std::uint64_t number) {
  std::fill(words_.begin(), words_.end(), (std::uint64_t{producer} << 32) | number);
  return words_;
}

bool Parcel::is_whole() const {
  return std::all_of(words_.begin(), words_.end(), [&](auto word) { return word == words_[0]; });
}

QueueOnHeap::QueueOnHeap(const QueueType& type, QueueShape shape)
    : type_(type),
      memory_(operator new(type.bytes, type.alignment), Free{type.alignment}),
      queue_(type, memory_.get()) {
  type_.build(memory_.get(), shape);
}

QueueOnHeap::~QueueOnHeap() { type_.destroy(memory_.get()); }

QueueInSharedMemory::QueueInSharedMemory(const QueueType& type, QueueShape shape)
    : type_(type), memory_(harness::Region::shared(type.bytes)), queue_(type, memory_.data()) {
  type_.build(memory_.data(), shape);
}

QueueInSharedMemory::~QueueInSharedMemory() { type_.destroy(memory_.data()); }

void run_over_queue(const QueueType& type, QueueShape shape, unsigned workers,
                    const std::function<void(AnyQueue& queue, unsigned worker)>& work,
                    Clock::duration watchdog) {
  auto memory = harness::Region::shared(type.bytes);
  AnyQueue queue(type, memory.data());
  auto build = [&] { type.build(memory.data(), shape); };
  auto destroy = [&] { type.destroy(memory.data()); };
  bool forked = shape.peers == Peers::processes;
  if (forked) build();
  {
    harness::Team team({.peers = shape.peers,
                        .workers = workers,
                        .work = [&](unsigned number) { work(queue, number); },
                        .before = build,
                        .after = destroy});
    require_success(team, workers, watchdog);
  }
  if (forked) destroy();
}

bool is_ever_within(Clock::duration limit, const std::function<Clock::duration()>& attempt) {
  constexpr int attempts = 5;
  for (int i = 0; i < attempts; ++i) {
    if (attempt() < limit) return true;
  }
  return false;
}

std::uint64_t fill(AnyQueue& queue, AnyProducer& end) {
  Parcel item = queue.parcel();
  std::uint64_t count = 0;
  // One past its stated capacity is wrong already.
  const std::uint64_t most = queue.capacity() == unlimited ? plenty : queue.capacity() + 1;
  while (count < most && end.try_put(item.of(0, count)) == Status::ok) ++count;
  return count;
}

void exchange(const QueueType& type, const Load& load, Clock::duration watchdog) {
  Progress progress(load);
  run_over_queue(
      type, load.shape, load.shape.producers + load.shape.consumers,
      [&](AnyQueue& queue, unsigned worker) {
        if (worker < load.shape.producers) {
          produce(queue, worker, load, progress);
        } else {
          consume(queue, worker - load.shape.producers, load, type.info.wakes_on_close, progress);
        }
      },
      watchdog);
  for (std::size_t i = 0; i < load.shape.producers * load.per_producer; ++i) {
    unsigned times = progress.seen_items()[i];
    require(times != 0, "item " + std::to_string(i) + " was lost");
    require(times == 1, "item " + std::to_string(i) + " came more than once");
  }
}

}  // namespace handoff::conformance
