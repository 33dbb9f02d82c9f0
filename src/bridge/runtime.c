#include "bridge/runtime.h"

#include <string.h>
#include <lauxlib.h>

#include "bridge/field.h"

static const char runtime_key = 'r';

/* the metatable of runtimes: there is one, and a lost one where loading failed
   for want of memory */
#define RUNTIME "m365restore.runtime"

struct m365_runtime *m365_runtime_push(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &runtime_key);
  return lua_touserdata(L, -1);
}

/* Pushes one of the runtime's tables; nothing else is left on the stack. */
struct m365_runtime *m365_runtime_push_part(lua_State *L, int part) {
  struct m365_runtime *r = m365_runtime_push(L);
  lua_getiuservalue(L, -1, part);
  lua_remove(L, -2);
  return r;
}

struct m365_engine *m365_runtime_engine(lua_State *L) {
  struct m365_runtime *r = m365_runtime_push(L);
  lua_pop(L, 1);
  return r->engine;
}

/* The engine, where there must be one: a finalizer that comes late, at the
   end of the state, may ask in vain. */
struct m365_engine *m365_runtime_check_engine(lua_State *L) {
  struct m365_engine *e = m365_runtime_engine(L);
  if (e == NULL)
    luaL_error(L, "m365restore: the Lua state is closing");
  return e;
}

/*
** The queue of tasks that can go on
*/

/* Appends the task on the top of the stack; pops it. */
void m365_runtime_make_ready(lua_State *L) {
  struct m365_runtime *r = m365_runtime_push_part(L, M365_RUNTIME_READY);
  lua_insert(L, -2);
  lua_rawseti(L, -2, ++r->last);
  lua_pop(L, 1);
}

/* Pushes the next task; false: nothing is pushed. */
bool m365_runtime_take_ready(lua_State *L) {
  struct m365_runtime *r = m365_runtime_push_part(L, M365_RUNTIME_READY);
  if (r->first > r->last) {
    r->first = 1;
    r->last = 0;
    lua_pop(L, 1);
    return false;
  }
  lua_rawgeti(L, -1, r->first);
  lua_pushnil(L);
  lua_rawseti(L, -3, r->first++);
  lua_remove(L, -2);
  return true;
}

/* part[address of op] = the value on the top; pops it. */
void m365_runtime_note(lua_State *L, int part, const void *op) {
  m365_runtime_push_part(L, part);
  lua_insert(L, -2);
  lua_rawsetp(L, -2, op);
  lua_pop(L, 1);
}

/*
** Opening
*/

static int runtime_gc(lua_State *L) {
  struct m365_runtime *r = luaL_testudata(L, 1, RUNTIME);
  struct m365_engine *e;
  if (r == NULL)
    return 0;
  e = r->engine;
  r->engine = NULL; /* operations that end later find no engine */
  m365_engine_free(e);
  return 0;
}

/* A state that opens the library again, as one that reloads its modules does,
   keeps its engine: clients and tasks of before go on. */
void m365_runtime_open(lua_State *L) {
  struct m365_runtime *r = m365_runtime_push(L);
  lua_pop(L, 1);
  if (r != NULL && r->engine != NULL)
    return;
  r = lua_newuserdatauv(L, sizeof *r, M365_RUNTIME_VALUES);
  memset(r, 0, sizeof *r);
  r->first = 1;
  luaL_newmetatable(L, RUNTIME);
  m365_field_function(L, "__gc", runtime_gc);
  lua_setmetatable(L, -2);
  for (int part = M365_RUNTIME_FLIGHT; part <= M365_RUNTIME_READY; part++) {
    lua_newtable(L);
    lua_setiuservalue(L, -2, part);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &runtime_key);
  r->engine = m365_engine_new();
  if (r->engine == NULL)
    luaL_error(L, "m365restore: not enough memory");
}
