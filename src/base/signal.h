/*
** signal: a signal that a system call would send to its own thread is held back
** for the length of the call and taken away again.
**
** The host's dispositions are never touched: they belong to the process.
*/
#ifndef m365_signal_h
#define m365_signal_h

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct m365_held_signal {
  sigset_t before;
  sigset_t set;
  bool pending; /* it waited already: it is the host's, and stays */
};

/* A signal can only be waiting already if the host holds it back. */
static inline void m365_signal_hold(struct m365_held_signal *q, int signal) {
  sigset_t pending;
  sigemptyset(&q->set);
  sigaddset(&q->set, signal);
  q->pending = false;
  pthread_sigmask(SIG_BLOCK, &q->set, &q->before);
  if (sigismember(&q->before, signal) == 1) {
    sigpending(&pending);
    q->pending = sigismember(&pending, signal) == 1;
  }
}

/* keeps errno, so that it can stand right behind the call */
static inline void m365_signal_release(struct m365_held_signal *q) {
  const struct timespec at_once = {0, 0};
  int error = errno;
  if (!q->pending)
    while (sigtimedwait(&q->set, NULL, &at_once) < 0 && errno == EINTR)
      continue;
  pthread_sigmask(SIG_SETMASK, &q->before, NULL);
  errno = error;
}

#endif
