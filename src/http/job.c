#include "http/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct m365_origin *m365_origin_new(void) {
  struct m365_origin *o = calloc(1, sizeof *o);
  if (o != NULL)
    o->references = 1;
  return o;
}

struct m365_origin *m365_origin_hold(struct m365_origin *o) {
  o->references++;
  return o;
}

void m365_origin_release(struct m365_origin *o) {
  if (--o->references > 0)
    return;
  m365_route_free(&o->route);
  free(o);
}

void m365_job_init(struct m365_job *job, struct m365_origin *origin,
                   size_t head_ceiling, size_t body_ceiling) {
  memset(job, 0, sizeof *job);
  job->state = M365_IDLE;
  job->origin = origin != NULL ? m365_origin_hold(origin) : NULL;
  job->advice = -1;
  job->deadline = M365_NEVER;
  m365_transfer_init(&job->transfer, head_ceiling, body_ceiling);
}

void m365_job_free(struct m365_job *job) {
  m365_transfer_free(&job->transfer);
  m365_request_free(&job->request);
  if (job->origin != NULL)
    m365_origin_release(job->origin);
  job->origin = NULL;
}

enum m365_sent m365_job_sent(const struct m365_job *job) {
  if (job->transfer.phase < M365_PHASE_SENT)
    return M365_SENT_NO;
  return job->transfer.status > 0 ? M365_SENT_YES : M365_SENT_UNKNOWN;
}
