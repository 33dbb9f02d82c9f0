/*
** starve: runs a script again and again, each time with one more allocation
** allowed than the time before, until it gets through.
**
**   starve script.lua
**
** The script returns the function to run; its errors other than the lack of
** memory end the program. After each round no descriptor and no child process
** may be left. Prints the number of rounds. Built with -DSTARVE_LIBCRYPTO, the
** allocations of libcrypto fail too, in rounds of their own.
*/
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#ifdef STARVE_LIBCRYPTO
#include <openssl/crypto.h>
#endif

#include "keep.h"

#define UNLIMITED (-1L)

struct budget {
  long left;
};

static int spend(struct budget *b) {
  if (b->left == UNLIMITED)
    return 1;
  if (b->left == 0)
    return 0;
  b->left--;
  return 1;
}

static void *allocate(void *data, void *block, size_t old, size_t size) {
  if (size == 0) {
    free(block);
    return NULL;
  }
  /* Lua relies on shrinking to succeed */
  if ((block == NULL || size > old) && !spend(data))
    return NULL;
  return realloc(block, size);
}

#ifdef STARVE_LIBCRYPTO
/* libcrypto has no room for a context of ours: the program has one thread */
static struct budget crypto_budget = {UNLIMITED};

static void *crypto_malloc(size_t size, const char *file, int line) {
  (void)file;
  (void)line;
  return spend(&crypto_budget) ? malloc(size) : NULL;
}

static void *crypto_realloc(void *block, size_t size, const char *file,
                            int line) {
  (void)file;
  (void)line;
  return spend(&crypto_budget) ? realloc(block, size) : NULL;
}

static void crypto_free(void *block, const char *file, int line) {
  (void)file;
  (void)line;
  free(block);
}
#endif

static int count_descriptors(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (folder != NULL && readdir(folder) != NULL)
    count++;
  if (folder != NULL)
    closedir(folder);
  return count;
}

static int fail(const char *what, long round, const char *detail) {
  fprintf(stderr, "round %ld: %s: %s\n", round, what, detail);
  return -1;
}

static lua_State *open_state(struct budget *b, const char *script) {
  lua_State *L = lua_newstate(allocate, b);
  luaL_openlibs(L);
  if (luaL_loadfile(L, script) != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    exit(1);
  }
  return L;
}

static int check_leftovers(int descriptors, long round) {
  if (count_descriptors() != descriptors)
    return fail("descriptors", round, "some were not closed");
  if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
    return fail("processes", round, "a child is left");
  return 0;
}

/* 1: the script got through, 0: it starved, -1: it failed otherwise */
static int run_round(const char *script, long round, struct budget *limited,
                     struct budget *of_lua) {
  int descriptors = count_descriptors();
  lua_State *L = open_state(of_lua, script);
  int status, starved;
  limited->left = round;
  status = lua_pcall(L, 0, 0, 0);
  starved = limited->left == 0;
  limited->left = UNLIMITED;
  if (status != LUA_OK && !starved)
    return fail("error", round, luaL_tolstring(L, -1, NULL));
  lua_close(L);
  if (check_leftovers(descriptors, round) != 0)
    return -1;
  return status == LUA_OK && !starved;
}

static int sweep(const char *what, const char *script, struct budget *limited,
                 struct budget *of_lua) {
  long round;
  int verdict = 0;
  for (round = 0; verdict == 0; round++)
    verdict = run_round(script, round, limited, of_lua);
  if (verdict > 0)
    printf("%s %ld\n", what, round);
  return verdict > 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  struct budget of_lua = {UNLIMITED};
  int failed;
  if (argc != 2)
    return 2;
#ifdef STARVE_LIBCRYPTO
  CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free);
#endif
  failed = sweep("lua", argv[1], &of_lua, &of_lua);
#ifdef STARVE_LIBCRYPTO
  if (!failed)
    failed = sweep("libcrypto", argv[1], &crypto_budget, &of_lua);
#endif
  return failed;
}
