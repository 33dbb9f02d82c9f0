/*
** system: what the parts of m365restore.system share.
*/
#ifndef m365_system_h
#define m365_system_h

#include <lua.h>

/* Pushes nil and the error object of an errno: "<what> <path>: <reason>", with
   `errno` and, unless it is NULL, `path`. Returns 2. */
int m365_system_failure(lua_State *L, int number, const char *what,
                        const char *path);

/* random bytes; 0 or an errno */
int m365_system_random(void *bytes, size_t n);

/* file.c */
void m365_journal_open_type(
    lua_State *L); /* registers the type; pushes nothing */
int m365_journal_open(lua_State *L);
int m365_file_replace(lua_State *L);
int m365_file_read(lua_State *L);

/* run.c */
int m365_run(lua_State *L);

#endif
