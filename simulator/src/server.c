/*
** The HTTP side: libmicrohttpd with a thread per connection, so that an
** answer may wait, stall or break without a thought for the others.
** Listens on 127.0.0.1 only.
*/
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim.h"

#define LARGEST_BODY ((size_t)16 * 1024 * 1024)
#define LARGEST_HEAD ((size_t)128 * 1024) /* per connection, in the daemon */

/* {====== One exchange ====== */

/* First sight of a request: keep its target as it was sent. */
static void *begin(void *context, const char *uri, struct MHD_Connection *c) {
  struct request *r = calloc(1, sizeof *r);
  (void)context;
  (void)c;
  if (r == NULL)
    return NULL;
  m365_buffer_init(&r->target, SIZE_MAX);
  m365_buffer_init(&r->headers, SIZE_MAX);
  m365_buffer_init(&r->body, LARGEST_BODY);
  if (m365_buffer_append(&r->target, uri, strlen(uri)))
    return r;
  free(r);
  return NULL;
}

static void end(void *context, struct MHD_Connection *c, void **request,
                enum MHD_RequestTerminationCode code) {
  struct request *r = *request;
  (void)context;
  (void)c;
  (void)code;
  if (r == NULL)
    return;
  m365_buffer_free(&r->target);
  m365_buffer_free(&r->headers);
  m365_buffer_free(&r->body);
  free(r);
  *request = NULL;
}

static enum MHD_Result copy_header(void *context, enum MHD_ValueKind kind,
                                   const char *name, const char *value) {
  struct m365_buffer *headers = context;
  (void)kind;
  if (value == NULL)
    value = "";
  return m365_buffer_append(headers, name, strlen(name) + 1) &&
                 m365_buffer_append(headers, value, strlen(value) + 1)
             ? MHD_YES
             : MHD_NO;
}

static int socket_of(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

/*
** Dissolving the association sends a true RST. SO_LINGER would not: the
** daemon shuts the socket down before it closes it, which sends FIN.
*/
static void reset(int fd) {
  struct sockaddr nobody;
  memset(&nobody, 0, sizeof nobody);
  nobody.sa_family = AF_UNSPEC;
  (void)connect(fd, &nobody, sizeof nobody);
}

static void send_raw(int fd, const struct m365_buffer *raw) {
  size_t sent = 0;
  while (sent < raw->length) {
    ssize_t n = send(fd, raw->bytes + sent, raw->length - sent, MSG_NOSIGNAL);
    if (n <= 0)
      return; /* the peer has gone: nobody misses the rest */
    sent += (size_t)n;
  }
}

/* MHD_NO makes the daemon close the connection without a word. */
static enum MHD_Result act(struct MHD_Connection *c, struct answer *a) {
  switch (a->action) {
  case ACTION_RESET:
    reset(socket_of(c));
    return MHD_NO;
  case ACTION_RAW:
    send_raw(socket_of(c), &a->raw);
    return MHD_NO;
  case ACTION_DROP:
    return MHD_NO;
  default:
    if (a->response == NULL)
      return MHD_NO;
    return MHD_queue_response(c, a->status, a->response);
  }
}

static enum MHD_Result reply(struct server *s, struct MHD_Connection *c,
                             struct request *r) {
  struct answer a;
  enum MHD_Result result = MHD_NO;
  memset(&a, 0, sizeof a);
  MHD_get_connection_values(c, MHD_HEADER_KIND, copy_header, &r->headers);
  sim_model_answer(&s->model, r, &a);
  if (sim_gate_wait(&s->gate, a.wait))
    result = act(c, &a);
  if (a.response != NULL)
    MHD_destroy_response(a.response);
  m365_buffer_free(&a.raw);
  return result;
}

static unsigned long connection_of(struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? (unsigned long)(uintptr_t)info->socket_context : 0;
}

static enum MHD_Result serve(void *context, struct MHD_Connection *c,
                             const char *url, const char *method,
                             const char *version, const char *data,
                             size_t *size, void **request) {
  struct request *r = *request;
  (void)url;
  (void)version;
  if (r == NULL)
    return MHD_NO;
  r->method = method;
  r->connection = connection_of(c);
  if (!r->greeted) {
    r->greeted = true; /* an answer now would end keep-alive: read on */
    return MHD_YES;
  }
  if (*size == 0)
    return reply(context, c, r);
  if (!m365_buffer_append(&r->body, data, *size))
    r->truncated = true;
  *size = 0;
  return MHD_YES;
}

/* }====== */

/* {====== New connections ====== */

/*
** Takes the socket out of the daemon's hands, whose descriptor is from now on
** one whose peer has gone; -1: it stays there. The socket is closed at the
** end: closed before its peer has read all, it would send RST.
*/
static int take_socket(struct server *s, struct MHD_Connection *c) {
  int pair[2], fd = -1;
  int *held = realloc(s->held, (s->held_count + 1) * sizeof *held);
  if (held == NULL)
    return -1;
  s->held = held;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return -1;
  fd = fcntl(socket_of(c), F_DUPFD_CLOEXEC, 0);
  if (fd >= 0) {
    held[s->held_count++] = fd;
    (void)dup2(pair[0], socket_of(c));
  }
  close(pair[0]);
  close(pair[1]);
  return fd;
}

/* Before anything is read from it, and before TLS. */
static void disturb(struct server *s, struct MHD_Connection *c,
                    const struct answer *a) {
  int fd = take_socket(s, c);
  if (fd < 0)
    return;
  if (a->action == ACTION_RESET)
    reset(fd);
  if (a->action == ACTION_RAW)
    send_raw(fd, &a->raw);
  if (a->action != ACTION_SILENCE)
    (void)shutdown(fd, SHUT_WR);
}

/* Numbers connections, so that a test can tell a fresh one from a reused. One
   thread accepts them all. */
static void greet(void *context, struct MHD_Connection *c, void **number,
                  enum MHD_ConnectionNotificationCode code) {
  struct server *s = context;
  struct answer a;
  if (code != MHD_CONNECTION_NOTIFY_STARTED)
    return;
  *number = (void *)(uintptr_t)++s->connections;
  memset(&a, 0, sizeof a);
  sim_model_connect(&s->model, &a);
  if (a.action != ACTION_ANSWER)
    disturb(s, c, &a);
  m365_buffer_free(&a.raw);
}

/* The model decodes targets by itself: escapes stay. */
static size_t keep_escapes(void *context, struct MHD_Connection *c, char *s) {
  (void)context;
  (void)c;
  return strlen(s);
}

/* }====== */

/* {====== Start and stop ====== */

static bool say(struct m365_buffer *why, const char *what, int code) {
  (void)m365_buffer_append(why, what, strlen(what));
  if (code == 0)
    return false;
  (void)m365_buffer_append(why, ": ", 2);
  what = strerror(code);
  (void)m365_buffer_append(why, what, strlen(what));
  return false;
}

static struct MHD_Daemon *daemon_of(struct server *s, unsigned short port) {
  struct sockaddr_in here;
  struct MHD_OptionItem tls[] = {
      {MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate},
      {MHD_OPTION_HTTPS_MEM_KEY, 0, s->key},
      {s->priorities ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0,
       s->priorities},
      {MHD_OPTION_END, 0, NULL}};
  unsigned int flags = MHD_USE_THREAD_PER_CONNECTION |
                       MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                       MHD_USE_ITC | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
  if (s->certificate != NULL)
    flags |= MHD_USE_TLS;
  memset(&here, 0, sizeof here);
  here.sin_family = AF_INET;
  here.sin_port = htons(port);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return MHD_start_daemon(
      flags, port, NULL, NULL, serve, s, MHD_OPTION_SOCK_ADDR, &here,
      MHD_OPTION_URI_LOG_CALLBACK, begin, s, MHD_OPTION_NOTIFY_COMPLETED, end,
      s, MHD_OPTION_NOTIFY_CONNECTION, greet, s, MHD_OPTION_UNESCAPE_CALLBACK,
      keep_escapes, s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, LARGEST_HEAD,
      MHD_OPTION_ARRAY, s->certificate ? tls : tls + 3, MHD_OPTION_END);
}

/* Signals belong to the threads of the host program, never to ours. */
static bool launch(struct server *s, unsigned short port,
                   struct m365_buffer *why) {
  const union MHD_DaemonInfo *info;
  sigset_t all, before;
  int code;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  errno = 0;
  s->daemon = daemon_of(s, port);
  code = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (s->daemon == NULL)
    return say(why, "cannot start the server", code);
  info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
  s->port = info ? info->port : port;
  return true;
}

static bool prepare(struct server *s, const struct model_options *o,
                    struct m365_buffer *why) {
  int code = sim_gate_init(&s->gate);
  if (code != 0)
    return say(why, "cannot make a lock", code);
  s->model.gate = &s->gate;
  code = sim_model_open(&s->model, o, why);
  if (code == 0) {
    s->prepared = true;
    return true;
  }
  sim_gate_destroy(&s->gate);
  return why->length > 0 ? false : say(why, "cannot start the model", code);
}

/* libmicrohttpd keeps pointers to what it is given: these live as long. */
static bool copy(char **to, const char *from) {
  if (from == NULL)
    return true;
  *to = strdup(from);
  return *to != NULL;
}

bool sim_server_start(struct server *s, const struct server_options *o,
                      struct m365_buffer *why) {
  if (!copy(&s->certificate, o->certificate) || !copy(&s->key, o->key) ||
      !copy(&s->priorities, o->priorities))
    return say(why, "cannot copy the certificate", ENOMEM);
  return prepare(s, &o->model, why) && launch(s, o->port, why);
}

void sim_server_stop(struct server *s) {
  struct MHD_Daemon *daemon = s->daemon;
  s->daemon = NULL;
  if (daemon != NULL) {
    sim_gate_open(&s->gate); /* or the next line waits for every stall */
    MHD_stop_daemon(daemon);
  }
  if (s->prepared) {
    s->prepared = false;
    sim_model_close(&s->model);
    sim_gate_destroy(&s->gate);
  }
  while (s->held_count > 0)
    close(s->held[--s->held_count]);
  free(s->held);
  s->held = NULL;
  free(s->certificate);
  free(s->key);
  free(s->priorities);
  s->certificate = s->key = s->priorities = NULL;
}

/* }====== */
