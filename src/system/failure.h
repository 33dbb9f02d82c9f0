/*
** failure: what a system call failed with, as an error object.
*/
#ifndef m365_system_failure_h
#define m365_system_failure_h

#include <lua.h>

/* Pushes nil and the error object of an errno: "<what> <path>: <reason>", with
   `errno` and, unless it is NULL, `path`. Returns 2. */
int m365_system_failure(lua_State *L, int number, const char *what,
                        const char *path);

#endif
