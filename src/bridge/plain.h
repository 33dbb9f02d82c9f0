/*
** plain: Lua strings as a terminal, a log or a page may get them.
*/
#ifndef m365_plain_h
#define m365_plain_h

#include <lua.h>

/* Replaces the string on the top by what may be shown of it. */
void m365_plain_top(lua_State *L);

/* core.plain(text, most): what may be shown of a text. */
int m365_plain(lua_State *L);

#endif
