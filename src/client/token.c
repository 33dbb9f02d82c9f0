/*** @submodule m365restore.core */
/*
** token: who a client is, at this moment.
**
** One cache for each client. A token is asked for when a request is about to
** leave; one that is about to end is renewed while it still serves.
*/
#include "client/token.h"

#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "base/clock.h"
#include "bridge/hooks.h"
#include "http/redact.h"
#include "client/renewal.h"
#include "http/transfer.h"

/* larger than any token that a proxy lets through */
#define LONGEST_TOKEN 65536

#define HEADER "Authorization: Bearer "

void m365_token_forget(struct m365_token *t) {
  if (t->line != NULL) {
    m365_buffer_wipe(t->line, strlen(t->line));
    free(t->line);
  }
  t->line = NULL;
}

/* The clock is on the top: it stays. A clock without monotonic() is one that
   is never set. */
static void push_reader(lua_State *L) {
  if (lua_getfield(L, -1, "monotonic") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_getfield(L, -1, "now");
  }
}

double m365_token_now(lua_State *L, int client) {
  double t = m365_clock_monotonic();
  lua_getiuservalue(L, client, M365_CLIENT_CLOCK);
  if (!lua_isnil(L, -1)) {
    push_reader(L);
    lua_insert(L, -2);
    if (m365_hooks_call_without(L, 1, 1) == LUA_OK && lua_isnumber(L, -1))
      t = lua_tonumber(L, -1);
  }
  lua_pop(L, 1);
  return t;
}

const char *m365_token_problem(lua_State *L, int index) {
  size_t length;
  const char *s;
  if (lua_type(L, index) != LUA_TSTRING)
    return "a token must be a string";
  s = lua_tolstring(L, index, &length);
  if (length == 0 || length > LONGEST_TOKEN)
    return "a token must not be empty, or longer than 64 KiB";
  for (size_t i = 0; i < length; i++)
    if (s[i] <= 0x20 || s[i] == 0x7f)
      return "a token must not hold blanks, line breaks or control characters";
  return NULL;
}

bool m365_token_keep(struct m365_token *t, const char *token) {
  size_t room = sizeof HEADER + strlen(token);
  char *line = malloc(room);
  if (line == NULL)
    return false;
  memcpy(line, HEADER, sizeof HEADER - 1);
  memcpy(line + sizeof HEADER - 1, token, strlen(token) + 1);
  m365_token_forget(t);
  t->line = line;
  t->generation++;
  t->expires = t->renew_at = M365_NEVER;
  t->hold = 0;
  return true;
}

void m365_token_set(lua_State *L, struct m365_client *c, int index) {
  const char *what = m365_token_problem(L, index);
  if (what != NULL)
    luaL_error(L, "client.credential: %s", what);
  if (!m365_token_keep(&c->token, lua_tostring(L, index)))
    luaL_error(L, "client.credential: not enough memory");
}

/*
** Giving it to requests
*/

static bool has_failed(lua_State *L, int client) {
  bool failed;
  lua_getiuservalue(L, client, M365_CLIENT_TOKEN_ERROR);
  failed = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return failed;
}

static bool is_fixed(lua_State *L, int client) {
  bool fixed;
  lua_getiuservalue(L, client, M365_CLIENT_CREDENTIAL);
  fixed = lua_isnil(L, -1);
  lua_pop(L, 1);
  return fixed;
}

static void dispatch(lua_State *L, const struct m365_token *t,
                     struct m365_operation *op) {
  op->generation = t->generation;
  op->awaits_token = false;
  m365_engine_authorize(m365_runtime_engine(L), &op->job, t->line);
}

static void deny(lua_State *L, struct m365_operation *op, int index,
                 int client) {
  lua_getiuservalue(L, client, M365_CLIENT_TOKEN_ERROR);
  lua_setiuservalue(L, index, M365_OPERATION_ERROR);
  m365_engine_deny(m365_runtime_engine(L), &op->job);
}

/* The time that a person takes to sign in is not the call's. */
static void await_token(struct m365_operation *op, const struct m365_token *t) {
  double until = t->deadline + op->job.deadlines.total;
  op->awaits_token = true;
  if (t->patient && op->job.deadline < until)
    op->job.deadline = until;
}

/* Has the token come that it waited for? It is tried even where its life is
   over already: a clock may be wrong, and an endless circle is worse. */
static bool has_come(lua_State *L, struct m365_client *c,
                     const struct m365_operation *op, int client) {
  return op->awaits_token && c->token.line != NULL && !has_failed(L, client) &&
         !m365_renewal_is_running(L, c, op, client);
}

/* There is no token that can be used. An operation that found a renewal under
   way, or started one, waits, and the failure of that one is its own. A later
   one tries anew, unless the token endpoint has asked for patience. */
static void wait_or_deny(lua_State *L, struct m365_client *c,
                         struct m365_operation *op, int index, int client) {
  struct m365_token *t = &c->token;
  if (m365_renewal_is_running(L, c, op, client)) {
    await_token(op, t);
  } else if (has_failed(L, client) &&
             (op->awaits_token || m365_clock_monotonic() < t->hold)) {
    deny(L, op, index, client);
  } else {
    m365_renewal_start(L, c, op, client);
    await_token(op, t);
  }
}

/* The token can be used; when its time comes, the next one is fetched while
   it still serves. */
static void renew_ahead(lua_State *L, struct m365_client *c,
                        const struct m365_operation *op, int client,
                        double now) {
  if (now >= c->token.renew_at && !m365_renewal_is_running(L, c, op, client))
    m365_renewal_start(L, c, op, client);
}

void m365_token_authorize(lua_State *L, struct m365_operation *op, int index) {
  struct m365_client *c;
  struct m365_token *t;
  double now = 0;
  int client;
  lua_getiuservalue(L, index, M365_OPERATION_CLIENT);
  client = lua_gettop(L);
  c = lua_touserdata(L, client);
  t = &c->token;
  if (t->renew_at != M365_NEVER)
    now = m365_token_now(L, client);
  if (op->job.refused && is_fixed(L, client)) {
    m365_engine_deny(m365_runtime_engine(L), &op->job);
  } else {
    if (op->job.refused && op->generation == t->generation)
      m365_token_forget(t);
    if (t->line == NULL || (now >= t->expires && !has_come(L, c, op, client))) {
      wait_or_deny(L, c, op, index, client);
    } else {
      renew_ahead(L, c, op, client, now);
      dispatch(L, t, op);
    }
  }
  lua_settop(L, client - 1);
}

/***
A text that a server wrote, without the client's token.
@function without_token
@tparam client client
@tparam string text
@treturn string as long as the text
*/
int m365_token_strike(lua_State *L) {
  const struct m365_client *c = m365_client_check(L, 1);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  luaL_Buffer b;
  char *to = luaL_buffinitsize(L, &b, length);
  memcpy(to, text, length);
  if (c->token.line != NULL)
    m365_redact_header(c->token.line, to, length);
  luaL_pushresultsize(&b, length);
  return 1;
}

/***
The middle part of the client's token, where it is a JWT: what it says of
itself, for display. Nothing in it is a secret, and nothing is to be trusted.
@function payload
@tparam client client
@treturn ?string base64url; nil where there is no token, or no such part
*/
int m365_token_payload(lua_State *L) {
  const struct m365_client *c = m365_client_check(L, 1);
  const char *first = c->token.line, *second;
  first = first != NULL ? strchr(first, '.') : NULL;
  second = first != NULL ? strchr(first + 1, '.') : NULL;
  if (second == NULL)
    return 0;
  lua_pushlstring(L, first + 1, (size_t)(second - first - 1));
  return 1;
}
