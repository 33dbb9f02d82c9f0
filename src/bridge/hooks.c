#include "bridge/hooks.h"

#include <lauxlib.h>

/* instructions to run for a count hook, at most: it is to fire now and then,
   and a wait is no place to compute */
#define MAX_INSTRUCTIONS 100000

/* A call and a few instructions of the VM: what a hook of any kind fires on. */
static int spin(lua_State *L) {
  int mask = lua_gethookmask(L), count = lua_gethookcount(L);
  if ((mask & LUA_MASKCOUNT) == 0)
    count = 1;
  if (luaL_loadstring(L, "for _ = 1, ... do end") != LUA_OK)
    return lua_error(L);
  lua_pushinteger(L, count < MAX_INSTRUCTIONS ? count : MAX_INSTRUCTIONS);
  lua_call(L, 1, 0);
  return 0;
}

/* On the thread that has the hook and nowhere else: a hook that takes itself
   away, as the one for Ctrl-C does, takes it from there, and the library debug
   finds its functions by the thread. */
static int call_hook(lua_State *L, lua_State *thread) {
  int status;
  if (lua_gethook(thread) == NULL || !lua_checkstack(thread, 1))
    return LUA_OK;
  lua_pushcfunction(thread, spin);
  status = lua_pcall(thread, 0, 0, 0);
  if (status != LUA_OK && thread != L)
    lua_xmove(thread, L, 1); /* the error follows the caller */
  return status;
}

int m365_hooks_run(lua_State *L) {
  lua_State *main_thread;
  int status = call_hook(L, L);
  if (status != LUA_OK)
    return status;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  main_thread = lua_tothread(L, -1);
  lua_pop(L, 1);
  return main_thread == L ? LUA_OK : call_hook(L, main_thread);
}

/* A hook that was set while the function ran, by Ctrl-C for instance, stays. */
int m365_hooks_call_without(lua_State *L, int arguments, int results) {
  lua_Hook hook = lua_gethook(L);
  int mask = lua_gethookmask(L), count = lua_gethookcount(L), status;
  if (hook != NULL)
    lua_sethook(L, NULL, 0, 0);
  status = lua_pcall(L, arguments, results, 0);
  if (hook != NULL && lua_gethook(L) == NULL)
    lua_sethook(L, hook, mask, count);
  return status;
}
