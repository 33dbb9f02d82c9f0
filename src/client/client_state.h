/*
** client_state: what the requests of one client share.
**
** The state behind a client, for those who make its calls; how a script makes
** one, and what it can do with it, is in `client`.
*/
#ifndef m365_client_state_h
#define m365_client_state_h

#include <stdbool.h>
#include <lua.h>

#include "bridge/await.h"
#include "http/engine.h"

/* What a client sets for all calls, and each call may set for itself. */
struct m365_settings {
  struct m365_deadlines deadlines;
  unsigned retries;
  double backoff; /* seconds; the first pause, before jitter */
  size_t max_response_size, max_header_size; /* bytes */
};

/* the metatable of clients */
#define M365_CLIENT "m365restore.client"

/* user values of a client */
enum {
  M365_CLIENT_CREDENTIAL = 1, /* a function, or a callable value */
  M365_CLIENT_CLOCK,
  M365_CLIENT_RENEWAL,     /* the task that fetches a token, or nil */
  M365_CLIENT_TOKEN_ERROR, /* why the last one did not come */
  M365_CLIENT_CREATED,     /* id -> when we made it, monotonic */
  M365_CLIENT_TEXTS,       /* anchors the strings below */
  M365_CLIENT_SERVICES,    /* name -> service object */
  M365_CLIENT_LOG,         /* the function that hears events, or nil */
  M365_CLIENT_VALUES = M365_CLIENT_LOG
};

/* The cached token. Times are the client's clock's. */
struct m365_token {
  char *line; /* the whole Authorization header; wiped when freed */
  unsigned generation;
  double expires, renew_at; /* M365_NEVER: not known */
  double hold;              /* monotonic; the credential is not asked before */
  /* of the renewal under way */
  double deadline; /* monotonic */
  double asked;    /* the client's clock's: when it was started */
  bool patient;    /* a person takes part: calls wait for as long */
  bool refused;    /* it was started because the last one was refused */
};

struct m365_client {
  struct m365_origin *origin; /* NULL: closed */
  struct m365_token token;
  m365_authorizer *authorize; /* gives its requests the token */
  struct m365_settings settings;
  bool beta;
  unsigned max_artifacts;
  /* anchored in M365_CLIENT_TEXTS */
  const char *base;       /* "https://graph.microsoft.com" */
  const char *user_agent; /* the whole header line */
};

/* The client at `index`, open; raises otherwise. */
struct m365_client *m365_client_check(lua_State *L, int index);

/* Is this user value of the client at `client` set? */
bool m365_client_has(lua_State *L, int client, int value);

/* Remembers, or tells, that the thing with the id on the top of the stack
   was made by us within the last minute; pops it. */
void m365_client_note_created(lua_State *L, int client);
double m365_client_grace_until(lua_State *L, int client);

/* "v1.0" or "beta" */
const char *m365_client_version(const struct m365_client *c);

#endif
