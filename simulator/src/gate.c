/*
** A wait that ends at its time, or at once when the gate opens.
*/
#include <errno.h>
#include <time.h>

#include "sim.h"

/* Longer waits are cut: a simulated stall never needs a day. */
#define LONGEST_WAIT 86400.0

double sim_monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int sim_gate_init(struct gate *g) {
  pthread_condattr_t attributes;
  int code = pthread_condattr_init(&attributes);
  if (code != 0)
    return code;
  g->open = false;
  /* The real-time clock may jump while somebody waits. */
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  code = pthread_cond_init(&g->opened, &attributes);
  pthread_condattr_destroy(&attributes);
  if (code != 0)
    return code;
  code = pthread_mutex_init(&g->lock, NULL);
  if (code != 0)
    pthread_cond_destroy(&g->opened);
  return code;
}

void sim_gate_destroy(struct gate *g) {
  pthread_mutex_destroy(&g->lock);
  pthread_cond_destroy(&g->opened);
}

void sim_gate_open(struct gate *g) {
  pthread_mutex_lock(&g->lock);
  g->open = true;
  pthread_cond_broadcast(&g->opened);
  pthread_mutex_unlock(&g->lock);
}

static struct timespec moment(double seconds) {
  struct timespec when;
  when.tv_sec = (time_t)seconds;
  when.tv_nsec = (long)((seconds - (double)when.tv_sec) * 1e9);
  return when;
}

bool sim_gate_wait(struct gate *g, double seconds) {
  struct timespec until;
  int code = 0;
  bool open;
  if (!(seconds > 0))
    return true;
  if (seconds > LONGEST_WAIT)
    seconds = LONGEST_WAIT;
  until = moment(sim_monotonic() + seconds);
  pthread_mutex_lock(&g->lock);
  while (!g->open && code != ETIMEDOUT)
    code = pthread_cond_timedwait(&g->opened, &g->lock, &until);
  open = g->open;
  pthread_mutex_unlock(&g->lock);
  return !open;
}
