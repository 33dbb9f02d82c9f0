#include "client/renewal.h"

#include <math.h>
#include <string.h>
#include <lauxlib.h>

#include "client/exchange.h"
#include "base/clock.h"
#include "bridge/log.h"
#include "http/retry.h"
#include "client/token.h"
#include "bridge/field.h"

/* A token is renewed this much before it ends: the smaller of the two. */
#define MARGIN 300.0     /* seconds */
#define MARGIN_SHARE 0.2 /* of its life */

/* how long a renewal may take, in real seconds, where the credential has no
   `timeout` of its own: a person who signs in takes longer */
#define DEADLINE 60.0

/* after an early renewal that failed, seconds until the next one */
#define EARLY_PAUSE 30.0

/* the header in which a refusal says what it wants */
#define CHALLENGE "WWW-Authenticate"

static const char request_key = 'q';

static const struct m365_purpose purpose = {.operation = "credential"};

/*
** Telling
*/

/* Copies a field of the table at `from` into the one on the top. */
static void copy_field(lua_State *L, int from, const char *field) {
  lua_pushstring(L, field);
  lua_rawget(L, from);
  lua_setfield(L, -2, field);
}

static void tell_renewed(lua_State *L, const struct m365_client *c, double life,
                         double ahead) {
  if (c->origin == NULL || c->origin->log == 0)
    return;
  m365_await_tell(L); /* what led to it comes first */
  lua_createtable(L, 0, 3);
  m365_field_text(L, "event", "token_renewed");
  if (life > 0) {
    m365_field_number(L, "expires_in", life);
    m365_field_number(L, "refresh_in", ahead);
  }
  m365_log_emit(L, c->origin->log);
}

/* The error is on the top, and stays. */
static void tell_failed(lua_State *L, const struct m365_client *c) {
  static const char *const fields[] = {
      "code", "oauth", "aadsts", "trace_id", "correlation_id", "clock_skew"};
  int error = lua_gettop(L);
  if (c->origin == NULL || c->origin->log == 0)
    return;
  m365_await_tell(L);
  lua_createtable(L, 0, 7);
  m365_field_text(L, "event", "token_failed");
  if (lua_istable(L, error))
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
      copy_field(L, error, fields[i]);
  m365_log_emit(L, c->origin->log);
}

/*
** The end
*/

/* The pause that the token endpoint asked for; the error is on the top. */
static double advice_of(lua_State *L) {
  double seconds = 0;
  if (!lua_istable(L, -1))
    return 0;
  lua_pushliteral(L, "retry_after");
  lua_rawget(L, -2);
  seconds = lua_tonumber(L, -1);
  lua_pop(L, 1);
  return seconds > 0 ? fmin(seconds, M365_LONGEST_ADVICE) : 0;
}

/* The error is on the top; pops it. The old token serves on while it lives,
   if the service has not refused it. */
static void fail(lua_State *L, struct m365_client *c, int client) {
  struct m365_token *t = &c->token;
  double now = m365_token_now(L, client), advice;
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushliteral(L, "the credential returned no token, and no error");
  }
  advice = advice_of(L);
  tell_failed(L, c);
  lua_setiuservalue(L, client, M365_CLIENT_TOKEN_ERROR);
  t->hold = m365_clock_monotonic() + advice;
  if (t->line != NULL && now < t->expires)
    t->renew_at = now + fmax(EARLY_PAUSE, advice);
  else
    m365_token_forget(t);
}

/* When a token that came just now was made. The answer may have waited for
   somebody to look, and so its life counts from the question; unless a person
   took part, who may have taken longer than it lives. */
static double birth_of(lua_State *L, const struct m365_client *c, int client,
                       double life) {
  double now = m365_token_now(L, client);
  bool recent = now - c->token.asked < life / 2;
  return c->token.patient || !recent ? now : c->token.asked;
}

/* Token, life and the advised age for renewal stand at `first` and after. */
static void succeed(lua_State *L, struct m365_client *c, int client,
                    int first) {
  double life = lua_tonumber(L, first + 1);
  double ahead = lua_tonumber(L, first + 2);
  if (!m365_token_keep(&c->token, lua_tostring(L, first))) {
    lua_pushliteral(L, "not enough memory");
    fail(L, c, client);
    return;
  }
  if (life > 0) { /* else it serves until it is refused */
    double birth = birth_of(L, c, client, life);
    if (!(ahead > 0 && ahead < life))
      ahead = life - fmin(MARGIN, life * MARGIN_SHARE);
    c->token.expires = birth + life;
    c->token.renew_at = birth + ahead;
  }
  tell_renewed(L, c, life, ahead);
}

/* Is the task at `index` still the renewal of the client? One that took too
   long was given up, and another may be under way. */
static bool is_current(lua_State *L, int client, int index) {
  bool same;
  lua_getiuservalue(L, client, M365_CLIENT_RENEWAL);
  same = lua_rawequal(L, -1, index);
  lua_pop(L, 1);
  return same;
}

static void clear(lua_State *L, int client) {
  lua_pushnil(L);
  lua_setiuservalue(L, client, M365_CLIENT_RENEWAL);
}

/* Turns what the credential returned, three values from 3 on, into an error
   at 3 where it is no token; true: it is one. */
static bool check_token(lua_State *L) {
  const char *what;
  if (lua_isnil(L, 3)) { /* nil, err */
    lua_remove(L, 3);
    lua_settop(L, 3);
    return false;
  }
  what = m365_token_problem(L, 3);
  if (what != NULL)
    m365_failure_of_code(L, "bad_token", what, NULL, &purpose);
  return what == NULL;
}

/* finisher(task, ok), with the client as upvalue */
static int on_end(lua_State *L) {
  struct m365_client *c = lua_touserdata(L, lua_upvalueindex(1));
  lua_State *task = lua_tothread(L, 1);
  bool ok = lua_toboolean(L, 2);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_replace(L, 2); /* task, client */
  if (!is_current(L, 2, 1))
    return 0;
  clear(L, 2);
  lua_settop(task, ok ? 3 : lua_gettop(task));
  lua_xmove(task, L, ok ? 3 : 1);
  ok = ok && check_token(L);
  if (c->origin == NULL) /* closed meanwhile: nobody needs it */
    return 0;
  if (ok)
    succeed(L, c, 2, 3);
  else
    fail(L, c, 2);
  return 0;
}

/*
** The start
*/

/* Pushes all challenges of the answer, as one header; false: there is none,
   and nothing is pushed. */
static bool push_challenge(lua_State *L, const struct m365_transfer *t) {
  size_t length;
  luaL_Buffer b;
  const char *value = m365_transfer_header(t, CHALLENGE, &length);
  if (value == NULL)
    return false;
  luaL_buffinit(L, &b);
  for (const char *first = value; value != NULL;
       value = m365_transfer_next_header(t, CHALLENGE, value, &length)) {
    if (value != first)
      luaL_addstring(&b, ", ");
    luaL_addlstring(&b, value, length);
  }
  luaL_pushresult(&b);
  return true;
}

static const char *reason_of(const struct m365_client *c,
                             const struct m365_operation *op) {
  if (op->job.refused)
    return "refused";
  return c->token.line != NULL ? "expiring" : "missing";
}

/* Pushes the request that the credential is given. */
static void push_request(lua_State *L, const struct m365_client *c,
                         const struct m365_operation *op, int client,
                         double timeout) {
  lua_createtable(L, 0, 6);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &request_key);
  lua_setmetatable(L, -2);
  m365_field_text(L, "reason", reason_of(c, op));
  m365_field_number(L, "timeout", timeout);
  m365_exchange_push(L, client);
  lua_setfield(L, -2, "exchange");
  lua_getiuservalue(L, client, M365_CLIENT_CLOCK);
  lua_setfield(L, -2, "clock");
  m365_log_push(L, c->origin != NULL ? c->origin->log : 0);
  lua_setfield(L, -2, "log");
  if (op->job.refused && push_challenge(L, &op->job.transfer))
    lua_setfield(L, -2, "challenge");
}

/* How long the credential on the top may take. */
static double timeout_of(lua_State *L) {
  double seconds = 0;
  if (lua_istable(L, -1)) {
    lua_pushliteral(L, "timeout");
    lua_rawget(L, -2);
    seconds = lua_tonumber(L, -1);
    lua_pop(L, 1);
  }
  return seconds > 0 ? seconds : DEADLINE;
}

/* Was it the token at hand that was refused to it, and not one before? */
static bool is_refused(const struct m365_client *c,
                       const struct m365_operation *op) {
  return op->job.refused && op->generation == c->token.generation;
}

void m365_renewal_start(lua_State *L, struct m365_client *c,
                        const struct m365_operation *op, int client) {
  double timeout;
  lua_pushvalue(L, client);
  lua_pushcclosure(L, on_end, 1);
  lua_getiuservalue(L, client, M365_CLIENT_CREDENTIAL);
  timeout = timeout_of(L);
  push_request(L, c, op, client, timeout);
  c->token.deadline = m365_clock_monotonic() + timeout;
  c->token.asked = m365_token_now(L, client);
  c->token.patient = timeout > DEADLINE;
  c->token.refused = is_refused(c, op);
  m365_task_spawn(L, 1, true);
  lua_setiuservalue(L, client, M365_CLIENT_RENEWAL);
  lua_pushnil(L);
  lua_setiuservalue(L, client, M365_CLIENT_TOKEN_ERROR);
}

/*
** Meanwhile
*/

/* false: there is none */
static bool cancel(lua_State *L, int client) {
  lua_getiuservalue(L, client, M365_CLIENT_RENEWAL);
  if (lua_isnil(L, -1) || m365_task_is_current(L, -1)) {
    lua_pop(L, 1);
    return false;
  }
  clear(L, client);
  m365_task_cancel(L);
  return true;
}

bool m365_renewal_is_running(lua_State *L, int client) {
  return m365_client_has(L, client, M365_CLIENT_RENEWAL);
}

void m365_renewal_end_useless(lua_State *L, struct m365_client *c,
                              const struct m365_operation *op, int client) {
  if (!m365_renewal_is_running(L, client))
    return;
  if (m365_clock_monotonic() >= c->token.deadline) {
    if (cancel(L, client)) {
      m365_failure_of_code(L, "token_timeout", NULL, NULL, &purpose);
      fail(L, c, client);
    }
  } else if (!c->token.refused && !c->token.patient && is_refused(c, op)) {
    cancel(L, client);
  }
}

void m365_renewal_open(lua_State *L) {
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &request_key);
}

void m365_renewal_push_requests(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &request_key);
}
