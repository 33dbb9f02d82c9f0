/*
** job: a request with all its attempts, and the origin it goes to.
**
** A job is its owner's. The engine links it into one of its lists for as long
** as it has it.
*/
#ifndef m365_job_h
#define m365_job_h

#include <stdbool.h>
#include <stddef.h>

#include "http/retry.h"
#include "http/transfer.h"

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
  unsigned log; /* the log function of its requests; 0: none */
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

struct m365_origin *m365_origin_new(void);
struct m365_origin *m365_origin_hold(struct m365_origin *o);
void m365_origin_release(struct m365_origin *o);

/* A job's memory: zeroed at birth, then its own to free when it is idle. */
void m365_job_init(struct m365_job *job, struct m365_origin *origin,
                   size_t head_ceiling, size_t body_ceiling);
void m365_job_free(struct m365_job *job);

/* false, true or not known: did a byte of the last attempt arrive? */
enum m365_sent { M365_SENT_NO, M365_SENT_YES, M365_SENT_UNKNOWN };
enum m365_sent m365_job_sent(const struct m365_job *job);

#endif
