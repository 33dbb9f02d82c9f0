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
#define _GNU_SOURCE /* TIOCGWINSZ under -std=c99 */
#endif

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
#include "system/failure.h"
#include "system/file.h"
#include "system/journal.h"
#include "system/random.h"
#include "system/run.h"

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
    {"journal_holder", m365_journal_holder},
    {"replace", m365_file_replace},
    {"read_file", m365_file_read},
    {"run", m365_run},
    {"random", m365_random},
    {"monotonic", system_monotonic},
    {"hostname", system_hostname},
    {"pid", system_pid},
    {NULL, NULL},
};

LUAMOD_API M365_EXPORT int luaopen_m365restore_system(lua_State *L) {
  luaL_checkversion(L);
  m365_journal_open_type(L);
  m365_file_open_type(L);
  luaL_newlib(L, functions);
  return 1;
}
