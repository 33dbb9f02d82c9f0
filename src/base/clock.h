/*
** clock: the two clocks of this machine, in seconds.
**
** Deadlines live on the monotonic one, which nobody can set back; the wall
** clock is only for comparing with a date that the service sent.
*/
#ifndef m365_clock_h
#define m365_clock_h

#include <math.h>
#include <time.h>

/* "never": an instant that no clock reaches */
#define M365_NEVER HUGE_VAL

static inline double m365_clock_read(clockid_t which) {
  struct timespec t;
  clock_gettime(which, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline double m365_clock_monotonic(void) {
  return m365_clock_read(CLOCK_MONOTONIC);
}

static inline double m365_clock_wall(void) {
  return m365_clock_read(CLOCK_REALTIME);
}

#endif
