#include "http/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/redact.h"

/* more than one turn of the engine ends requests */
#define ROOM 256

static struct m365_event *claim(struct m365_event_ring *ring) {
  if (ring->events == NULL)
    ring->events = calloc(ROOM, sizeof *ring->events);
  if (ring->events == NULL || ring->count == ROOM) {
    ring->lost++;
    return NULL;
  }
  return &ring->events[(ring->first + ring->count++) % ROOM];
}

/* The first `n` bytes of `from`, cut to the room there is. */
static void copy(char *to, size_t room, const char *from, size_t n) {
  if (n >= room)
    n = room - 1;
  memcpy(to, from, n);
  to[n] = '\0';
}

/* Host and path of the URL. What stands behind a ? stays out: it may hold
   anything. */
static void copy_url(struct m365_event *event, const char *url) {
  const char *host = strstr(url, "://");
  size_t n;
  if (host == NULL)
    return;
  host += 3;
  n = strcspn(host, "/?#");
  copy(event->host, sizeof event->host, host, n);
  copy(event->path, sizeof event->path, host + n, strcspn(host + n, "?#"));
}

static void fill(struct m365_event *event, const struct m365_job *job) {
  const char *id = m365_request_id(&job->request);
  event->log = job->origin->log;
  event->outcome = job->outcome;
  event->method = job->request.method;
  if (job->label != NULL)
    copy(event->operation, sizeof event->operation, job->label,
         strlen(job->label));
  copy_url(event, job->request.url);
  m365_transfer_header_copy(&job->transfer, "request-id", event->request_id,
                            sizeof event->request_id);
  m365_redact_job(job, event->request_id, strlen(event->request_id));
  if (id != NULL)
    copy(event->client_request_id, sizeof event->client_request_id, id,
         strlen(id));
  event->status = job->transfer.status;
  event->attempts = job->attempts;
  event->seconds =
      m365_clock_monotonic() - (job->deadline - job->deadlines.total);
}

void m365_event_record(struct m365_event_ring *ring, const struct m365_job *job,
                       enum m365_event_kind kind, double delay) {
  struct m365_event *event;
  if (job->origin == NULL || job->origin->log == 0 ||
      job->request.url == NULL) /* a timer */
    return;
  event = claim(ring);
  if (event == NULL)
    return;
  memset(event, 0, sizeof *event);
  event->kind = kind;
  event->delay = delay;
  fill(event, job);
}

bool m365_event_take(struct m365_event_ring *ring, struct m365_event *to) {
  if (ring->count == 0)
    return false;
  *to = ring->events[ring->first];
  ring->first = (ring->first + 1) % ROOM;
  ring->count--;
  return true;
}

void m365_event_ring_free(struct m365_event_ring *ring) {
  free(ring->events);
  memset(ring, 0, sizeof *ring);
}
