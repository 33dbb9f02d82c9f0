#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_DIRECTORY under -std=c99 */
#endif

#include "system/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signal.h"
#include "bridge/module.h"
#include "bridge/field.h"

/*
** System calls
*/

int m365_disk_open(const char *path, int flags, mode_t mode) {
  int fd;
  do
    fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

int m365_disk_close(int fd) {
  /* after EINTR the descriptor is gone: closing again could hit another one */
  return close(fd) != 0 && errno != EINTR ? errno : 0;
}

int m365_disk_sync(int fd) {
  int result;
  do
    result = fsync(fd);
  while (result != 0 && errno == EINTR);
  return result != 0 ? errno : 0;
}

int m365_disk_sync_directory(const char *directory) {
  int fd = m365_disk_open(directory, O_RDONLY | O_DIRECTORY, 0);
  int error;
  if (fd < 0)
    return errno;
  error = m365_disk_sync(fd);
  m365_disk_close(fd);
  /* some file systems cannot sync a directory, and say so like this */
  return error == EINVAL ? 0 : error;
}

int m365_disk_cut(int fd, off_t length) {
  int result;
  do
    result = ftruncate(fd, length);
  while (result != 0 && errno == EINTR);
  return result != 0 ? errno : m365_disk_sync(fd);
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
int m365_disk_write(int fd, const char *bytes, size_t n) {
  struct m365_held_signal held;
  int error;
  m365_signal_hold(&held, SIGXFSZ);
  error = write_all(fd, bytes, n);
  m365_signal_release(&held);
  return error;
}

bool m365_disk_is_regular(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/*
** Paths
*/

void m365_disk_push_directory(lua_State *L, const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL)
    lua_pushliteral(L, ".");
  else if (slash == path)
    lua_pushliteral(L, "/");
  else
    lua_pushlstring(L, path, (size_t)(slash - path));
}

/* the error object on the top names the file too */
int m365_disk_add_path(lua_State *L, const char *path) {
  m365_field_text(L, "path", path);
  return 2;
}

int m365_disk_not_a_file(lua_State *L, const char *path) {
  m365_module_failure(L, "not_a_file", "%s is not a regular file", path);
  return m365_disk_add_path(L, path);
}
