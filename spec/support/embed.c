/*
** embed: a host that embeds Lua, as small as a host can be.
**
**   embed threads script [argument ...]
**
** Runs the script in that many threads at a time, each in a state of its own
** with an allocator of its own, and closes the states, whatever is under way
** in them. A script that raises makes the exit status 1. Scripts get:
**
**   arm(n)     the n-th allocation from now on fails, and the one behind it,
**              with which Lua tries again after a collection
**   disarm()   true if that happened
**   limit(n)   more than n bytes cannot be had from now on; 0: no limit
**   bytes()    what the state has allocated
**   pin(path)  keeps a module's code to the end, so that a leak has a name
*/
#define _GNU_SOURCE

#include <dlfcn.h>
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "keep.h"

#define MOST_THREADS 16

struct heap {
  long countdown; /* 0: not armed */
  int failures;
  size_t bytes, limit;
};

struct job {
  int argc;
  char **argv;
  int failed;
};

/* Only what grows may fail: Lua relies on shrinking to succeed. */
static int must_fail(struct heap *h) {
  if (h->countdown == 0 || --h->countdown > 0)
    return 0;
  h->countdown = ++h->failures < 2 ? 1 : 0;
  return 1;
}

static void *allocate(void *data, void *block, size_t old, size_t size) {
  struct heap *h = data;
  void *moved;
  if (block == NULL)
    old = 0;
  if (size == 0) {
    free(block);
    h->bytes -= old;
    return NULL;
  }
  if (size > old &&
      (must_fail(h) || (h->limit > 0 && h->bytes + size - old > h->limit)))
    return NULL;
  moved = realloc(block, size);
  if (moved != NULL)
    h->bytes += size - old;
  return moved;
}

static struct heap *heap_of(lua_State *L) {
  void *data;
  lua_getallocf(L, &data);
  return data;
}

static int arm(lua_State *L) {
  struct heap *h = heap_of(L);
  h->failures = 0;
  h->countdown = (long)luaL_checkinteger(L, 1);
  return 0;
}

static int disarm(lua_State *L) {
  struct heap *h = heap_of(L);
  h->countdown = 0;
  lua_pushboolean(L, h->failures > 0);
  return 1;
}

static int limit(lua_State *L) {
  heap_of(L)->limit = (size_t)luaL_checkinteger(L, 1);
  return 0;
}

static int bytes(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)heap_of(L)->bytes);
  return 1;
}

static int pin(lua_State *L) {
  lua_pushboolean(L, dlopen(luaL_checkstring(L, 1), RTLD_NOW | RTLD_NODELETE) !=
                         NULL);
  return 1;
}

static lua_State *open_state(struct heap *h) {
  lua_State *L = lua_newstate(allocate, h);
  luaL_openlibs(L);
  lua_register(L, "arm", arm);
  lua_register(L, "disarm", disarm);
  lua_register(L, "limit", limit);
  lua_register(L, "bytes", bytes);
  lua_register(L, "pin", pin);
  return L;
}

static int traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

static void *run(void *data) {
  struct job *job = data;
  struct heap h = {0, 0, 0, 0};
  lua_State *L = open_state(&h);
  lua_pushcfunction(L, traceback);
  job->failed = luaL_loadfile(L, job->argv[0]) != LUA_OK;
  for (int i = 1; !job->failed && i < job->argc; i++)
    lua_pushstring(L, job->argv[i]);
  if (!job->failed)
    job->failed = lua_pcall(L, job->argc - 1, 0, 1) != LUA_OK;
  if (job->failed)
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_close(L);
  if (h.bytes != 0) {
    fprintf(stderr, "%zu bytes are left\n", h.bytes);
    job->failed = 1;
  }
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[MOST_THREADS];
  struct job jobs[MOST_THREADS];
  int n = argc > 2 ? atoi(argv[1]) : 0, failed = 0;
  if (n < 1 || n > MOST_THREADS)
    return 2;
  for (int i = 0; i < n; i++) {
    jobs[i] = (struct job){argc - 2, argv + 2, 1};
    if (pthread_create(&threads[i], NULL, run, &jobs[i]) != 0)
      return 2;
  }
  for (int i = 0; i < n; i++) {
    pthread_join(threads[i], NULL);
    failed |= jobs[i].failed;
  }
  return failed;
}
