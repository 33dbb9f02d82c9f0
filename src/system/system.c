/***
What the operating system knows and Lua's own libraries do not say: terminals,
random bytes, a monotonic clock, files that survive a crash, and programs run
without a shell.

The module stands alone: it needs neither the core nor a network library.
Wrong arguments raise and name the field. What the world refuses comes back as
`nil, err`, where `err` is a table with `code` (stable), `message`, and where
they apply `errno` and `path`; `tostring(err)` is the message. Nothing here
yields.

@module m365restore.system
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* getentropy, TIOCGWINSZ under -std=c99 */
#endif

#include "system/system.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "bridge/compat.h"
#include "bridge/module.h"
#include "base/clock.h"

/* more would be a mistake of the caller: keys and identifiers are short */
#define MAX_RANDOM 65536

/* what getentropy gives at a time */
#define ENTROPY_CHUNK 256

/*
** Errors
*/

static const struct {
  int number;
  const char *code;
} codes[] = {
    {ENOENT, "not_found"},      {ENOTDIR, "not_found"},
    {EACCES, "denied"},         {EPERM, "denied"},
    {EROFS, "read_only"},       {ENOSPC, "disk_full"},
    {EDQUOT, "disk_full"},      {EFBIG, "disk_full"},
    {ELOOP, "symlink"},         {EISDIR, "not_a_file"},
    {EWOULDBLOCK, "locked"},    {ENOMEM, "no_memory"},
    {EMFILE, "too_many_files"}, {ENFILE, "too_many_files"},
    {E2BIG, "too_large"},
};

static const char *code_of(int number) {
  size_t i;
  for (i = 0; i < sizeof codes / sizeof codes[0]; i++)
    if (codes[i].number == number)
      return codes[i].code;
  return "io";
}

int m365_system_failure(lua_State *L, int number, const char *what,
                        const char *path) {
  const char *space = path != NULL ? " " : "";
  m365_module_failure(L, code_of(number), "%s%s%s: %s", what, space,
                      path != NULL ? path : "", strerror(number));
  lua_pushinteger(L, number);
  lua_setfield(L, -2, "errno");
  if (path != NULL) {
    lua_pushstring(L, path);
    lua_setfield(L, -2, "path");
  }
  return 2;
}

/*
** Terminals
*/

static int check_file(lua_State *L, int index) {
  luaL_Stream *stream = luaL_testudata(L, index, LUA_FILEHANDLE);
  if (stream == NULL || stream->closef == NULL)
    m365_module_misuse(L, "file", "an open file", index);
  return fileno(stream->f);
}

/***
Is this file a terminal?
@function isatty
@tparam file file an open file of Lua's `io` library
@treturn boolean
@usage if system.isatty(io.stderr) then bar() end
*/
static int system_isatty(lua_State *L) {
  lua_pushboolean(L, isatty(check_file(L, 1)));
  return 1;
}

/***
The width of the terminal behind a file.
@function columns
@tparam file file an open file of Lua's `io` library
@treturn ?integer columns; nil when the file is no terminal or does not say
*/
static int system_columns(lua_State *L) {
  struct winsize size;
  int fd = check_file(L, 1);
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    lua_pushinteger(L, size.ws_col);
  else
    lua_pushnil(L);
  return 1;
}

/*
** The machine and the process
*/

int m365_system_random(void *bytes, size_t n) {
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
static int system_random(lua_State *L) {
  luaL_Buffer bytes;
  lua_Integer n = 0;
  int is_integer = 0;
  int error;
  if (lua_type(L, 1) == LUA_TNUMBER)
    n = lua_tointegerx(L, 1, &is_integer);
  if (!is_integer || n < 0 || n > MAX_RANDOM)
    m365_module_misuse(L, "n", "a whole number from 0 to 65536", 1);
  error =
      m365_system_random(luaL_buffinitsize(L, &bytes, (size_t)n), (size_t)n);
  if (error != 0)
    return m365_system_failure(L, error, "random", NULL);
  luaL_pushresultsize(&bytes, (size_t)n);
  return 1;
}

/***
A clock that only goes forward; good for differences, not for dates.
@function monotonic
@treturn number seconds since some fixed moment
*/
static int system_monotonic(lua_State *L) {
  lua_pushnumber(L, m365_clock_monotonic());
  return 1;
}

/***
The name of this machine.
@function hostname
@treturn[1] string
@treturn[2] nil
@treturn[2] table error
*/
static int system_hostname(lua_State *L) {
  char name[256];
  if (gethostname(name, sizeof name) != 0)
    return m365_system_failure(L, errno, "hostname", NULL);
  name[sizeof name - 1] = '\0'; /* a name cut short need not be terminated */
  lua_pushstring(L, name);
  return 1;
}

/***
The id of this process.
@function pid
@treturn integer
*/
static int system_pid(lua_State *L) {
  lua_pushinteger(L, getpid());
  return 1;
}

static const luaL_Reg functions[] = {
    {"isatty", system_isatty},
    {"columns", system_columns},
    {"open_journal", m365_journal_open},
    {"replace", m365_file_replace},
    {"read_file", m365_file_read},
    {"run", m365_run},
    {"random", system_random},
    {"monotonic", system_monotonic},
    {"hostname", system_hostname},
    {"pid", system_pid},
    {NULL, NULL},
};

LUAMOD_API M365_EXPORT int luaopen_m365restore_system(lua_State *L) {
  luaL_checkversion(L);
  m365_journal_open_type(L);
  luaL_newlib(L, functions);
  return 1;
}
