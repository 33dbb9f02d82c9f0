/*
** host: a program with Lua inside and a loop of its own, and restores in it.
**
**   cc -std=c99 -o host host.c $(pkg-config --cflags --libs lua5.4) -lm -Wl,-E
**   ./host sessions.lua
**
** The script is a task: the library's methods yield to this loop. To have the
** core in the program, compile with -DLINKED and -D_GNU_SOURCE the files that
** `make sources MODULE=core` names too, and link -lcurl; Lua files stay files.
*/
#define _POSIX_C_SOURCE 200809L

#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define MOST 64 /* descriptors; one without a place is seen at each beat */
#define BEAT 10 /* milliseconds between the turns of the host's own work */

enum { LIBRARY = 1 }; /* where on the stack the library is */

int luaopen_m365restore_core(lua_State *L); /* with -DLINKED only */

/* Fills in what the library waits for; the number of descriptors. */
static int watch(lua_State *L, struct pollfd *set) {
  int n = 0;
  lua_getfield(L, LIBRARY, "pollfds");
  lua_call(L, 0, 1);
  for (; n < MOST && lua_geti(L, -1, n + 1) == LUA_TTABLE; n++) {
    lua_getfield(L, -1, "fd");
    lua_getfield(L, -2, "events"); /* list, entry, fd, events */
    set[n].fd = (int)lua_tointeger(L, -2);
    set[n].events = (strchr(lua_tostring(L, -1), 'r') ? POLLIN : 0) |
                    (strchr(lua_tostring(L, -1), 'w') ? POLLOUT : 0);
    lua_pop(L, 3);
  }
  lua_settop(L, LIBRARY);
  return n;
}

/* Milliseconds until the library has something to do; -1: nothing is due. */
static int due(lua_State *L) {
  lua_getfield(L, LIBRARY, "timeout");
  lua_call(L, 0, 1);
  return (int)ceil(fmin(luaL_optnumber(L, -1, -0.001) * 1000, BEAT));
}

/* Until nothing is left to wait for. The error of a task comes out of step;
   a host that has other tasks would catch it there, and go on. */
static long loop(lua_State *L) {
  struct pollfd set[MOST];
  for (long turns = 0;; turns++) { /* here a host does its own work */
    int n, ms;
    lua_getfield(L, LIBRARY, "step");
    lua_call(L, 0, 0);
    ms = due(L);
    n = watch(L, set);
    if (n == 0 && ms < 0)
      return turns;
    poll(set, (nfds_t)n, ms < 0 ? BEAT : ms);
  }
}

/* called with the script's path */
static int run(lua_State *L) {
  luaL_openlibs(L);
#ifdef LINKED
  lua_getfield(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_m365restore_core);
  lua_setfield(L, -2, "m365restore.core");
#endif
  lua_getglobal(L, "require");
  lua_pushliteral(L, "m365restore");
  lua_call(L, 1, 1);
  lua_insert(L, LIBRARY); /* library, path, perhaps more */
  lua_getfield(L, LIBRARY, "spawn");
  if (luaL_loadfile(L, lua_tostring(L, LIBRARY + 1)) != LUA_OK)
    return lua_error(L);
  lua_call(L, 1, 0);
  printf("%ld turns of the host's own loop\n", loop(L));
  return 0;
}

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  int status;
  if (L == NULL || argc != 2)
    return 2;
  lua_pushcfunction(L, run);
  lua_pushstring(L, argv[1]);
  status = lua_pcall(L, 1, 0, 0);
  if (status != LUA_OK)
    fprintf(stderr, "host: %s\n", luaL_tolstring(L, -1, NULL));
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
