/*
** engine: many jobs on one multi handle.
**
** A state machine over curl_multi_socket_action and our own poll(2). It does
** what needs no Lua: queueing, retries, throttling, deadlines. What it
** cannot know, the token, it asks for: a job stops in ASKING until somebody
** authorizes it. Nothing here blocks longer than the caller allows.
**
**   QUEUED -> ASKING -> RUNNING -> DONE
**      ^                   |
**      +----- WAITING <----+  (retry clock; a timer is a job that only waits)
*/
#ifndef m365_engine_h
#define m365_engine_h

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/event.h"
#include "http/retry.h"
#include "http/transfer.h"

struct m365_engine;

enum m365_state {
  M365_QUEUED,  /* waits for a place, or for the end of throttling */
  M365_ASKING,  /* has its place; needs a token */
  M365_RUNNING, /* libcurl has it */
  M365_WAITING, /* for its next attempt, or for its time */
  M365_DONE,    /* for its owner to withdraw */
  M365_STATES,
  M365_IDLE = M365_STATES /* not with the engine */
};

/* What a client holds: where its requests go, and what they share. */
struct m365_origin {
  unsigned references;
  struct m365_route route;
  double throttled_until; /* monotonic: nothing leaves before; throttling */
  double
      advised_until; /* monotonic: until when the service wants it to stand */
  unsigned active;   /* asking or running */
  unsigned limit;    /* of those, at most */
  bool closed;
  unsigned log; /* who hears of its requests; 0: nobody */
};

/* How an attempt ended that was not the last. */
struct m365_earlier {
  unsigned attempts; /* how many ended so that another was made */
  CURLcode result;
  long status;
  enum m365_cut cut;
};

struct m365_job {
  struct m365_job *next, *previous;
  enum m365_state state;
  struct m365_origin *origin; /* NULL: a timer that belongs to no client */
  const char *label;          /* what it is, for events; its owner's */
  enum m365_effect effect;
  struct m365_deadlines deadlines;
  struct m365_request request;
  struct m365_transfer transfer;
  unsigned attempts;
  unsigned limit;
  struct m365_earlier earlier; /* the one before the last */
  double first_pause;          /* of the back-off, in seconds */
  double deadline;             /* monotonic; no retry and no wait outlives it */
  double wake;                 /* monotonic; when WAITING ends */
  double grace_until; /* monotonic; until then a 404 may be a replica's */
  bool timer;         /* only waits for `wake` */
  bool anonymous;     /* goes out without a token */
  bool reauthorized;  /* one 401 was answered with a new token */
  bool refused;       /* the token it last had was refused */
  bool unauthorized;  /* ended because no token was to be had */
  bool no_memory;
  double advice; /* Retry-After of the last answer, or negative */
  enum m365_outcome outcome;
  enum m365_verdict verdict;
  void *owner;
};

struct m365_engine *m365_engine_new(void);

/* Ends everything in flight; jobs stay their owners'. After a fork the child
   only lets go: sockets and TLS sessions are the parent's. */
void m365_engine_free(struct m365_engine *e);

struct m365_origin *m365_origin_new(void);
struct m365_origin *m365_origin_hold(struct m365_origin *o);
void m365_origin_release(struct m365_origin *o);

/* Ends all jobs of an origin, and refuses new ones. */
void m365_engine_close(struct m365_engine *e, struct m365_origin *o);

/* Takes a job whose request, limits and deadlines are set. */
void m365_engine_submit(struct m365_engine *e, struct m365_job *job);

/* Takes a job back for another attempt, if it has one: its answer came whole,
   and is of no use. false: it has had its attempts, or its time. */
bool m365_engine_repeat(struct m365_engine *e, struct m365_job *job);

/* Takes a job that is nothing but a timer; it ends early if its origin, where
   it has one, is closed. */
void m365_engine_sleep(struct m365_engine *e, struct m365_job *job,
                       double seconds);

/* Takes a job back, wherever it stands. */
void m365_engine_withdraw(struct m365_engine *e, struct m365_job *job);

/* Moves on whatever is due, without waiting. */
void m365_engine_advance(struct m365_engine *e);

/* Advances, waits for the network or the next due thing for at most
   `seconds`, advances again. */
void m365_engine_step(struct m365_engine *e, double seconds);

/* The job that needs a token, after `job` or the first one; NULL: none. */
struct m365_job *m365_engine_asking(struct m365_engine *e,
                                    const struct m365_job *job);

/* Starts a job that was ASKING; `line` is its Authorization header, or NULL
   for an anonymous one. */
void m365_engine_authorize(struct m365_engine *e, struct m365_job *job,
                           const char *line);

/* Ends a job that was ASKING, for want of a token. */
void m365_engine_deny(struct m365_engine *e, struct m365_job *job);

/* A job that is DONE, for its owner to withdraw; NULL: none. */
struct m365_job *m365_engine_finished(struct m365_engine *e);

/* For a host's own loop: what to poll, and for how long at most, in seconds;
   M365_NEVER: nothing is due. */
const struct pollfd *m365_engine_pollfds(struct m365_engine *e, size_t *n);
double m365_engine_timeout(struct m365_engine *e);

/* What has happened, for whoever may run Lua to tell. */
struct m365_event_ring *m365_engine_events(struct m365_engine *e);

/* A job's memory: zeroed at birth, then its own to free when it is idle. */
void m365_job_init(struct m365_job *job, struct m365_origin *origin,
                   size_t head_ceiling, size_t body_ceiling);
void m365_job_free(struct m365_job *job);

/* false, true or not known: did a byte of the last attempt arrive? */
enum m365_sent { M365_SENT_NO, M365_SENT_YES, M365_SENT_UNKNOWN };
enum m365_sent m365_job_sent(const struct m365_job *job);

#endif
