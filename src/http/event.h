/*
** event: what happened to a request, as a plain struct.
**
** The engine writes events where no Lua may run, into a ring with a ceiling;
** the bridge takes them out when libcurl has returned. An event is made of
** what may be seen by anybody: no header, no body and no query ever gets here.
*/
#ifndef m365_event_h
#define m365_event_h

#include <stdbool.h>
#include <stddef.h>

#include "http/job.h"

enum m365_event_kind {
  M365_EVENT_REQUEST,  /* it has ended, well or not */
  M365_EVENT_RETRY,    /* it will be tried again */
  M365_EVENT_THROTTLE, /* all requests of its client wait */
  M365_EVENT_REFUSED   /* its token was refused; a new one is asked for */
};

struct m365_event {
  enum m365_event_kind kind;
  unsigned log; /* whose */
  enum m365_outcome outcome;
  const char *method; /* a literal */
  char operation[64], host[64], path[192];
  char request_id[64], client_request_id[40];
  long status;
  unsigned attempts;
  double delay;   /* until the next attempt, or of the throttling */
  double seconds; /* since it was asked for */
};

struct m365_event_ring {
  struct m365_event *events; /* NULL until the first one */
  size_t first, count;
  unsigned lost; /* found no room */
};

/* Writes down what has become of a job, if anybody listens to its origin. */
void m365_event_record(struct m365_event_ring *ring, const struct m365_job *job,
                       enum m365_event_kind kind, double delay);

/* Takes the oldest event out; false: there is none. */
bool m365_event_take(struct m365_event_ring *ring, struct m365_event *to);

void m365_event_ring_free(struct m365_event_ring *ring);

#endif
