/*
** bytes: bytes as arguments, and their forms as text.
*/
#ifndef m365_bytes_h
#define m365_bytes_h

#include <lua.h>
#include <stddef.h>

/* the bytes of a string argument; numbers are not taken for strings */
const unsigned char *m365_bytes_check(lua_State *L, int index,
                                      const char *field, size_t *n);

/* pushes the base64 text of these bytes, with padding */
void m365_bytes_push_base64(lua_State *L, const unsigned char *bytes, size_t n);

/* the functions that Lua sees */
int m365_bytes_hex(lua_State *L);
int m365_bytes_base64(lua_State *L);
int m365_bytes_base64url(lua_State *L);
int m365_bytes_unbase64(lua_State *L);

#endif
