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
#include <sanitizer/lsan_interface.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keep.h"

#define FOUND_A_LEAK 23
#define MOST_SEARCHES 20

static int searched;

/* LeakSanitizer asks: its own search at the end is not wanted a second time. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) {
  return searched;
}

/* Returns the exit status of a copy of this process that looks for leaks. */
static int search_in_a_copy(FILE *report) {
  int status = 0;
  pid_t copy = fork();
  if (copy == 0) {
    dup2(fileno(report), STDERR_FILENO);
    _exit(__lsan_do_recoverable_leak_check() ? FOUND_A_LEAK : 0);
  }
  if (copy < 0 || waitpid(copy, &status, 0) != copy || !WIFEXITED(status))
    return -1;
  return WEXITSTATUS(status);
}

static void show(FILE *report) {
  int c;
  rewind(report);
  while ((c = getc(report)) != EOF)
    putc(c, stderr);
  fflush(NULL);
}

/*
** Looks for leaks. The thread that LeakSanitizer searches with crashes at times
** (once in some hundred processes, "Tracer caught signal 11"), and takes its
** process with it. So a copy of this process is searched, and where a copy ends
** without a result there is another one. A leak that was found is final.
*/
static void look_for_leaks(void) {
  FILE *report = tmpfile();
  int result = report == NULL ? FOUND_A_LEAK : -1;
  for (int i = 0; i < MOST_SEARCHES && result != 0 && result != FOUND_A_LEAK;
       i++)
    result = search_in_a_copy(report);
  searched = 1;
  if (result != 0) {
    if (report != NULL)
      show(report);
    _exit(FOUND_A_LEAK);
  }
  fclose(report);
}

/* a signal handler has no argument for it */
static lua_State *interrupted;

static void stop(lua_State *L, lua_Debug *ar) {
  (void)ar;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted!");
}

static void on_signal(int number) {
  const int everything =
      LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
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
  /* runs after the script's os.exit(), too */
  if (L == NULL || atexit(look_for_leaks) != 0)
    return 1;
  luaL_openlibs(L);
  status = run(L, argc, argv);
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
