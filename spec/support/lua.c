/*
** lua: an interpreter for the sanitized specs.
**
**   lua [-e chunk] script [arguments]
**
** The distribution's is built without sanitizers, and a sanitizer that is
** preloaded into it is preloaded into every other program that a spec starts.
** This one does what the specs need, and closes its state, so that what is
** still allocated behind that is a leak.
*/
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "keep.h"

/* a signal handler has no argument for it */
static lua_State *interrupted;

static void stop(lua_State *L, lua_Debug *ar) {
  (void)ar;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted!");
}

static void on_signal(int number) {
  const int everything = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE |
                         LUA_MASKCOUNT;
  signal(number, SIG_DFL);
  lua_sethook(interrupted, stop, everything, 1);
}

static int describe(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

/* Calls the function below its `n` arguments on the top; tells of its error. */
static int call(lua_State *L, int n) {
  int base = lua_gettop(L) - n;
  int status;
  lua_pushcfunction(L, describe);
  lua_insert(L, base);
  interrupted = L;
  signal(SIGINT, on_signal);
  status = lua_pcall(L, n, 0, base);
  signal(SIGINT, SIG_DFL);
  if (status != LUA_OK)
    fprintf(stderr, "lua: %s\n", lua_tostring(L, -1));
  lua_settop(L, base - 1);
  return status;
}

static int load_error(lua_State *L) {
  fprintf(stderr, "lua: %s\n", lua_tostring(L, -1));
  return LUA_ERRSYNTAX;
}

/* arg, as the real one sets it: the script has the index 0 */
static void set_arg(lua_State *L, int argc, char **argv, int script) {
  lua_newtable(L);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
}

static int run(lua_State *L, int argc, char **argv) {
  int script = 1;
  if (argc > 2 && strcmp(argv[1], "-e") == 0) {
    script = 3;
    set_arg(L, argc, argv, script);
    if (luaL_loadstring(L, argv[2]) != LUA_OK)
      return load_error(L);
    if (call(L, 0) != LUA_OK)
      return LUA_ERRRUN;
  }
  if (script >= argc)
    return LUA_OK;
  set_arg(L, argc, argv, script);
  if (luaL_loadfile(L, argv[script]) != LUA_OK)
    return load_error(L);
  luaL_checkstack(L, argc, "too many arguments");
  for (int i = script + 1; i < argc; i++)
    lua_pushstring(L, argv[i]);
  return call(L, argc - script - 1);
}

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  int status;
  if (L == NULL)
    return 1;
  luaL_openlibs(L);
  status = run(L, argc, argv);
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
