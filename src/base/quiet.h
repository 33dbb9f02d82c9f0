/*
** quiet: a signal that a system call would send to its own thread is held back
** for the length of the call and taken away again.
**
** The host's dispositions are never touched: they belong to the process.
*/
#ifndef m365_quiet_h
#define m365_quiet_h

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct m365_quiet {
  sigset_t before;
  sigset_t held;
  bool pending; /* it waited already: it is the host's, and stays */
};

/* A signal can only be waiting already if the host holds it back. */
static inline void m365_quiet_begin(struct m365_quiet *q, int signal) {
  sigset_t pending;
  sigemptyset(&q->held);
  sigaddset(&q->held, signal);
  q->pending = false;
  pthread_sigmask(SIG_BLOCK, &q->held, &q->before);
  if (sigismember(&q->before, signal) == 1) {
    sigpending(&pending);
    q->pending = sigismember(&pending, signal) == 1;
  }
}

/* keeps errno, so that it can stand right behind the call */
static inline void m365_quiet_end(struct m365_quiet *q) {
  const struct timespec at_once = {0, 0};
  int error = errno;
  if (!q->pending)
    while (sigtimedwait(&q->held, NULL, &at_once) < 0 && errno == EINTR)
      continue;
  pthread_sigmask(SIG_SETMASK, &q->before, NULL);
  errno = error;
}

#endif
