/*
** ground: the ground floor's pure functions, for specs.
**
** A Lua module that specs compile together with the files that it shows.
*/
#include <lauxlib.h>
#include <string.h>

#include "base/buffer.h"
#include "http/retry.h"

static const char *const effects[] = {"read", "write", NULL};
static const char *const outcomes[] = {
    "answered", "undelivered",  "unclear",    "throttled", "troubled",
    "missing",  "unauthorized", "unreadable", "hopeless",  NULL};
static const char *const verdicts[] = {"finish", "again", "reauthorize",
                                       "ambiguous"};

static int flag(lua_State *L, const char *name) {
  int set;
  lua_getfield(L, 3, name);
  set = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return set;
}

static unsigned count(lua_State *L, const char *name, unsigned otherwise) {
  unsigned n;
  lua_getfield(L, 3, name);
  n = (unsigned)luaL_optinteger(L, -1, (lua_Integer)otherwise);
  lua_pop(L, 1);
  return n;
}

/* judge(effect, outcome, { attempts, limit, reauthorized, in_grace }) */
static int ground_judge(lua_State *L) {
  struct m365_attempt t;
  luaL_checktype(L, 3, LUA_TTABLE);
  t.effect = (enum m365_effect)luaL_checkoption(L, 1, NULL, effects);
  t.outcome = (enum m365_outcome)luaL_checkoption(L, 2, NULL, outcomes);
  t.attempts = count(L, "attempts", 1);
  t.limit = count(L, "limit", 5);
  t.reauthorized = flag(L, "reauthorized");
  t.in_grace = flag(L, "in_grace");
  lua_pushstring(L, verdicts[m365_retry_judge(&t)]);
  return 1;
}

/* outcome(curl_code, sent, status, advised) */
static int ground_outcome(lua_State *L) {
  enum m365_outcome o =
      m365_retry_outcome((CURLcode)luaL_checkinteger(L, 1), lua_toboolean(L, 2),
                         (long)luaL_optinteger(L, 3, 0), lua_toboolean(L, 4));
  lua_pushstring(L, outcomes[o]);
  return 1;
}

/* delay(attempts, first, advice, chance) */
static int ground_delay(lua_State *L) {
  lua_pushnumber(L, m365_retry_delay((unsigned)luaL_checkinteger(L, 1),
                                     luaL_checknumber(L, 2),
                                     luaL_checknumber(L, 3),
                                     luaL_checknumber(L, 4)));
  return 1;
}

/* advice(text, now) */
static int ground_advice(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_pushnumber(L, m365_retry_advice(text, length, luaL_optnumber(L, 2, 0)));
  return 1;
}

/* append(ceiling, piece, ...): the contents or nil, the failure, the length,
   and whether the capacity ever went past the ceiling */
static int ground_append(lua_State *L) {
  static const char *const faults[] = {"fine", "full", "no memory"};
  struct m365_buffer b;
  int too_large = 0;
  m365_buffer_init(&b, (size_t)luaL_checkinteger(L, 1));
  for (int i = 2; i <= lua_gettop(L); i++) {
    size_t n;
    const char *piece = luaL_checklstring(L, i, &n);
    m365_buffer_append(&b, piece, n);
    too_large = too_large || (b.capacity > b.ceiling && b.capacity > 0);
  }
  if (b.bytes != NULL)
    lua_pushlstring(L, b.bytes, b.length);
  else
    lua_pushnil(L);
  lua_pushstring(L, faults[b.failure]);
  lua_pushinteger(L, (lua_Integer)b.length);
  lua_pushboolean(L, too_large);
  m365_buffer_free(&b);
  return 4;
}

/* reset(ceiling, first, second): what is there after a reset between them */
static int ground_reset(lua_State *L) {
  struct m365_buffer b;
  size_t n;
  const char *piece = luaL_checklstring(L, 2, &n);
  m365_buffer_init(&b, (size_t)luaL_checkinteger(L, 1));
  m365_buffer_append(&b, piece, n);
  m365_buffer_reset(&b);
  piece = luaL_checklstring(L, 3, &n);
  m365_buffer_append(&b, piece, n);
  lua_pushlstring(L, b.bytes != NULL ? b.bytes : "", b.length);
  m365_buffer_free(&b);
  m365_buffer_free(&b); /* twice is once */
  return 1;
}

/* wipe(text): a copy of it, wiped */
static int ground_wipe(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  char *copy = lua_newuserdatauv(L, n + 1, 0);
  memcpy(copy, text, n);
  m365_buffer_wipe(copy, n);
  lua_pushlstring(L, copy, n);
  return 1;
}

static const luaL_Reg functions[] = {
    {"judge", ground_judge},   {"outcome", ground_outcome},
    {"delay", ground_delay},   {"advice", ground_advice},
    {"append", ground_append}, {"reset", ground_reset},
    {"wipe", ground_wipe},     {NULL, NULL},
};

int luaopen_ground(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
