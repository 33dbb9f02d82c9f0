/*** @submodule m365restore.system */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* getentropy under -std=c99 */
#endif

#include "system/random.h"

#include <errno.h>
#include <lauxlib.h>
#include <unistd.h>

#include "bridge/module.h"
#include "system/failure.h"

/* more would be a mistake of the caller: keys and identifiers are short */
#define MAX_RANDOM 65536

/* what getentropy gives at a time */
#define ENTROPY_CHUNK 256

int m365_random_bytes(void *bytes, size_t n) {
  char *next = bytes;
  while (n > 0) {
    size_t chunk = n < ENTROPY_CHUNK ? n : ENTROPY_CHUNK;
    if (getentropy(next, chunk) != 0)
      return errno;
    next += chunk;
    n -= chunk;
  }
  return 0;
}

/***
Random bytes from the system's cryptographic source.
@function random
@tparam integer n how many bytes, 0 to 65536
@treturn[1] string the bytes
@treturn[2] nil
@treturn[2] table error
*/
int m365_random(lua_State *L) {
  luaL_Buffer bytes;
  lua_Integer n = 0;
  int is_integer = 0;
  int error;
  if (lua_type(L, 1) == LUA_TNUMBER)
    n = lua_tointegerx(L, 1, &is_integer);
  if (!is_integer || n < 0 || n > MAX_RANDOM)
    m365_module_misuse(L, "n", "a whole number from 0 to 65536", 1);
  error = m365_random_bytes(luaL_buffinitsize(L, &bytes, (size_t)n), (size_t)n);
  if (error != 0)
    return m365_system_failure(L, error, "random", NULL);
  luaL_pushresultsize(&bytes, (size_t)n);
  return 1;
}
