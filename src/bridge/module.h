/*
** module: how the small modules beside the core fail.
**
** Misuse raises and names the field; the world returns nil and a table
** { code=, class=, message=, remedy= } that reads well through tostring. Codes
** are stable, texts are not.
*/
#ifndef m365_module_h
#define m365_module_h

#include <lua.h>

/* Pushes nil and the error object; returns 2, the number of Lua results. More
   fields can be set on the object, which is on the top. The format is that of
   lua_pushfstring. */
int m365_module_failure(lua_State *L, const char *code, const char *format,
                        ...);

/* Raises "<function>: <field>: <expected> was expected, got ...", where what
   was got is the value at `index`: of a string only its length, because it may
   be a secret. Does not return. */
int m365_module_misuse(lua_State *L, const char *field, const char *expected,
                       int index);

/* Raises unless the value at `index` is absent or a table whose keys are all in
   `known`, which ends with NULL. */
void m365_module_check_options(lua_State *L, int index,
                               const char *const known[]);

/* The place in `names`, which ends with NULL, of the one that is at `index`, a
   positive one; raises where it is none of them. */
int m365_module_check_name(lua_State *L, int index, const char *field,
                           const char *const names[]);

/* A string argument without zero bytes, as the system's calls need it; `field`
   is the name that an error uses. */
const char *m365_module_check_cstring(lua_State *L, int index,
                                      const char *field);

#endif
