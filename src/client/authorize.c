#include "client/authorize.h"

#include "base/clock.h"
#include "client/renewal.h"
#include "client/token.h"

static bool has_failed(lua_State *L, int client) {
  return m365_client_has(L, client, M365_CLIENT_TOKEN_ERROR);
}

static bool is_fixed(lua_State *L, int client) {
  return !m365_client_has(L, client, M365_CLIENT_CREDENTIAL);
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
static bool has_come(lua_State *L, const struct m365_token *t,
                     const struct m365_operation *op, int client) {
  return op->awaits_token && t->line != NULL && !has_failed(L, client) &&
         !m365_renewal_is_running(L, client);
}

/* There is no token that can be used. An operation that found a renewal under
   way, or started one, waits, and the failure of that one is its own. A later
   one starts another, unless the token endpoint has asked for patience. */
static void wait_or_deny(lua_State *L, struct m365_client *c,
                         struct m365_operation *op, int index, int client) {
  struct m365_token *t = &c->token;
  if (m365_renewal_is_running(L, client)) {
    await_token(op, t);
  } else if (has_failed(L, client) &&
             (op->awaits_token || m365_clock_monotonic() < t->hold)) {
    deny(L, op, index, client);
  } else {
    m365_renewal_start(L, c, op, client);
    await_token(op, t);
  }
}

static bool is_usable(lua_State *L, const struct m365_token *t,
                      const struct m365_operation *op, int client, double now) {
  return t->line != NULL && (now < t->expires || has_come(L, t, op, client));
}

/* When the time of a token comes, the next one is fetched while it still
   serves. */
static void give_or_wait(lua_State *L, struct m365_client *c,
                         struct m365_operation *op, int index, int client) {
  struct m365_token *t = &c->token;
  double now = t->renew_at != M365_NEVER ? m365_token_now(L, client) : 0;
  if (op->job.refused && op->generation == t->generation)
    m365_token_forget(t);
  m365_renewal_end_useless(L, c, op, client);
  if (!is_usable(L, t, op, client, now)) {
    wait_or_deny(L, c, op, index, client);
    return;
  }
  if (now >= t->renew_at && !m365_renewal_is_running(L, client))
    m365_renewal_start(L, c, op, client);
  dispatch(L, t, op);
}

void m365_authorize(lua_State *L, struct m365_operation *op, int index) {
  int client;
  lua_getiuservalue(L, index, M365_OPERATION_CLIENT);
  client = lua_gettop(L);
  if (op->job.refused && is_fixed(L, client))
    m365_engine_deny(m365_runtime_engine(L), &op->job);
  else
    give_or_wait(L, lua_touserdata(L, client), op, index, client);
  lua_settop(L, client - 1);
}
