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
#include "http/job.h"

struct m365_engine;

struct m365_engine *m365_engine_new(void);

/* Ends everything in flight; jobs stay their owners'. After a fork the child
   only lets go: sockets and TLS sessions are the parent's. */
void m365_engine_free(struct m365_engine *e);

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

#endif
