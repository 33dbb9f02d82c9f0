/*
** instant: the two clocks of this machine, in seconds.
**
** Deadlines live on the monotonic one, which nobody can set back; the wall
** clock is only for comparing with a date that the service sent.
*/
#ifndef m365_instant_h
#define m365_instant_h

#include <math.h>
#include <time.h>

/* "never": an instant that no clock reaches */
#define M365_NEVER HUGE_VAL

static inline double m365_read_clock(clockid_t which) {
  struct timespec t;
  clock_gettime(which, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline double m365_monotonic(void) {
  return m365_read_clock(CLOCK_MONOTONIC);
}

static inline double m365_walltime(void) {
  return m365_read_clock(CLOCK_REALTIME);
}

#endif
