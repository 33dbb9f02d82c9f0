/*
** cjson: a decoder of lua-cjson's that shares nothing with the host's.
**
** Settings belong to an instance. What is shared is a static of the library,
** the decimal point: it is set by the locale whenever the library is opened or
** an instance is made, and the host may rely on what it is.
*/
#ifndef m365_cjson_h
#define m365_cjson_h

#include <lua.h>

/* Pushes a new instance, the host's decimal point being as it was; raises if
   lua-cjson is not there. */
void m365_cjson_push(lua_State *L);

#endif
