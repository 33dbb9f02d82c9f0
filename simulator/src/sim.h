/*
** The host of the simulator: an HTTP server over libmicrohttpd that asks a
** model, written in Lua and run in a state of its own, for every answer.
**
**   gate    waits that end at once when the host stops
**   body    bodies that pause, or end too early
**   model   the model's lua_State and its lock
**   server  the HTTP side: exchanges, wire actions
**   host    the Lua module, and nothing else
*/
#ifndef M365RESTORE_SIMULATOR_SIM_H
#define M365RESTORE_SIMULATOR_SIM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* {====== gate: a wait that others can end ====== */

struct gate {
  pthread_mutex_t lock;
  pthread_cond_t opened;
  bool open;
};

int sim_gate_init(struct gate *g);
void sim_gate_destroy(struct gate *g);
void sim_gate_open(struct gate *g);

/* Waits; false when the gate was opened before the time was over. */
bool sim_gate_wait(struct gate *g, double seconds);

/* Seconds of the monotonic clock that host and model share. */
double sim_monotonic(void);

/* }====== */

/* {====== body: what breaks on its way ====== */

struct MHD_Response;

/*
** A body that is not sent in one piece: it pauses at an offset, and ends
** in a broken connection at another. Offsets beyond the end do nothing.
*/
struct MHD_Response *sim_broken_body(struct gate *g, const char *data,
                                     size_t size, size_t pause_at,
                                     double seconds, size_t cut_at);

/* }====== */

/* {====== model: Lua on the other side ====== */

struct lua_State;

/* The last one is for connections alone: nobody reads, and nothing is said. */
enum action {
  ACTION_ANSWER,
  ACTION_DROP,
  ACTION_RESET,
  ACTION_RAW,
  ACTION_SILENCE
};

/* One request, as the server has read it. */
struct request {
  const char *method;
  struct m365_buffer target;  /* path and query, as sent */
  struct m365_buffer headers; /* name NUL value NUL, repeated */
  struct m365_buffer body;
  unsigned long connection;
  bool truncated; /* the body went over its ceiling and was cut */
  bool greeted;   /* libmicrohttpd has shown us the headers */
};

/* What the model wants to happen on the wire. */
struct answer {
  struct MHD_Response *response;
  unsigned int status;
  enum action action;
  double wait;            /* real seconds before anything is sent */
  struct m365_buffer raw; /* ACTION_RAW: sent instead of HTTP */
};

struct model {
  struct lua_State *L;
  pthread_mutex_t lock;
  struct gate *gate;
};

struct model_options {
  const char *module;  /* required in the new state; has new(options) */
  const char *options; /* JSON, handed to new */
  const char *path;    /* package.path and package.cpath of the state */
  const char *cpath;
};

/* Zero, or an errno; "why" receives the reason. No thread may know "m". */
int sim_model_open(struct model *m, const struct model_options *o,
                   struct m365_buffer *why);
void sim_model_close(struct model *m);

/* Both lock. What they put into their last argument the caller frees. */
void sim_model_answer(struct model *m, struct request *r, struct answer *a);
bool sim_model_call(struct model *m, const char *name, const char *json,
                    struct m365_buffer *result);

/* What becomes of a new connection; ACTION_ANSWER: it is served. Locks. */
void sim_model_connect(struct model *m, struct answer *a);

/* }====== */

/* {====== server: libmicrohttpd ====== */

struct MHD_Daemon;

struct server {
  struct MHD_Daemon *daemon;
  struct gate gate;
  struct model model;
  unsigned long connections; /* of the thread that accepts */
  int *held; /* sockets that were taken out of the daemon's hands */
  size_t held_count;
  unsigned short port;
  bool prepared; /* gate and model need to be freed */
  char *certificate;
  char *key;
  char *priorities;
};

struct server_options {
  struct model_options model;
  unsigned short port;
  const char *certificate; /* PEM; both or neither */
  const char *key;
  const char *priorities; /* GnuTLS priority string, or NULL */
};

/* "s" is zeroed memory. On failure "why" says why; stop is still needed. */
bool sim_server_start(struct server *s, const struct server_options *o,
                      struct m365_buffer *why);
void sim_server_stop(struct server *s);

/* }====== */

#endif
