/*
** printable: Lua strings as a terminal, a log or a page may get them.
*/
#ifndef m365_printable_h
#define m365_printable_h

#include <lua.h>

/* Replaces the string on the top by what may be shown of it. */
void m365_printable_top(lua_State *L);

/* core.plain(text, most): what may be shown of a text. */
int m365_printable(lua_State *L);

#endif
