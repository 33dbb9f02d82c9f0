/*
** broken_disk: a disk that fails as the environment says, for a program that
** has this library preloaded.
**
**   NO_WRITING=1  nothing is opened for writing, as on a file system that can
**                 only be read
**   NO_CUTTING=1  no file becomes shorter
*/
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/types.h>

typedef int opener(const char *, int, ...);

static int open_by(const char *name, const char *path, int flags, mode_t mode) {
  union {
    void *object;
    opener *function;
  } real;
  real.object = dlsym(RTLD_NEXT, name);
  if ((flags & O_ACCMODE) != O_RDONLY && getenv("NO_WRITING") != NULL) {
    errno = EROFS;
    return -1;
  }
  return real.function(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list list;
  mode_t mode;
  va_start(list, flags);
  mode = va_arg(list, mode_t);
  va_end(list);
  return open_by("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list list;
  mode_t mode;
  va_start(list, flags);
  mode = va_arg(list, mode_t);
  va_end(list);
  return open_by("open64", path, flags, mode);
}

static int cut_by(const char *name, int fd, off_t length) {
  union {
    void *object;
    int (*function)(int, off_t);
  } real;
  real.object = dlsym(RTLD_NEXT, name);
  if (getenv("NO_CUTTING") != NULL) {
    errno = EIO;
    return -1;
  }
  return real.function(fd, length);
}

int ftruncate(int fd, off_t length) {
  return cut_by("ftruncate", fd, length);
}

int ftruncate64(int fd, off64_t length) {
  return cut_by("ftruncate64", fd, length);
}
