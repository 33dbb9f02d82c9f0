#include "http/engine.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signal.h"

/* easy handles kept for reuse; more than this run only in bursts */
#define SPARE_HANDLES 8

/* descriptors one transfer may hold at a time: two connection attempts that
   race, a resolver, and one in hand */
#define DESCRIPTORS_PER_TRANSFER 4

/* OpenSSL writes to sockets with write(2): every stretch of libcurl's work is
   held between m365_signal_hold and m365_signal_release, so that a peer that
   went away does not kill the host. */
struct m365_engine {
  CURLM *multi;
  pid_t pid; /* the process that owns the multi handle */
  struct m365_job lists[M365_STATES]; /* heads of rings */
  size_t running;
  struct pollfd *descriptors;
  size_t descriptor_count, descriptor_room;
  double curl_due; /* monotonic; when libcurl wants to be called */
  CURL *spare[SPARE_HANDLES];
  size_t spare_count;
  uint64_t chance; /* state of the jitter */
  struct m365_event_ring events;
  bool unasked; /* a job is ASKING that nobody has looked at */
};

/*
** Rings of jobs
*/

static void unlink_job(struct m365_job *job) {
  if (job->next != NULL) {
    job->previous->next = job->next;
    job->next->previous = job->previous;
    job->next = job->previous = NULL;
  }
}

static bool has_place(const struct m365_job *job) {
  return job->origin != NULL &&
         (job->state == M365_ASKING || job->state == M365_RUNNING);
}

/* The only place where a state changes, so that the count of active jobs of
   an origin cannot drift. */
static void move(struct m365_engine *e, struct m365_job *job,
                 enum m365_state state) {
  unlink_job(job);
  if (has_place(job))
    job->origin->active--;
  job->state = state;
  if (state == M365_ASKING)
    e->unasked = true;
  if (has_place(job))
    job->origin->active++;
  if (state != M365_IDLE) {
    struct m365_job *head = &e->lists[state];
    job->next = head;
    job->previous = head->previous;
    job->previous->next = head->previous = job;
  }
}

/* Walks a list whose current member may be moved by the body. */
#define FOR_EACH(job, e, state)                                                \
  for (struct m365_job *job = (e)->lists[state].next, *job##_next;             \
       job##_next = job->next, job != &(e)->lists[state]; job = job##_next)

/*
** libcurl's wishes: descriptors and a timer
*/

static struct pollfd *find_descriptor(struct m365_engine *e, int fd) {
  for (size_t i = 0; i < e->descriptor_count; i++)
    if (e->descriptors[i].fd == fd)
      return &e->descriptors[i];
  return NULL;
}

static void drop_descriptor(struct m365_engine *e, struct pollfd *d) {
  if (d != NULL)
    *d = e->descriptors[--e->descriptor_count];
}

/* There is always room: it was made before the transfer started. */
static struct pollfd *add_descriptor(struct m365_engine *e, int fd) {
  struct pollfd *d = NULL;
  if (e->descriptor_count < e->descriptor_room) {
    d = &e->descriptors[e->descriptor_count++];
    memset(d, 0, sizeof *d);
    d->fd = fd;
  }
  return d;
}

static int on_descriptor(CURL *easy, curl_socket_t fd, int what, void *data,
                         void *unused) {
  struct m365_engine *e = data;
  struct pollfd *d = find_descriptor(e, fd);
  (void)easy, (void)unused;
  if (what == CURL_POLL_REMOVE) {
    drop_descriptor(e, d);
    return 0;
  }
  if (d == NULL)
    d = add_descriptor(e, fd);
  if (d == NULL)
    return -1;
  d->events = (short)((what & CURL_POLL_IN ? POLLIN : 0) |
                      (what & CURL_POLL_OUT ? POLLOUT : 0));
  return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *data) {
  struct m365_engine *e = data;
  (void)multi;
  e->curl_due = milliseconds < 0
                    ? M365_NEVER
                    : m365_clock_monotonic() + (double)milliseconds / 1000;
  return 0;
}

static bool make_descriptor_room(struct m365_engine *e) {
  size_t needed =
      e->descriptor_count + (e->running + 1) * DESCRIPTORS_PER_TRANSFER;
  struct pollfd *grown;
  if (needed <= e->descriptor_room)
    return true;
  grown = realloc(e->descriptors, 2 * needed * sizeof *grown);
  if (grown == NULL)
    return false;
  e->descriptors = grown;
  e->descriptor_room = 2 * needed;
  return true;
}

/*
** Easy handles
*/

static CURL *take_handle(struct m365_engine *e) {
  if (e->spare_count > 0)
    return e->spare[--e->spare_count];
  return curl_easy_init();
}

/* A handle whose transfer failed is not used again: after a name that did not
   resolve, libcurl 7.88 refuses to set it up anew. */
static void give_handle(struct m365_engine *e, CURL *easy, bool fine) {
  if (!fine || e->spare_count == SPARE_HANDLES) {
    curl_easy_cleanup(easy);
    return;
  }
  curl_easy_reset(easy); /* also lets go of pointers into the job */
  e->spare[e->spare_count++] = easy;
}

/* Takes a running job's handle out of libcurl; its connection, if the
   transfer was whole, stays in the pool. */
static void detach(struct m365_engine *e, struct m365_job *job,
                   CURLcode result) {
  CURL *easy = job->transfer.easy;
  curl_multi_remove_handle(e->multi, easy);
  m365_transfer_finish(&job->transfer, result);
  give_handle(e, easy, result == CURLE_OK);
  e->running--;
}

/*
** After an attempt
*/

/* xorshift64: jitter needs to be uneven, not unpredictable */
static double chance(struct m365_engine *e) {
  e->chance ^= e->chance << 13;
  e->chance ^= e->chance >> 7;
  e->chance ^= e->chance << 17;
  return (double)(e->chance >> 11) / 9007199254740992.0; /* 2^53 */
}

/* The longest pause that the headers of that name ask for, as they say it. */
static double longest_pause(const struct m365_transfer *t, const char *name,
                            double now) {
  double longest = -1;
  size_t length;
  const char *value = m365_transfer_header(t, name, &length);
  for (; value != NULL;
       value = m365_transfer_next_header(t, name, value, &length))
    longest = fmax(longest, m365_retry_advice(value, length, now));
  return longest;
}

/* A gateway adds its own header to the service's. Moments are counted from
   the answer's Date, so that a wrong clock here does not shorten the wait. */
static double read_advice(const struct m365_transfer *t) {
  static const char *const in_milliseconds[] = {"x-ms-retry-after-ms",
                                                "retry-after-ms"};
  double date, longest;
  size_t length;
  if (t->head.length == 0)
    return -1;
  date = m365_transfer_header(t, "Retry-After", &length) != NULL
             ? m365_transfer_date(t)
             : 0;
  longest =
      longest_pause(t, "Retry-After", date < 0 ? m365_clock_wall() : date);
  for (size_t i = 0; i < 2; i++)
    longest = fmax(longest, longest_pause(t, in_milliseconds[i], 0) / 1000);
  return longest < 0 ? -1 : longest;
}

/* Continuous Access Evaluation may refuse a token with a 403, too. Every
   scheme may have a header of its own. */
static bool is_challenge(const struct m365_transfer *t) {
  static const char claims[] = "insufficient_claims";
  static const char name[] = "WWW-Authenticate";
  size_t length;
  const char *value =
      t->status == 403 ? m365_transfer_header(t, name, &length) : NULL;
  for (; value != NULL;
       value = m365_transfer_next_header(t, name, value, &length))
    if (memmem(value, length, claims, sizeof claims - 1) != NULL)
      return true;
  return false;
}

static enum m365_outcome outcome_of(const struct m365_job *job) {
  const struct m365_transfer *t = &job->transfer;
  bool sent = t->phase >= M365_PHASE_SENT;
  if (t->off_limits || t->proxy_refused || t->no_descriptor)
    return M365_HOPELESS;
  if (t->result == CURLE_OK && is_challenge(t))
    return M365_UNAUTHORIZED;
  return m365_retry_outcome(t->result, sent, t->status, job->advice >= 0);
}

static enum m365_verdict judge(const struct m365_job *job, double now) {
  struct m365_attempt t = {
      .effect = job->effect,
      .outcome = job->outcome,
      .attempts = job->attempts,
      .limit = job->limit,
      .reauthorized = job->reauthorized || job->anonymous,
      .in_grace = now < job->grace_until,
  };
  return m365_retry_judge(&t);
}

/* What was asked of one call holds for all of its client, also where that
   call itself is not repeated; for an hour at most, because a clock or a unit
   may be wrong. */
static void throttle_origin(struct m365_engine *e, const struct m365_job *job,
                            double now, double pause) {
  job->origin->advised_until = fmax(job->origin->advised_until, now + pause);
  pause = fmin(pause, M365_LONGEST_ADVICE);
  if (job->origin->throttled_until >= now + pause)
    return;
  job->origin->throttled_until = now + pause;
  m365_event_record(&e->events, job, M365_EVENT_THROTTLE, pause);
}

/* Waits for the next attempt, unless that would be past the deadline: then the
   answer that is there is the best one to hand out. */
static void again(struct m365_engine *e, struct m365_job *job, double now) {
  double advice = fmin(job->advice, M365_LONGEST_ADVICE);
  double pause =
      m365_retry_delay(job->attempts, job->first_pause, advice, chance(e));
  job->wake = now + pause;
  if (job->outcome == M365_THROTTLED)
    throttle_origin(e, job, now, fmax(pause, job->advice));
  if (job->wake >= job->deadline) {
    job->verdict = M365_FINISH;
    move(e, job, M365_DONE);
  } else {
    m365_event_record(&e->events, job, M365_EVENT_RETRY, pause);
    move(e, job, M365_WAITING);
  }
}

static void note_earlier(struct m365_job *job) {
  const struct m365_transfer *t = &job->transfer;
  job->earlier.attempts++;
  job->earlier.result = t->result;
  job->earlier.status = t->status;
  job->earlier.cut = t->cut;
}

static void conclude(struct m365_engine *e, struct m365_job *job) {
  double now = m365_clock_monotonic();
  job->advice = read_advice(&job->transfer);
  job->outcome = outcome_of(job);
  job->verdict = judge(job, now);
  if (job->verdict == M365_AGAIN) {
    note_earlier(job);
    again(e, job, now);
  } else if (job->verdict == M365_REAUTHORIZE) {
    job->reauthorized = job->refused = true;
    m365_event_record(&e->events, job, M365_EVENT_REFUSED, 0);
    move(e, job, M365_ASKING);
  } else {
    if (job->outcome == M365_THROTTLED && job->advice >= 0)
      throttle_origin(e, job, now, job->advice);
    move(e, job, M365_DONE);
  }
}

/* Ends a job that is not with libcurl, for a reason of ours. */
static void end_early(struct m365_engine *e, struct m365_job *job,
                      enum m365_cut why) {
  job->transfer.cut = why;
  job->transfer.phase = M365_PHASE_IDLE;
  job->outcome = M365_UNDELIVERED;
  job->verdict = M365_FINISH;
  move(e, job, M365_DONE);
}

/* Ends an attempt that libcurl is working on. A phase that took too long is
   judged like any failure; the end of the whole call, or of the client, is
   final. */
static void cut_short(struct m365_engine *e, struct m365_job *job,
                      enum m365_cut why) {
  bool final = why >= M365_CUT_DEADLINE;
  struct m365_held_signal held;
  job->transfer.cut = why;
  m365_signal_hold(&held, SIGPIPE);
  detach(e, job, CURLE_OPERATION_TIMEDOUT);
  m365_signal_release(&held);
  if (final)
    job->limit = 0;
  conclude(e, job);
}

static void end_now(struct m365_engine *e, struct m365_job *job,
                    enum m365_cut why) {
  if (job->state == M365_RUNNING)
    cut_short(e, job, why);
  else
    end_early(e, job, why);
}

/*
** Moving on
*/

/* Throttling beyond the deadline would be waited for in vain: the caller gets
   the service's advice instead. */
static void admit(struct m365_engine *e, double now) {
  FOR_EACH(job, e, M365_QUEUED) {
    const struct m365_origin *o = job->origin;
    if (o->throttled_until >= job->deadline) {
      job->advice = fmax(o->advised_until, o->throttled_until) - now;
      end_early(e, job, M365_CUT_THROTTLED);
    } else if (now >= o->throttled_until && o->active < o->limit) {
      move(e, job, M365_ASKING);
    }
  }
}

static void wake(struct m365_engine *e, double now) {
  FOR_EACH(job, e, M365_WAITING) {
    if (now >= job->wake)
      move(e, job, job->timer ? M365_DONE : M365_QUEUED);
  }
}

static void expire(struct m365_engine *e, enum m365_state state, double now) {
  FOR_EACH(job, e, state) {
    if (now >= job->deadline)
      end_now(e, job, M365_CUT_DEADLINE);
  }
}

static void watch_phases(struct m365_engine *e, double now) {
  FOR_EACH(job, e, M365_RUNNING) {
    enum m365_cut why;
    m365_transfer_observe(&job->transfer, now);
    if (now >= m365_transfer_limit(&job->transfer, &job->deadlines, &why))
      cut_short(e, job, why);
  }
}

static void harvest(struct m365_engine *e) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(e->multi, &left)) != NULL) {
    struct m365_job *job = NULL;
    CURLcode result = message->data.result;
    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job);
    detach(e, job, result);
    conclude(e, job);
  }
}

/* What had left before a fork goes on in the parent: here nobody knows. */
static void end_forked(struct m365_engine *e, struct m365_job *job) {
  job->transfer.easy = NULL;
  job->transfer.cut = M365_CUT_FORKED;
  job->transfer.result = CURLE_ABORTED_BY_CALLBACK;
  job->limit = 0;
  conclude(e, job);
}

/* In the child of a fork the connections are the parent's: they are left
   alone, without the goodbye that would end them for both. */
static void notice_fork(struct m365_engine *e) {
  if (e->pid == getpid())
    return;
  e->pid = getpid();
  e->multi = NULL;
  e->spare_count = e->running = e->descriptor_count = 0;
  e->curl_due = M365_NEVER;
  FOR_EACH(job, e, M365_RUNNING)
  end_forked(e, job);
}

static bool make_multi(struct m365_engine *e) {
  if (e->multi != NULL)
    return true;
  e->multi = curl_multi_init();
  if (e->multi == NULL)
    return false;
  curl_multi_setopt(e->multi, CURLMOPT_SOCKETFUNCTION, on_descriptor);
  curl_multi_setopt(e->multi, CURLMOPT_SOCKETDATA, e);
  curl_multi_setopt(e->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(e->multi, CURLMOPT_TIMERDATA, e);
  /* an older libcurl says that it does not know this one, which is fine */
  curl_multi_setopt(e->multi, M365_CURLMOPT_QUICK_EXIT, 1L);
  return true;
}

static void advance(struct m365_engine *e) {
  double now = m365_clock_monotonic();
  wake(e, now);
  for (int state = M365_QUEUED; state <= M365_WAITING; state++)
    expire(e, (enum m365_state)state, now);
  watch_phases(e, now);
  admit(e, now);
}

void m365_engine_advance(struct m365_engine *e) {
  notice_fork(e);
  advance(e);
}

/*
** Starting
*/

static void out_of_memory(struct m365_engine *e, struct m365_job *job) {
  job->no_memory = true;
  job->outcome = M365_HOPELESS;
  job->verdict = M365_FINISH;
  move(e, job, M365_DONE);
}

/* A connection of its own for every write, and for whatever must not be
   repeated, so that libcurl cannot repeat it by itself; and for every second
   attempt, as the service advises. */
static bool hand_to_curl(struct m365_engine *e, struct m365_job *job,
                         CURL *easy) {
  bool fresh =
      job->effect == M365_WRITE || job->attempts > 1 || job->limit <= 1;
  return m365_transfer_prepare(&job->transfer, easy, &job->request,
                               &job->origin->route, fresh,
                               job->deadlines.connect) &&
         curl_easy_setopt(easy, CURLOPT_PRIVATE, job) == CURLE_OK &&
         curl_multi_add_handle(e->multi, easy) == CURLM_OK;
}

/* Needs no held: adding a handle only books the transfer; libcurl touches a
   socket when it is served. */
static void start(struct m365_engine *e, struct m365_job *job) {
  CURL *easy = NULL;
  if (make_multi(e) && make_descriptor_room(e))
    easy = take_handle(e);
  job->attempts++;
  if (easy != NULL && hand_to_curl(e, job, easy)) {
    e->running++;
    move(e, job, M365_RUNNING);
    return;
  }
  if (easy != NULL)
    give_handle(e, easy, false);
  job->transfer.easy = NULL;
  out_of_memory(e, job);
}

void m365_engine_authorize(struct m365_engine *e, struct m365_job *job,
                           const char *line) {
  if (line != NULL && !m365_request_authorize(&job->request, line)) {
    out_of_memory(e, job);
    return;
  }
  job->refused = false;
  start(e, job);
}

/* What the last attempt brought, a 401, stays as it is. */
void m365_engine_deny(struct m365_engine *e, struct m365_job *job) {
  job->unauthorized = true;
  if (job->refused)
    move(e, job, M365_DONE);
  else
    end_early(e, job, M365_CUT_NOT);
}

struct m365_job *m365_engine_asking(struct m365_engine *e,
                                    const struct m365_job *job) {
  struct m365_job *head = &e->lists[M365_ASKING];
  struct m365_job *next = job != NULL ? job->next : head->next;
  e->unasked = false;
  return next != head ? next : NULL;
}

/*
** Waiting
*/

static double job_due(const struct m365_job *job) {
  enum m365_cut why;
  switch (job->state) {
  case M365_QUEUED: /* a place comes with a DONE; only throttling has a time */
    return fmin(job->deadline, job->origin->throttled_until > 0 &&
                                       job->origin->active < job->origin->limit
                                   ? job->origin->throttled_until
                                   : M365_NEVER);
  case M365_WAITING:
    return fmin(job->deadline, job->wake);
  case M365_RUNNING:
    return fmin(job->deadline,
                m365_transfer_limit(&job->transfer, &job->deadlines, &why));
  default:
    return job->deadline;
  }
}

/* When to look again though nothing came from the network. */
static double next_due(struct m365_engine *e) {
  double due = e->running > 0 ? e->curl_due : M365_NEVER;
  for (int state = M365_QUEUED; state <= M365_WAITING; state++)
    FOR_EACH(job, e, state)
  due = fmin(due, job_due(job));
  return due;
}

double m365_engine_timeout(struct m365_engine *e) {
  struct m365_job *done = &e->lists[M365_DONE];
  double due;
  if (done->next != done || e->unasked)
    return 0;
  due = next_due(e);
  return due == M365_NEVER ? due : fmax(due - m365_clock_monotonic(), 0);
}

static int milliseconds(double seconds) {
  return seconds > 3600 ? 3600000 : (int)ceil(seconds * 1000);
}

/* The array is copied down while libcurl works through it: its callbacks
   add and drop entries. */
static void serve_descriptors(struct m365_engine *e) {
  int still_running;
  for (size_t i = e->descriptor_count; i-- > 0;) {
    struct pollfd d;
    int what;
    if (i >= e->descriptor_count)
      continue; /* dropped meanwhile */
    d = e->descriptors[i];
    e->descriptors[i].revents = 0;
    what = (d.revents & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) |
           (d.revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
           (d.revents & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR : 0);
    if (what != 0)
      curl_multi_socket_action(e->multi, d.fd, what, &still_running);
  }
}

static void serve_timer(struct m365_engine *e) {
  int still_running;
  if (m365_clock_monotonic() < e->curl_due)
    return;
  e->curl_due = M365_NEVER; /* libcurl sets the next one itself */
  curl_multi_socket_action(e->multi, CURL_SOCKET_TIMEOUT, 0, &still_running);
}

/* Runs what is due in libcurl, which may finish jobs and start none. */
static void serve(struct m365_engine *e) {
  struct m365_held_signal held;
  if (e->multi == NULL)
    return;
  m365_signal_hold(&held, SIGPIPE);
  serve_descriptors(e);
  serve_timer(e);
  harvest(e);
  m365_signal_release(&held);
}

void m365_engine_step(struct m365_engine *e, double seconds) {
  double wait;
  m365_engine_advance(e);
  serve(e);
  wait = fmin(fmax(seconds, 0), m365_engine_timeout(e));
  poll(e->descriptors, e->descriptor_count, milliseconds(wait));
  serve(e);
  advance(e);
}

const struct pollfd *m365_engine_pollfds(struct m365_engine *e, size_t *n) {
  notice_fork(e);
  *n = e->descriptor_count;
  return e->descriptors;
}

/*
** Jobs
*/

void m365_engine_submit(struct m365_engine *e, struct m365_job *job) {
  job->deadline = m365_clock_monotonic() + job->deadlines.total;
  if (job->origin->closed)
    end_early(e, job, M365_CUT_CLOSED);
  else
    move(e, job, M365_QUEUED);
}

bool m365_engine_repeat(struct m365_engine *e, struct m365_job *job) {
  double now = m365_clock_monotonic(), pause;
  enum m365_outcome before = job->outcome;
  job->outcome = M365_UNCLEAR;
  pause = m365_retry_delay(job->attempts, job->first_pause, -1, chance(e));
  if (judge(job, now) != M365_AGAIN || now + pause >= job->deadline ||
      job->origin->closed) {
    job->outcome = before;
    return false;
  }
  note_earlier(job);
  job->earlier.result = CURLE_WEIRD_SERVER_REPLY; /* and not its status */
  job->earlier.status = 0;
  job->wake = now + pause;
  m365_event_record(&e->events, job, M365_EVENT_RETRY, pause);
  move(e, job, M365_WAITING);
  return true;
}

void m365_engine_sleep(struct m365_engine *e, struct m365_job *job,
                       double seconds) {
  job->timer = true;
  job->wake = m365_clock_monotonic() + seconds;
  if (job->origin != NULL && job->origin->closed)
    end_early(e, job, M365_CUT_CLOSED);
  else
    move(e, job, M365_WAITING);
}

void m365_engine_withdraw(struct m365_engine *e, struct m365_job *job) {
  struct m365_held_signal held;
  if (job->state == M365_RUNNING && e->pid == getpid()) {
    m365_signal_hold(&held, SIGPIPE);
    detach(e, job, CURLE_ABORTED_BY_CALLBACK);
    m365_signal_release(&held);
  }
  if (job->state == M365_DONE)
    m365_event_record(&e->events, job, M365_EVENT_REQUEST, 0);
  if (job->state != M365_IDLE)
    move(e, job, M365_IDLE);
}

struct m365_job *m365_engine_finished(struct m365_engine *e) {
  struct m365_job *job = e->lists[M365_DONE].next;
  return job != &e->lists[M365_DONE] ? job : NULL;
}

struct m365_event_ring *m365_engine_events(struct m365_engine *e) {
  return &e->events;
}

/*
** The engine itself
*/

void m365_engine_close(struct m365_engine *e, struct m365_origin *o) {
  struct m365_held_signal held;
  o->closed = true;
  m365_signal_hold(&held, SIGPIPE);
  notice_fork(e);
  for (int state = M365_QUEUED; state <= M365_WAITING; state++)
    FOR_EACH(job, e, state) {
      if (job->origin == o)
        end_now(e, job, M365_CUT_CLOSED);
    }
  m365_signal_release(&held);
}

static void start_curl(void) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct m365_engine *m365_engine_new(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct m365_engine *e = calloc(1, sizeof *e);
  if (e == NULL)
    return NULL;
  pthread_once(&once, start_curl);
  for (int state = 0; state < M365_STATES; state++)
    e->lists[state].next = e->lists[state].previous = &e->lists[state];
  e->pid = getpid();
  e->curl_due = M365_NEVER;
  e->chance = (uint64_t)(m365_clock_wall() * 1e6) ^ (uint64_t)(uintptr_t)e ^
              (uint64_t)e->pid << 32;
  e->chance |= 1; /* xorshift must not start at zero */
  return e;
}

static void release_curl(struct m365_engine *e) {
  struct m365_held_signal held;
  m365_signal_hold(&held, SIGPIPE);
  while (e->spare_count > 0)
    curl_easy_cleanup(e->spare[--e->spare_count]);
  if (e->multi != NULL)
    curl_multi_cleanup(e->multi);
  m365_signal_release(&held);
}

void m365_engine_free(struct m365_engine *e) {
  if (e == NULL)
    return;
  notice_fork(e);
  for (int state = 0; state < M365_STATES; state++)
    FOR_EACH(job, e, state)
  m365_engine_withdraw(e, job);
  release_curl(e);
  m365_event_ring_free(&e->events);
  free(e->descriptors);
  free(e);
}
