/*
** process: what a spec does to whole processes and Lua cannot.
**
** A Lua module for specs, compiled by them.
*/
#define _POSIX_C_SOURCE 200809L

#include <lauxlib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* fork(f): runs f in a forked child, which then ends at once, without
   finalizers; returns its exit status: 0 when f returned a true value */
static int process_fork(lua_State *L) {
  int status;
  pid_t pid = fork();
  if (pid == 0)
    _exit(lua_pcall(L, 0, 1, 0) == LUA_OK && lua_toboolean(L, -1) ? 0 : 1);
  if (pid < 0 || waitpid(pid, &status, 0) != pid)
    return luaL_error(L, "no child");
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 1;
}

/* ignore(signal) sets the disposition; true when it was ignored before */
static int process_ignore(lua_State *L) {
  void (*before)(int) = signal((int)luaL_checkinteger(L, 1), SIG_IGN);
  lua_pushboolean(L, before == SIG_IGN);
  return 1;
}

static int process_restore(lua_State *L) {
  signal((int)luaL_checkinteger(L, 1), SIG_DFL);
  return 0;
}

/* close(descriptor) */
static int process_close(lua_State *L) {
  lua_pushboolean(L, close((int)luaL_checkinteger(L, 1)) == 0);
  return 1;
}

static const luaL_Reg functions[] = {
    {"fork", process_fork},
    {"ignore", process_ignore},
    {"restore", process_restore},
    {"close", process_close},
    {NULL, NULL},
};

int luaopen_process(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
