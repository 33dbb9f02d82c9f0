/*
** disk: system calls on files that go on after a signal. Those that return an
** int return 0 or an errno, unless something else is said.
*/
#ifndef m365_disk_h
#define m365_disk_h

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <lua.h>

/* for the owner alone: journals name people, replaced files hold anything */
#define M365_PRIVATE_MODE 0600

/* The descriptor, or -1 with errno. */
int m365_disk_open(const char *path, int flags, mode_t mode);
int m365_disk_close(int fd);
int m365_disk_sync(int fd);
int m365_disk_sync_directory(const char *directory);
int m365_disk_cut(int fd, off_t length);
int m365_disk_write(int fd, const char *bytes, size_t n);
bool m365_disk_is_regular(int fd);

/* Pushes the folder that a path stands in. */
void m365_disk_push_directory(lua_State *L, const char *path);

/* Names the file in the error object on the top, too. Returns 2. */
int m365_disk_add_path(lua_State *L, const char *path);

/* Pushes nil and the error of a path that is no regular file. Returns 2. */
int m365_disk_not_a_file(lua_State *L, const char *path);

#endif
