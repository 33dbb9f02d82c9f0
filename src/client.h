/*
** client: one tenant, with what its requests share.
*/
#ifndef m365_client_h
#define m365_client_h

#include <stdbool.h>
#include <lua.h>

#include "await.h"
#include "contract.h"
#include "engine.h"
#include "options.h"

/* What a client sets for all calls, and each call may set for itself. */
struct m365_settings {
  struct m365_deadlines deadlines;
  unsigned retries;
  double backoff; /* seconds; the first pause, before jitter */
  size_t max_response_size, max_header_size; /* bytes */
};

extern const struct m365_option m365_setting_rows[];

/* user values of a client */
enum {
  M365_CLIENT_CREDENTIAL = 1, /* a function, or a callable value */
  M365_CLIENT_CLOCK,
  M365_CLIENT_RENEWAL,     /* the task that fetches a token, or nil */
  M365_CLIENT_TOKEN_ERROR, /* why the last one did not come */
  M365_CLIENT_NEWBORN,     /* id -> when we made it, monotonic */
  M365_CLIENT_TEXTS,       /* anchors the strings below */
  M365_CLIENT_SERVICES,    /* name -> service object */
  M365_CLIENT_VALUES = M365_CLIENT_SERVICES
};

/* The cached token. Times are the client's clock's. */
struct m365_token {
  char *line; /* the whole Authorization header; wiped when freed */
  unsigned generation;
  double expires, renew_at; /* M365_NEVER: not known */
  double deadline;          /* monotonic; of the renewal under way */
};

struct m365_client {
  struct m365_origin *origin; /* NULL: closed */
  struct m365_engine *const *engine;
  struct m365_token token;
  struct m365_settings settings;
  bool beta;
  unsigned max_artifacts;
  /* anchored in M365_CLIENT_TEXTS */
  const char *base;       /* scheme, host, port: "https://graph.microsoft.com" */
  const char *user_agent; /* the whole header line */
};

/* The client at `index`, open; raises otherwise. */
struct m365_client *m365_check_client(lua_State *L, int index);

/* m365restore.core.client(options) */
int m365_client_new(lua_State *L);

void m365_client_open(lua_State *L);

/* Remembers, or tells, that the thing with the id on the top of the stack
   was made by us within the last minute; pops it. */
void m365_client_note_newborn(lua_State *L, int client);
double m365_client_newborn_until(lua_State *L, int client);

/* Pushes a link, or a path, as a URL of the client's own host; false: it
   leads elsewhere, and nothing is pushed. Paths with and without the version
   in front are documented. */
bool m365_client_push_url(lua_State *L, const struct m365_client *c,
                          const char *link);

/* "v1.0" or "beta" */
const char *m365_client_version(const struct m365_client *c);

/* token.c: gives an ASKING job the client's token, or starts to get one */
void m365_token_authorize(lua_State *L, struct m365_operation *op, int index);
void m365_token_forget(struct m365_token *t);
/* Sets a token that never changes; raises on one that cannot be sent. */
void m365_token_set(lua_State *L, struct m365_client *c, int index);

#endif
