/*
** Descriptors live in userdata that exist before them, so that an error of Lua
** cannot lose one.
*/

/***
@submodule m365restore.system
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* flock under -std=c99 */
#endif

#include "system/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/sysmacros.h>
#endif
#include <unistd.h>

#include "bridge/module.h"
#include "bridge/printable.h"
#include "system/disk.h"
#include "system/failure.h"
#include "bridge/field.h"

#define JOURNAL_TYPE "m365restore.journal"

/* how often a file may change its name under us before we give up on it */
#define OPEN_ATTEMPTS 8

struct journal {
  int fd;       /* -1: closed */
  off_t length; /* of the good content: whole lines that were synced */
  pid_t owner;
  bool damaged; /* a failed write could not be undone */
};

/*
** Opening
*/

/* between open and lock another process may have replaced the file: then the
   lock is on one that no longer has this name */
static bool is_still(int fd, const char *path) {
  struct stat ours, named;
  return fstat(fd, &ours) == 0 && lstat(path, &named) == 0 &&
         ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

/* flock and not fcntl: its lock belongs to this opening of the file, so that a
   second one in the same process is refused, and closing an unrelated
   descriptor of the same file does not release it */
static int lock_file(int fd) {
  int result;
  do
    result = flock(fd, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  return result != 0 ? errno : 0;
}

/* One attempt. O_NONBLOCK, because opening a pipe by mistake must not wait. */
static int open_and_lock(struct journal *j, const char *path) {
  const int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  j->fd = m365_disk_open(path, flags, M365_PRIVATE_MODE);
  if (j->fd < 0)
    return errno;
  return m365_disk_is_regular(j->fd) ? lock_file(j->fd) : EISDIR;
}

static int acquire_journal(struct journal *j, const char *path) {
  int attempt, error;
  for (attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
    error = open_and_lock(j, path);
    if (error != 0 || is_still(j->fd, path))
      return error;
    m365_disk_close(j->fd);
    j->fd = -1;
  }
  return EWOULDBLOCK;
}

static int measure_journal(struct journal *j, const char *directory) {
  struct stat status;
  if (fstat(j->fd, &status) != 0)
    return errno;
  j->length = status.st_size;
  return m365_disk_sync_directory(
      directory); /* a new name must survive as well */
}

/* The process that holds the lock, or 0. Only Linux tells, and only about
   processes that this one can see. */
static pid_t lock_holder(int fd) {
  pid_t holder = 0;
#ifdef __linux__
  struct stat status;
  char line[256], wanted[64];
  FILE *locks = fopen("/proc/locks", "re");
  if (locks != NULL && fstat(fd, &status) == 0) {
    snprintf(wanted, sizeof wanted, "%02x:%02x:%ju", major(status.st_dev),
             minor(status.st_dev), (uintmax_t)status.st_ino);
    while (holder == 0 && fgets(line, sizeof line, locks) != NULL) {
      int pid;
      char file[64];
      if (sscanf(line, "%*s FLOCK %*s %*s %d %63s", &pid, file) == 2 &&
          pid > 0 && strcmp(file, wanted) == 0)
        holder = pid;
    }
  }
  if (locks != NULL)
    fclose(locks);
#else
  (void)fd;
#endif
  return holder;
}

static int failure_locked(lua_State *L, struct journal *j, const char *path) {
  pid_t holder = j->fd >= 0 ? lock_holder(j->fd) : 0;
  if (holder == 0) {
    m365_module_failure(L, "locked", "%s is in use by another process", path);
    return m365_disk_add_path(L, path);
  }
  m365_module_failure(L, "locked", "%s is in use by process %d", path,
                      (int)holder);
  m365_field_integer(L, "pid", holder);
  return m365_disk_add_path(L, path);
}

static int failure_open(lua_State *L, struct journal *j, const char *path,
                        int error) {
  if (error == EWOULDBLOCK)
    return failure_locked(L, j, path);
  if (error == EISDIR)
    return m365_disk_not_a_file(L, path);
  return m365_system_failure(L, error, "open journal", path);
}

static int close_journal(struct journal *j) {
  int fd = j->fd;
  j->fd = -1;
  /* never LOCK_UN: after a fork it would take the lock from the parent */
  return fd >= 0 ? m365_disk_close(fd) : 0;
}

/***
The process that holds a journal, without touching its lock. Only Linux tells,
and only about processes that this one can see.
@function journal_holder
@tparam string path
@treturn ?integer its id; nil: no process holds it, or the system does not tell
*/
int m365_journal_holder(lua_State *L) {
  const char *path = m365_module_check_cstring(L, 1, "path");
  int fd = m365_disk_open(path, O_RDONLY | O_NONBLOCK, 0);
  pid_t holder = fd >= 0 ? lock_holder(fd) : 0;
  if (fd >= 0)
    m365_disk_close(fd);
  if (holder == 0)
    return 0;
  lua_pushinteger(L, holder);
  return 1;
}

/***
Opens an append-only file of lines, creates it (mode 0600) if it is missing, and
holds an exclusive lock on it until it is closed. The last part of the path must
not be a symbolic link.

Error codes: `locked` (with `pid` when the holder is known; a second open in
the same process is refused too), `symlink`, `not_a_file`, `not_found` (the
folder), `denied`, `read_only`, `disk_full`, `io`.
@function open_journal
@tparam string path
@treturn[1] journal to be closed; `local j <close>` works
@treturn[2] nil
@treturn[2] table error
@usage local journal <close> = assert(system.open_journal("run.jsonl"))
*/
int m365_journal_open(lua_State *L) {
  const char *path = m365_module_check_cstring(L, 1, "path");
  struct journal *j;
  int error;
  lua_settop(L, 1);
  m365_disk_push_directory(L, path); /* index 2 */
  j = lua_newuserdatauv(L, sizeof *j, 1);
  memset(j, 0, sizeof *j);
  j->fd = -1;
  luaL_setmetatable(L, JOURNAL_TYPE);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, 3, 1); /* the path, for messages */
  j->owner = getpid();
  error = acquire_journal(j, path);
  if (error == 0)
    error = measure_journal(j, lua_tostring(L, 2));
  if (error == 0)
    return 1;
  failure_open(L, j, path, error);
  close_journal(j); /* the collector may come late; the lock must not wait */
  return 2;
}

/*
** Methods
*/

static struct journal *check_journal(lua_State *L) {
  struct journal *j = luaL_checkudata(L, 1, JOURNAL_TYPE);
  if (j->fd < 0)
    luaL_error(L, "the journal is closed");
  return j;
}

static const char *journal_path(lua_State *L) {
  lua_getiuservalue(L, 1, 1);
  return lua_tostring(L, -1); /* stays on the stack */
}

static int failure_journal(lua_State *L, int error, const char *what) {
  return m365_system_failure(L, error, what, journal_path(L));
}

/* the same for what no errno says; the format has one %s, for the path */
static int failure_state(lua_State *L, const char *code, const char *format) {
  const char *path = journal_path(L);
  m365_module_failure(L, code, format, path);
  return m365_disk_add_path(L, path);
}

/* a forked child shares the lock, so that it would not protect anything */
static int refuse_forked(lua_State *L, const struct journal *j) {
  if (j->owner == getpid())
    return 0;
  return failure_state(L, "forked", "%s belongs to the process that opened it");
}

/* Nothing is added to a file that is not as we left it. Returns 0, or the
   number of results of a refusal. */
static int refuse_append(lua_State *L, const struct journal *j) {
  struct stat status;
  if (j->damaged)
    return failure_state(L, "damaged", "%s ends in a write that failed");
  if (fstat(j->fd, &status) != 0)
    return failure_journal(L, errno, "append to");
  if (status.st_nlink == 0)
    return failure_state(L, "gone", "%s was deleted while it was in use");
  if (status.st_size != j->length)
    return failure_state(L, "changed", "%s was changed by somebody else");
  return refuse_forked(L, j);
}

static int add_line(struct journal *j, const char *line, size_t n) {
  int error = m365_disk_write(j->fd, line, n);
  if (error == 0)
    error = m365_disk_sync(j->fd);
  if (error == 0)
    j->length += (off_t)n;
  else
    j->damaged = m365_disk_cut(j->fd, j->length) != 0; /* no half line stays */
  return error;
}

/***
Adds one line and returns when it is on the disk. A write that fails is undone:
no part of the line stays.

Error codes beside those of the disk (`disk_full`, `io`): `changed` and `gone`
(another process wrote to the file or deleted it), `forked` (this process did
not open it), `damaged` (an earlier failure could not be undone; `truncate` to
`size()` mends it).
@function journal:append
@tparam string line without its line break, which is added
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error
*/
static int journal_append(lua_State *L) {
  struct journal *j = check_journal(L);
  size_t n;
  const char *line;
  int error;
  if (lua_type(L, 2) != LUA_TSTRING)
    m365_module_misuse(L, "line", "a string", 2);
  line = lua_tolstring(L, 2, &n);
  if (memchr(line, '\n', n) != NULL)
    m365_module_misuse(L, "line", "a string without a line break", 2);
  lua_settop(L, 2);
  if (refuse_append(L, j) != 0)
    return 2;
  lua_pushliteral(L, "\n");
  lua_concat(L, 2); /* one write, so that a crash cannot come between */
  line = lua_tolstring(L, -1, &n);
  error = add_line(j, line, n);
  if (error != 0)
    return failure_journal(L, error, "append to");
  lua_pushboolean(L, 1);
  return 1;
}

/* 0, an errno, or -1 for a file that is shorter than it was */
static int read_exactly(int fd, char *bytes, size_t n) {
  size_t done = 0;
  while (done < n) {
    ssize_t got = pread(fd, bytes + done, n - done, (off_t)done);
    if (got == 0)
      return -1;
    if (got < 0 && errno != EINTR)
      return errno;
    if (got > 0)
      done += (size_t)got;
  }
  return 0;
}

/***
The whole content, a last line that was cut short included.
@function journal:read
@treturn[1] string
@treturn[2] nil
@treturn[2] table error
*/
static int journal_read(lua_State *L) {
  struct journal *j = check_journal(L);
  size_t n = (size_t)j->length;
  luaL_Buffer content;
  int error = read_exactly(j->fd, luaL_buffinitsize(L, &content, n), n);
  if (error == -1)
    return failure_state(L, "changed", "%s was shortened by somebody else");
  if (error != 0)
    return failure_journal(L, error, "read");
  luaL_pushresultsize(&content, n);
  return 1;
}

static off_t check_length(lua_State *L, const struct journal *j) {
  int is_integer = 0;
  lua_Integer n = 0;
  if (lua_type(L, 2) == LUA_TNUMBER)
    n = lua_tointegerx(L, 2, &is_integer);
  if (!is_integer || n < 0 || n > j->length)
    m365_module_misuse(L, "n",
                       "a whole number from 0 to the size of the journal", 2);
  return (off_t)n;
}

/***
Cuts the journal and syncs it.
@function journal:truncate
@tparam integer n bytes to keep, 0 to `size()`
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error
*/
static int journal_truncate(lua_State *L) {
  struct journal *j = check_journal(L);
  off_t length = check_length(L, j);
  int error;
  if (refuse_forked(L, j) != 0)
    return 2;
  error = m365_disk_cut(j->fd, length);
  if (error != 0)
    return failure_journal(L, error, "truncate");
  j->length = length;
  j->damaged = false;
  lua_pushboolean(L, 1);
  return 1;
}

/***
How many bytes the journal holds.
@function journal:size
@treturn integer
*/
static int journal_size(lua_State *L) {
  lua_pushinteger(L, check_journal(L)->length);
  return 1;
}

/***
The path, as it was given.
@function journal:path
@treturn string
*/
static int journal_get_path(lua_State *L) {
  check_journal(L);
  journal_path(L);
  return 1;
}

/***
Closes the journal and releases its lock. Closing again does nothing.
@function journal:close
@treturn[1] boolean true
@treturn[2] nil
@treturn[2] table error
*/
static int journal_close(lua_State *L) {
  struct journal *j = luaL_checkudata(L, 1, JOURNAL_TYPE);
  int error = close_journal(j);
  if (error != 0)
    return failure_journal(L, error, "close");
  lua_pushboolean(L, 1);
  return 1;
}

/* anybody can call a finalizer with anything: it must not mind */
static int journal_gc(lua_State *L) {
  struct journal *j = luaL_testudata(L, 1, JOURNAL_TYPE);
  if (j != NULL)
    close_journal(j);
  return 0;
}

static int journal_tostring(lua_State *L) {
  struct journal *j = luaL_checkudata(L, 1, JOURNAL_TYPE);
  const char *path = j->fd < 0 ? "closed" : journal_path(L);
  lua_pushfstring(L, "journal (%s)", path);
  m365_printable_top(L);
  return 1;
}

/*
** The type
*/

static const luaL_Reg journal_methods[] = {
    {"append", journal_append},
    {"read", journal_read},
    {"truncate", journal_truncate},
    {"size", journal_size},
    {"path", journal_get_path},
    {"close", journal_close},
    {NULL, NULL},
};

static const luaL_Reg journal_metamethods[] = {
    {"__gc", journal_gc},
    {"__close", journal_gc},
    {"__tostring", journal_tostring},
    {NULL, NULL},
};

void m365_journal_open_type(lua_State *L) {
  luaL_newmetatable(L, JOURNAL_TYPE);
  luaL_setfuncs(L, journal_metamethods, 0);
  luaL_newlib(L, journal_methods);
  lua_setfield(L, -2, "__index"); /* metatable.__index = method table */
  lua_pop(L, 1);
}
