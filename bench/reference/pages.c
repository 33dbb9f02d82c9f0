/*
** pages URL COUNT: downloads the pages URL?$skiptoken=1 to COUNT and decodes
** each with lua-cjson, nothing else. Prints the number of artifacts seen and
** the peak of its resident memory in KiB.
*/

#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "fetch.h"

static long peak_memory(void) {
  FILE *status = fopen("/proc/self/status", "r");
  char line[256];
  long peak = 0;
  if (status == NULL)
    return 0;
  while (fgets(line, sizeof line, status) != NULL)
    if (sscanf(line, "VmHWM: %ld", &peak) == 1)
      break;
  fclose(status);
  return peak;
}

/* stack: decode -> decode; returns the number of artifacts in the page */
static lua_Integer decode_page(lua_State *L, const struct fetch *f) {
  lua_Integer artifacts;
  lua_pushvalue(L, -1);
  lua_pushlstring(L, f->body, f->length);
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "value");
  artifacts = luaL_len(L, -1);
  lua_pop(L, 2);
  return artifacts;
}

/* Runs protected, with the fetch, the URL and the count as arguments. */
static int walk(lua_State *L) {
  struct fetch *f = lua_touserdata(L, 1);
  const char *base = lua_tostring(L, 2);
  lua_Integer count = lua_tointeger(L, 3), artifacts = 0, page;
  char url[512];
  luaL_openlibs(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "cjson");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "decode");
  for (page = 1; page <= count; page++) {
    snprintf(url, sizeof url, "%s?$skiptoken=%d", base, (int)page);
    if (fetch_get(f, url) != 0)
      return luaL_error(L, "page %d did not come", (int)page);
    artifacts += decode_page(L, f);
  }
  lua_pushinteger(L, artifacts);
  return 1;
}

static int walk_protected(lua_State *L, struct fetch *f, char **argv) {
  lua_pushcfunction(L, walk);
  lua_pushlightuserdata(L, f);
  lua_pushstring(L, argv[1]);
  lua_pushinteger(L, strtol(argv[2], NULL, 10));
  if (lua_pcall(L, 3, 1, 0) != LUA_OK) {
    fprintf(stderr, "pages: %s\n", lua_tostring(L, -1));
    return EXIT_FAILURE;
  }
  printf("%ld %ld\n", (long)lua_tointeger(L, -1), peak_memory());
  return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  struct fetch f;
  lua_State *L;
  int status = EXIT_FAILURE;
  if (argc != 3) {
    fprintf(stderr, "usage: pages URL COUNT\n");
    return EXIT_FAILURE;
  }
  L = luaL_newstate();
  if (fetch_open(&f) == 0 && L != NULL)
    status = walk_protected(L, &f, argv);
  fetch_close(&f);
  if (L != NULL)
    lua_close(L);
  return status;
}
