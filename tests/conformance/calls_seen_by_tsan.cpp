#include <pthread.h>
#include <semaphore.h>

#include <cerrno>
#include <ctime>

// clang 14's ThreadSanitizer sees who locks a mutex, or takes a semaphore, until a time of day, but
// not who does so until a time of another clock. In its builds the former stand in for the latter.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
namespace {

constexpr long ns_per_s = 1'000'000'000;

/// Not before the given time of `clock`: what is added is the time of day, read last.
timespec time_of_day(clockid_t clock, const timespec& time) {
  timespec now{};
  timespec day{};
  clock_gettime(clock, &now);
  clock_gettime(CLOCK_REALTIME, &day);
  day.tv_sec += time.tv_sec - now.tv_sec;
  day.tv_nsec += time.tv_nsec - now.tv_nsec;
  if (day.tv_nsec < 0) {
    --day.tv_sec;
    day.tv_nsec += ns_per_s;
  } else if (day.tv_nsec >= ns_per_s) {
    ++day.tv_sec;
    day.tv_nsec -= ns_per_s;
  }
  return day;
}

bool has_come(clockid_t clock, const timespec& time) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec != time.tv_sec ? now.tv_sec > time.tv_sec : now.tv_nsec >= time.tv_nsec;
}

}  // namespace

// Again where the time of day has been set forward meanwhile.

extern "C" int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                                       const timespec* time) noexcept {
  for (;;) {
    const timespec until = time_of_day(clock, *time);
    const int error = pthread_mutex_timedlock(mutex, &until);
    if (error != ETIMEDOUT || has_come(clock, *time)) return error;
  }
}

extern "C" int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* time) {
  for (;;) {
    const timespec until = time_of_day(clock, *time);
    if (sem_timedwait(semaphore, &until) == 0) return 0;
    if (errno != ETIMEDOUT) return -1;
    if (has_come(clock, *time)) {
      errno = ETIMEDOUT;
      return -1;
    }
  }
}
#endif
#endif
