/* Round trips and a stream between two processes with nothing of this project: what the harness's
 * numbers are compared with. usage: see main().
 *
 * Takes a sample of about SAMPLE_MS for each line on its standard input and prints the mean
 * nanoseconds per round trip (stream: per item); between samples both processes sleep. A message
 * costs the same system calls and bytes as in impl/pipe: an 8-byte length and the payload, written
 * by one call and read by two; or a packet of one mark byte and the payload, by one call each.
 * Every word is written by the sender and checked by the receiver. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { payload_words = 8, ring_items = 1024, isolation = 128 };
#define FIRST_COUNT UINT64_C(256)
#define WORD_STEP UINT64_C(0x9E3779B97F4A7C15)

struct shared {
  _Alignas(isolation) _Atomic uint64_t line;
  _Alignas(isolation) _Atomic uint64_t tail;
  _Alignas(isolation) _Atomic uint64_t head;
  _Alignas(isolation) int64_t end_ns; /* the consumer's, of the latest phase */
  _Alignas(isolation) uint64_t slots[ring_items];
};

struct end { /* what one of the two processes has */
  struct shared* shared;
  int in, out;
  uint64_t tail, head; /* of the ring: own index, and a copy of the other's */
};

/* Worker 0 and worker 1 do their part of `count` operations. */
typedef void (*work)(struct end*, uint64_t count);
struct mode {
  const char* name;
  work first, second;
};

static void die(const char* what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static void check(int good, const char* what) {
  if (good) return;
  fprintf(stderr, "bare_loop: %s\n", what);
  exit(EXIT_FAILURE);
}

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return INT64_C(1000000000) * time.tv_sec + time.tv_nsec;
}

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield" ::: "memory");
#endif
}

static void fill(uint64_t* message, uint64_t first) {
  for (int i = 0; i < payload_words; ++i) message[i] = first + (uint64_t)i * WORD_STEP;
}

static void check_message(const uint64_t* message, uint64_t first) {
  uint64_t difference = 0;
  for (int i = 0; i < payload_words; ++i)
    difference |= message[i] ^ (first + (uint64_t)i * WORD_STEP);
  check(difference == 0, "wrong message");
}

static void read_whole(int file, void* data, size_t bytes) {
  check(read(file, data, bytes) == (ssize_t)bytes, "short read");
}

static void pipe_send(struct end* end, uint64_t first) {
  uint64_t message[payload_words];
  uint64_t length = sizeof(message);
  struct iovec parts[] = {{&length, sizeof(length)}, {message, sizeof(message)}};
  fill(message, first);
  check(writev(end->out, parts, 2) == sizeof(length) + sizeof(message), "short write");
}

static void pipe_receive(struct end* end, uint64_t first) {
  uint64_t message[payload_words];
  uint64_t length = 0;
  read_whole(end->in, &length, sizeof(length));
  check(length == sizeof(message), "wrong length");
  read_whole(end->in, message, length);
  check_message(message, first);
}

static void packet_send(struct end* end, uint64_t first) {
  uint64_t message[payload_words];
  char mark = 0;
  struct iovec parts[] = {{&mark, sizeof(mark)}, {message, sizeof(message)}};
  struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
  fill(message, first);
  check(sendmsg(end->out, &header, MSG_NOSIGNAL) == sizeof(mark) + sizeof(message), "short packet");
}

static void packet_receive(struct end* end, uint64_t first) {
  uint64_t message[payload_words];
  char mark = 0;
  struct iovec parts[] = {{&mark, sizeof(mark)}, {message, sizeof(message)}};
  struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
  check(recvmsg(end->in, &header, 0) == sizeof(mark) + sizeof(message), "short packet");
  check_message(message, first);
}

static void pipe_ask(struct end* end, uint64_t count) {
  for (uint64_t n = 0; n < count; ++n) {
    pipe_send(end, n);
    pipe_receive(end, ~n);
  }
}

static void pipe_answer(struct end* end, uint64_t count) {
  for (uint64_t n = 0; n < count; ++n) {
    pipe_receive(end, n);
    pipe_send(end, ~n);
  }
}

static void packet_ask(struct end* end, uint64_t count) {
  for (uint64_t n = 0; n < count; ++n) {
    packet_send(end, n);
    packet_receive(end, ~n);
  }
}

static void packet_answer(struct end* end, uint64_t count) {
  for (uint64_t n = 0; n < count; ++n) {
    packet_receive(end, n);
    packet_send(end, ~n);
  }
}

static void line_ask(struct end* end, uint64_t count) {
  _Atomic uint64_t* line = &end->shared->line;
  uint64_t word = atomic_load_explicit(line, memory_order_relaxed);
  for (uint64_t n = 0; n < count; ++n) {
    uint64_t asked = word + 1;
    atomic_store_explicit(line, asked, memory_order_release);
    while ((word = atomic_load_explicit(line, memory_order_acquire)) == asked) {
    }
    check(word == asked + 1, "wrong answer");
  }
}

static void line_answer(struct end* end, uint64_t count) {
  _Atomic uint64_t* line = &end->shared->line;
  for (uint64_t n = 0; n < count; ++n) {
    uint64_t word;
    while ((word = atomic_load_explicit(line, memory_order_acquire)) % 2 == 0) {
    }
    atomic_store_explicit(line, word + 1, memory_order_release);
  }
}

static void produce(struct end* end, uint64_t count) {
  struct shared* ring = end->shared;
  for (uint64_t n = 0; n < count; ++n) {
    while (end->tail - end->head == ring_items) {
      end->head = atomic_load_explicit(&ring->head, memory_order_acquire);
      if (end->tail - end->head == ring_items) relax();
    }
    ring->slots[end->tail % ring_items] = n;
    atomic_store_explicit(&ring->tail, ++end->tail, memory_order_release);
  }
}

static void consume(struct end* end, uint64_t count) {
  struct shared* ring = end->shared;
  for (uint64_t n = 0; n < count; ++n) {
    while (end->head == end->tail) {
      end->tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
      if (end->head == end->tail) relax();
    }
    check(ring->slots[end->head % ring_items] == n, "wrong item");
    atomic_store_explicit(&ring->head, ++end->head, memory_order_release);
  }
}

static const struct mode modes[] = {{"pipe_pair", pipe_ask, pipe_answer},
                                    {"seqpacket", packet_ask, packet_answer},
                                    {"cache_line", line_ask, line_answer},
                                    {"stream", produce, consume}};

static const struct mode* find_mode(const char* name) {
  for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); ++i) {
    if (strcmp(modes[i].name, name) == 0) return &modes[i];
  }
  check(0, "unknown mode");
  return NULL;
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof(set), &set) == -1) die("sched_setaffinity");
  check(sched_getcpu() == cpu, "not on the CPU asked for");
}

static void open_ends(const struct mode* mode, struct end ends[2]) {
  int there[2] = {-1, -1}, back[2] = {-1, -1};
  if (mode->first == packet_ask) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, there) == -1) die("socketpair");
    ends[0].in = ends[0].out = there[0];
    ends[1].in = ends[1].out = there[1];
  } else if (mode->first == pipe_ask) {
    if (pipe(there) == -1 || pipe(back) == -1) die("pipe");
    ends[0] = (struct end){.in = back[0], .out = there[1]};
    ends[1] = (struct end){.in = there[0], .out = back[1]};
  }
  struct shared* shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (shared == MAP_FAILED) die("mmap");
  ends[0].shared = ends[1].shared = shared;
}

/* Each phase starts when its count arrives, and is told to have ended by one byte. */
static void be_second(const struct mode* mode, struct end* end, int counts, int done) {
  uint64_t count;
  while (read(counts, &count, sizeof(count)) == sizeof(count)) {
    mode->second(end, count);
    end->shared->end_ns = now_ns();
    if (write(done, "", 1) != 1) die("write");
  }
  exit(EXIT_SUCCESS);
}

/* The first would wait for ever. */
static void second_has_died(int signal) {
  (void)signal;
  _exit(EXIT_FAILURE);
}

static double mean_ns(const struct mode* mode, struct end* end, int counts, int done,
                      uint64_t count) {
  char byte;
  if (write(counts, &count, sizeof(count)) != sizeof(count)) die("write");
  int64_t begin = now_ns();
  mode->first(end, count);
  int64_t ended = now_ns();
  read_whole(done, &byte, 1);
  if (mode->first == produce) ended = end->shared->end_ns;
  return (double)(ended - begin) / (double)count;
}

int main(int argc, char** argv) {
  check(argc == 5, "usage: bare_loop pipe_pair|seqpacket|cache_line|stream CPU_A CPU_B SAMPLE_MS");
  const struct mode* mode = find_mode(argv[1]);
  double sample_ns = atof(argv[4]) * 1e6;
  struct end ends[2] = {{0}};
  int counts[2], done[2];
  char line[16];
  open_ends(mode, ends);
  if (pipe(counts) == -1 || pipe(done) == -1) die("pipe");
  signal(SIGCHLD, second_has_died);
  pid_t first = getpid(), second = fork();
  if (second == -1) die("fork");
  if (second == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != first) return EXIT_FAILURE;
    close(counts[1]);
    pin(atoi(argv[3]));
    be_second(mode, &ends[1], counts[0], done[1]);
  }
  close(done[1]);
  pin(atoi(argv[2]));
  uint64_t count = FIRST_COUNT;
  while (fgets(line, sizeof(line), stdin) != NULL) {
    double ns = mean_ns(mode, &ends[0], counts[1], done[0], count);
    printf("%.4f\n", ns);
    fflush(stdout);
    count = (uint64_t)(sample_ns / ns) + 1;
  }
  signal(SIGCHLD, SIG_DFL);
  close(counts[1]);
  int status = 0;
  waitpid(second, &status, 0);
  return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
