#include "client/client_state.h"

#include <string.h>
#include <lauxlib.h>

#include "base/clock.h"
#include "base/text.h"

/* how long a thing that we made may be unknown to a replica, in seconds */
#define GRACE 60.0

/* things made by us that are remembered before the old ones are swept out */
#define MOST_CREATED 256

struct m365_client *m365_client_check(lua_State *L, int index) {
  return luaL_checkudata(L, index, M365_CLIENT);
}

bool m365_client_has(lua_State *L, int client, int value) {
  bool there = lua_getiuservalue(L, client, value) != LUA_TNIL;
  lua_pop(L, 1);
  return there;
}

/*
** Things that were just made
*/

static void sweep(lua_State *L, int table, double now) {
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
    if (lua_tonumber(L, -1) + GRACE < now) {
      lua_pushvalue(L, -2);
      lua_pushnil(L);
      lua_rawset(L, table);
    }
}

void m365_client_note_created(lua_State *L, int client) {
  double now = m365_clock_monotonic();
  int table, n = 0;
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    return;
  }
  lua_getiuservalue(L, client, M365_CLIENT_CREATED);
  table = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
    n++;
  if (n >= MOST_CREATED)
    sweep(L, table, now);
  lua_pushvalue(L, -2);
  lua_pushnumber(L, now);
  lua_rawset(L, table);
  lua_pop(L, 2);
}

double m365_client_grace_until(lua_State *L, int client) {
  double until = 0;
  lua_getiuservalue(L, client, M365_CLIENT_CREATED);
  lua_insert(L, -2);
  if (lua_type(L, -1) == LUA_TSTRING && lua_rawget(L, -2) == LUA_TNUMBER)
    until = lua_tonumber(L, -1) + GRACE;
  lua_pop(L, 2);
  return until;
}

/*
** URLs
*/

const char *m365_client_version(const struct m365_client *c) {
  return c->beta ? "beta" : "v1.0";
}
