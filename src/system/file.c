/*
** file: files that survive a crash. A journal that is locked and
** synced, whole-file replacement, and a bounded read.
**
** Descriptors live in userdata that exist before them, so that an error of Lua
** cannot lose one; what works on the disk is plain C that returns an errno.
*/

/***
@submodule m365restore.system
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* flock, O_DIRECTORY under -std=c99 */
#endif

#include "system/system.h"

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
#include "base/signal.h"

#define JOURNAL_TYPE "m365restore.journal"
#define DESCRIPTOR_TYPE "m365restore.descriptor"

/* nobody but the owner: journals name people, replaced files hold anything */
#define PRIVATE_MODE 0600

/* how often a file may change its name under us before we give up on it */
#define OPEN_ATTEMPTS 8

#define DEFAULT_MAX_BYTES ((lua_Integer)32 * 1024 * 1024)

struct journal {
  int fd;       /* -1: closed */
  off_t length; /* of the good content: whole lines that were synced */
  pid_t owner;
  bool damaged; /* a failed write could not be undone */
};

/*
** System calls that go on after a signal; each returns 0 or an errno
*/

static int open_file(const char *path, int flags, mode_t mode) {
  int fd;
  do
    fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

static int close_file(int fd) {
  /* after EINTR the descriptor is gone: closing again could hit another one */
  return close(fd) != 0 && errno != EINTR ? errno : 0;
}

static int sync_file(int fd) {
  int result;
  do
    result = fsync(fd);
  while (result != 0 && errno == EINTR);
  return result != 0 ? errno : 0;
}

static int sync_directory(const char *directory) {
  int fd = open_file(directory, O_RDONLY | O_DIRECTORY, 0);
  int error;
  if (fd < 0)
    return errno;
  error = sync_file(fd);
  close_file(fd);
  /* some file systems cannot sync a directory, and say so like this */
  return error == EINVAL ? 0 : error;
}

static int cut_file(int fd, off_t length) {
  int result;
  do
    result = ftruncate(fd, length);
  while (result != 0 && errno == EINTR);
  return result != 0 ? errno : sync_file(fd);
}

static int write_all(int fd, const char *bytes, size_t n) {
  while (n > 0) {
    ssize_t written = write(fd, bytes, n);
    if (written < 0 && errno != EINTR)
      return errno;
    if (written > 0) {
      bytes += written;
      n -= (size_t)written;
    }
  }
  return 0;
}

/* over RLIMIT_FSIZE the kernel sends a signal that would end the host; without
   it the write fails like on a full disk */
static int write_quietly(int fd, const char *bytes, size_t n) {
  struct m365_held_signal held;
  int error;
  m365_signal_hold(&held, SIGXFSZ);
  error = write_all(fd, bytes, n);
  m365_signal_release(&held);
  return error;
}

/*
** Paths
*/

static void push_directory(lua_State *L, const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL)
    lua_pushliteral(L, ".");
  else if (slash == path)
    lua_pushliteral(L, "/");
  else
    lua_pushlstring(L, path, (size_t)(slash - path));
}

/* the error object on the top names the file too */
static int add_path(lua_State *L, const char *path) {
  lua_pushstring(L, path);
  lua_setfield(L, -2, "path");
  return 2;
}

static int failure_not_a_file(lua_State *L, const char *path) {
  m365_module_failure(L, "not_a_file", "%s is not a regular file", path);
  return add_path(L, path);
}

/*
** Journal: opening
*/

static bool is_regular(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* between open and lock somebody may have replaced the file: then the lock is
   on one that no longer has this name */
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
  j->fd = open_file(path, flags, PRIVATE_MODE);
  if (j->fd < 0)
    return errno;
  return is_regular(j->fd) ? lock_file(j->fd) : EISDIR;
}

static int acquire_journal(struct journal *j, const char *path) {
  int attempt, error;
  for (attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
    error = open_and_lock(j, path);
    if (error != 0 || is_still(j->fd, path))
      return error;
    close_file(j->fd);
    j->fd = -1;
  }
  return EWOULDBLOCK;
}

static int measure_journal(struct journal *j, const char *directory) {
  struct stat status;
  if (fstat(j->fd, &status) != 0)
    return errno;
  j->length = status.st_size;
  return sync_directory(directory); /* a new name must survive as well */
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
    return add_path(L, path);
  }
  m365_module_failure(L, "locked", "%s is in use by process %d", path,
                      (int)holder);
  lua_pushinteger(L, holder);
  lua_setfield(L, -2, "pid");
  return add_path(L, path);
}

static int failure_open(lua_State *L, struct journal *j, const char *path,
                        int error) {
  if (error == EWOULDBLOCK)
    return failure_locked(L, j, path);
  if (error == EISDIR)
    return failure_not_a_file(L, path);
  return m365_system_failure(L, error, "open journal", path);
}

static int close_journal(struct journal *j) {
  int fd = j->fd;
  j->fd = -1;
  /* never LOCK_UN: after a fork it would take the lock from the parent */
  return fd >= 0 ? close_file(fd) : 0;
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
  push_directory(L, path); /* index 2 */
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
** Journal: methods
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
  return add_path(L, path);
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
  int error = write_quietly(j->fd, line, n);
  if (error == 0)
    error = sync_file(j->fd);
  if (error == 0)
    j->length += (off_t)n;
  else
    j->damaged = cut_file(j->fd, j->length) != 0; /* no half line stays */
  return error;
}

/***
Adds one line and returns when it is on the disk. A write that fails is undone:
no part of the line stays.

Error codes beside those of the disk (`disk_full`, `io`): `changed` and `gone`
(somebody else wrote to the file or deleted it), `forked` (this process did not
open it), `damaged` (an earlier failure could not be undone; `truncate` to
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
  error = cut_file(j->fd, length);
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
    error = write_quietly(fd, r->bytes, r->length);
  if (error == 0)
    error = sync_file(fd);
  closing = close_file(fd);
  return error != 0 ? error : closing;
}

static int replace_file(const struct replacement *r) {
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  int fd = open_file(r->temporary, flags, PRIVATE_MODE);
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
  return sync_directory(r->directory);
}

/* the temporary file has a short name of its own: one made from the target's
   could be longer than a name may be */
static int push_temporary(lua_State *L, const char *directory) {
  unsigned char bytes[8];
  char name[2 * sizeof bytes + 1];
  size_t i;
  int error = m365_system_random(bytes, sizeof bytes);
  if (error != 0)
    return error;
  for (i = 0; i < sizeof bytes; i++)
    snprintf(name + 2 * i, 3, "%02x", bytes[i]);
  lua_pushfstring(L, "%s/.m365restore-%s", directory, name);
  return 0;
}

static mode_t check_mode(lua_State *L, int index) {
  static const char *const known[] = {"mode", NULL};
  lua_Integer mode = PRIVATE_MODE;
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
  push_directory(L, r.path);
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
    close_file(fd);
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
  *fd = open_file(path, O_RDONLY | O_NONBLOCK, 0);
  if (*fd < 0)
    return m365_system_failure(L, errno, "read", path);
  if (!is_regular(*fd))
    return failure_not_a_file(L, path);
  luaL_buffinit(L, &content);
  error = read_rest(&content, *fd, max);
  if (error != 0)
    return m365_system_failure(L, error, "read", path);
  luaL_pushresult(&content);
  if (lua_rawlen(L, -1) <= max)
    return 1;
  m365_module_failure(L, "too_large", "%s is larger than %I bytes", path,
                      (lua_Integer)max);
  return add_path(L, path);
}

/*
** Types
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

static const luaL_Reg descriptor_metamethods[] = {
    {"__gc", descriptor_gc},
    {"__close", descriptor_gc},
    {NULL, NULL},
};

void m365_journal_open_type(lua_State *L) {
  luaL_newmetatable(L, JOURNAL_TYPE);
  luaL_setfuncs(L, journal_metamethods, 0);
  luaL_newlib(L, journal_methods);
  lua_setfield(L, -2, "__index"); /* metatable.__index = method table */
  luaL_newmetatable(L, DESCRIPTOR_TYPE);
  luaL_setfuncs(L, descriptor_metamethods, 0);
  lua_pop(L, 2);
}
