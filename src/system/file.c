/*
** What works on the disk is plain C that returns an errno.
*/

/***
@submodule m365restore.system
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_NOFOLLOW under -std=c99 */
#endif

#include "system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/module.h"
#include "system/disk.h"
#include "system/failure.h"
#include "system/random.h"

#define DESCRIPTOR_TYPE "m365restore.descriptor"

#define DEFAULT_MAX_BYTES ((lua_Integer)32 * 1024 * 1024)

/*
** Replacing a file
*/

struct replacement {
  const char *path, *temporary, *directory;
  const char *bytes;
  size_t length;
  mode_t mode;
};

static int fill_file(int fd, const struct replacement *r) {
  int error = fchmod(fd, r->mode) != 0 ? errno : 0;
  int closing;
  if (error == 0)
    error = m365_disk_write(fd, r->bytes, r->length);
  if (error == 0)
    error = m365_disk_sync(fd);
  closing = m365_disk_close(fd);
  return error != 0 ? error : closing;
}

static int replace_file(const struct replacement *r) {
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  int fd = m365_disk_open(r->temporary, flags, M365_PRIVATE_MODE);
  int error;
  if (fd < 0)
    return errno;
  error = fill_file(fd, r);
  if (error == 0 && rename(r->temporary, r->path) != 0)
    error = errno;
  if (error != 0) {
    unlink(r->temporary);
    return error;
  }
  return m365_disk_sync_directory(r->directory);
}

/* the temporary file has a short name of its own: one made from the target's
   could be longer than a name may be */
static int push_temporary(lua_State *L, const char *directory) {
  unsigned char bytes[8];
  char name[2 * sizeof bytes + 1];
  size_t i;
  int error = m365_random_bytes(bytes, sizeof bytes);
  if (error != 0)
    return error;
  for (i = 0; i < sizeof bytes; i++)
    snprintf(name + 2 * i, 3, "%02x", bytes[i]);
  lua_pushfstring(L, "%s/.m365restore-%s", directory, name);
  return 0;
}

static mode_t check_mode(lua_State *L, int index) {
  static const char *const known[] = {"mode", NULL};
  lua_Integer mode = M365_PRIVATE_MODE;
  int is_integer = 1;
  m365_module_check_options(L, index, known);
  if (!lua_isnoneornil(L, index)) {
    lua_pushliteral(L, "mode");
    if (lua_rawget(L, index) != LUA_TNIL)
      mode = lua_tointegerx(L, -1, &is_integer);
    if (!is_integer || mode < 0 || mode > 0777)
      m365_module_misuse(L, "mode", "a whole number from 0 to 511 (octal 777)",
                         -1);
    lua_pop(L, 1);
  }
  return (mode_t)mode;
}

/***
Replaces a file as a whole: whatever happens, the path holds the old content or
the new one. The new one is on the disk when the call returns. A symbolic link
is replaced, not followed. On an error the old file stands (only when the very
last step, syncing the folder, failed may the new one), and no temporary file
stays behind.
@function replace
@tparam string path
@tparam string bytes the new content
@tparam[opt] table options
@tparam[opt=384] integer options.mode permissions of the new file; 384 is
 octal 600: nobody but the owner
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error: `disk_full`, `denied`, `read_only`, `not_found` (the
 folder), `not_a_file` (a folder has that name), `io`
*/
int m365_file_replace(lua_State *L) {
  struct replacement r;
  int error;
  r.path = m365_module_check_cstring(L, 1, "path");
  if (lua_type(L, 2) != LUA_TSTRING)
    m365_module_misuse(L, "bytes", "a string", 2);
  r.bytes = lua_tolstring(L, 2, &r.length);
  lua_settop(L, 3);
  r.mode = check_mode(L, 3);
  m365_disk_push_directory(L, r.path);
  r.directory = lua_tostring(L, 4);
  error = push_temporary(L, r.directory);
  r.temporary = lua_tostring(L, 5);
  if (error == 0)
    error = replace_file(&r);
  if (error != 0)
    return m365_system_failure(L, error, "replace", r.path);
  lua_pushboolean(L, 1);
  return 1;
}

/*
** Reading a file
*/

static int descriptor_gc(lua_State *L) {
  int *box = luaL_testudata(L, 1, DESCRIPTOR_TYPE);
  int fd = box != NULL ? *box : -1;
  if (fd >= 0) {
    *box = -1;
    m365_disk_close(fd);
  }
  return 0;
}

/* Pushes a userdata that closes its descriptor when the function is left, by
   return or by error. */
static int *push_descriptor(lua_State *L) {
  int *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = -1;
  luaL_setmetatable(L, DESCRIPTOR_TYPE);
  lua_toclose(L, -1);
  return box;
}

/* Adds the rest of the file to the buffer, one byte past `max` at most, and
   returns 0 or an errno. Not by its size: in /proc that is 0. */
static int read_rest(luaL_Buffer *content, int fd, size_t max) {
  size_t total = 0;
  while (total <= max) {
    size_t room = max + 1 - total;
    ssize_t got;
    if (room > LUAL_BUFFERSIZE)
      room = LUAL_BUFFERSIZE;
    got = read(fd, luaL_prepbuffsize(content, room), room);
    if (got == 0)
      return 0;
    if (got < 0 && errno != EINTR)
      return errno;
    if (got > 0) {
      luaL_addsize(content, (size_t)got);
      total += (size_t)got;
    }
  }
  return 0;
}

static size_t check_max_bytes(lua_State *L, int index) {
  lua_Integer max = DEFAULT_MAX_BYTES;
  int is_integer = 1;
  if (!lua_isnoneornil(L, index))
    max = lua_tointegerx(L, index, &is_integer);
  if (!is_integer || max < 0 || max > LUA_MAXINTEGER / 2)
    m365_module_misuse(L, "max_bytes", "a whole number of at least 0", index);
  return (size_t)max;
}

/***
The content of a regular file, if it is not too large.
@function read_file
@tparam string path symbolic links are followed
@tparam[opt=33554432] integer max_bytes the largest size to accept
@treturn[1] string
@treturn[2] nil
@treturn[2] table error: `not_found`, `denied`, `not_a_file`, `too_large`,
 `io`
*/
int m365_file_read(lua_State *L) {
  const char *path = m365_module_check_cstring(L, 1, "path");
  size_t max = check_max_bytes(L, 2);
  luaL_Buffer content;
  int error;
  int *fd = push_descriptor(L);
  *fd = m365_disk_open(path, O_RDONLY | O_NONBLOCK, 0);
  if (*fd < 0)
    return m365_system_failure(L, errno, "read", path);
  if (!m365_disk_is_regular(*fd))
    return m365_disk_not_a_file(L, path);
  luaL_buffinit(L, &content);
  error = read_rest(&content, *fd, max);
  if (error != 0)
    return m365_system_failure(L, error, "read", path);
  luaL_pushresult(&content);
  if (lua_rawlen(L, -1) <= max)
    return 1;
  m365_module_failure(L, "too_large", "%s is larger than %I bytes", path,
                      (lua_Integer)max);
  return m365_disk_add_path(L, path);
}

static const luaL_Reg descriptor_metamethods[] = {
    {"__gc", descriptor_gc},
    {"__close", descriptor_gc},
    {NULL, NULL},
};

void m365_file_open_type(lua_State *L) {
  luaL_newmetatable(L, DESCRIPTOR_TYPE);
  luaL_setfuncs(L, descriptor_metamethods, 0);
  lua_pop(L, 1);
}
