/*
** token: who a client is, at this moment.
**
** A token is asked for when a request is about to leave, by one renewal per
** client, whoever needs it. The renewal is a task of the library's own, so
** that it runs while anybody waits, and outlives the one who asked first.
*/
#include "token.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "instant.h"
#include "transfer.h"

/* A token is renewed this much before it ends: the smaller of the two. */
#define MARGIN 300.0     /* seconds */
#define MARGIN_SHARE 0.2 /* of its life */

/* how long a renewal may take, in real seconds */
#define RENEWAL_DEADLINE 60.0

/* after an early renewal that failed, seconds until the next one */
#define EARLY_PAUSE 30.0

/* larger than any token that a proxy lets through */
#define LONGEST_TOKEN 65536

#define HEADER "Authorization: Bearer "

void m365_token_forget(struct m365_token *t) {
  if (t->line != NULL) {
    m365_wipe(t->line, strlen(t->line));
    free(t->line);
  }
  t->line = NULL;
}

/* The client's clock; where it fails, real time is the best there is. */
static double now(lua_State *L, int client) {
  double t = m365_walltime();
  lua_getiuservalue(L, client, M365_CLIENT_CLOCK);
  if (!lua_isnil(L, -1)) {
    lua_getfield(L, -1, "now");
    lua_insert(L, -2);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_isnumber(L, -1))
      t = lua_tonumber(L, -1);
  }
  lua_pop(L, 1);
  return t;
}

/* What is wrong with the token at `index`, or NULL. */
static const char *flaw(lua_State *L, int index) {
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

static bool keep(struct m365_token *t, const char *token) {
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
  return true;
}

void m365_token_set(lua_State *L, struct m365_client *c, int index) {
  const char *what = flaw(L, index);
  if (what != NULL)
    luaL_error(L, "client.credential: %s", what);
  if (!keep(&c->token, lua_tostring(L, index)))
    luaL_error(L, "client.credential: not enough memory");
}

/*
** The end of a renewal
*/

/* The error is on the top; pops it. The old token serves on while it lives,
   if the service has not refused it. */
static void renewal_failed(lua_State *L, struct m365_client *c, int client) {
  double t = now(L, client);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushliteral(L, "the credential returned no token, and no error");
  }
  lua_setiuservalue(L, client, M365_CLIENT_TOKEN_ERROR);
  if (c->token.line != NULL && t < c->token.expires)
    c->token.renew_at = t + EARLY_PAUSE;
  else
    m365_token_forget(&c->token);
}

/* Token, life and the advised age for renewal stand at `first` and after. */
static void renewal_came(lua_State *L, struct m365_client *c, int client,
                         int first) {
  double life = lua_tonumber(L, first + 1);
  double ahead = lua_tonumber(L, first + 2);
  if (!keep(&c->token, lua_tostring(L, first))) {
    lua_pushliteral(L, "not enough memory");
    renewal_failed(L, c, client);
    return;
  }
  if (!(life > 0)) /* no life given: it serves until it is refused */
    return;
  if (!(ahead > 0 && ahead < life))
    ahead = life - fmin(MARGIN, life * MARGIN_SHARE);
  c->token.expires = now(L, client) + life;
  c->token.renew_at = now(L, client) + ahead;
}

/* Is the task at `index` still the renewal of the client? One that took too
   long was given up, and another may be under way. */
static bool is_renewal(lua_State *L, int client, int index) {
  bool same;
  lua_getiuservalue(L, client, M365_CLIENT_RENEWAL);
  same = lua_rawequal(L, -1, index);
  lua_pop(L, 1);
  return same;
}

static void end_renewal(lua_State *L, int client) {
  lua_pushnil(L);
  lua_setiuservalue(L, client, M365_CLIENT_RENEWAL);
}

/* finisher(task, ok), with the client as upvalue */
static int on_renewal(lua_State *L) {
  int client = lua_upvalueindex(1);
  struct m365_client *c;
  lua_State *task = lua_tothread(L, 1);
  bool ok = lua_toboolean(L, 2);
  const char *what = NULL;
  lua_settop(L, 2);
  lua_pushvalue(L, client);
  lua_replace(L, 2); /* task, client */
  c = lua_touserdata(L, 2);
  if (!is_renewal(L, 2, 1))
    return 0;
  end_renewal(L, 2);
  lua_settop(task, ok ? 3 : lua_gettop(task));
  lua_xmove(task, L, ok ? 3 : 1);
  if (ok && lua_isnil(L, 3)) { /* nil, err */
    lua_remove(L, 3);
    lua_settop(L, 3);
    ok = false;
  }
  if (ok && (what = flaw(L, 3)) != NULL) {
    static const struct m365_deed deed = {"credential", NULL};
    m365_failure_of_code(L, "bad_token", what, NULL, &deed);
    ok = false;
  }
  if (ok)
    renewal_came(L, c, 2, 3);
  else
    renewal_failed(L, c, 2);
  return 0;
}

/*
** Its start
*/

/* Pushes the request that the credential is given. */
static void push_request(lua_State *L, const struct m365_client *c,
                         const struct m365_operation *op) {
  size_t length;
  const char *challenge;
  lua_createtable(L, 0, 4);
  lua_pushstring(L, op->job.refused        ? "refused"
                    : c->token.line != NULL ? "expiring"
                                            : "missing");
  lua_setfield(L, -2, "reason");
  lua_pushnumber(L, RENEWAL_DEADLINE);
  lua_setfield(L, -2, "timeout");
  challenge = m365_transfer_header(&op->job.transfer, "WWW-Authenticate",
                                   &length);
  if (op->job.refused && challenge != NULL) {
    lua_pushlstring(L, challenge, length);
    lua_setfield(L, -2, "challenge");
  }
}

static void renew(lua_State *L, struct m365_client *c,
                  const struct m365_operation *op, int client) {
  lua_pushvalue(L, client);
  lua_pushcclosure(L, on_renewal, 1);
  lua_getiuservalue(L, client, M365_CLIENT_CREDENTIAL);
  push_request(L, c, op);
  c->token.deadline = m365_monotonic() + RENEWAL_DEADLINE;
  m365_spawn(L, 1, true);
  lua_setiuservalue(L, client, M365_CLIENT_RENEWAL);
  lua_pushnil(L);
  lua_setiuservalue(L, client, M365_CLIENT_TOKEN_ERROR);
}

static void give_up(lua_State *L, struct m365_client *c, int client) {
  static const struct m365_deed deed = {"credential", NULL};
  lua_getiuservalue(L, client, M365_CLIENT_RENEWAL);
  end_renewal(L, client);
  m365_cancel(L);
  m365_failure_of_code(L, "token_timeout", NULL, NULL, &deed);
  renewal_failed(L, c, client);
}

/* true: a renewal is under way, and not for too long */
static bool is_renewing(lua_State *L, struct m365_client *c, int client) {
  bool renewing;
  lua_getiuservalue(L, client, M365_CLIENT_RENEWAL);
  renewing = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (renewing && m365_monotonic() >= c->token.deadline) {
    give_up(L, c, client);
    renewing = false;
  }
  return renewing;
}

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

static void dispatch(lua_State *L, struct m365_client *c,
                     struct m365_operation *op) {
  op->generation = c->token.generation;
  op->awaits_token = false;
  m365_engine_authorize(m365_engine_of(L), &op->job, c->token.line);
}

/* An operation that found a renewal under way, or started one, waits; the
   failure of that one is its own. A later one tries anew. */
static void wait_or_deny(lua_State *L, struct m365_client *c,
                         struct m365_operation *op, int index, int client) {
  if (op->awaits_token && has_failed(L, client)) {
    lua_getiuservalue(L, client, M365_CLIENT_TOKEN_ERROR);
    lua_setiuservalue(L, index, M365_OPERATION_ERROR);
    m365_engine_deny(m365_engine_of(L), &op->job);
    return;
  }
  op->awaits_token = true;
  renew(L, c, op, client);
}

void m365_token_authorize(lua_State *L, struct m365_operation *op, int index) {
  struct m365_client *c;
  struct m365_token *t;
  int client;
  lua_getiuservalue(L, index, M365_OPERATION_CLIENT);
  client = lua_gettop(L);
  c = lua_touserdata(L, client);
  t = &c->token;
  if (is_renewing(L, c, client)) {
    op->awaits_token = true;
  } else if (op->job.refused && is_fixed(L, client)) {
    m365_engine_deny(m365_engine_of(L), &op->job);
  } else {
    if (op->job.refused && op->generation == t->generation)
      m365_token_forget(t);
    if (t->line != NULL && (t->renew_at == M365_NEVER ||
                            now(L, client) < t->renew_at))
      dispatch(L, c, op);
    else
      wait_or_deny(L, c, op, index, client);
  }
  lua_pop(L, 1);
}
