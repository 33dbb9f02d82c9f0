/*
** file: whole-file replacement, and a bounded read.
*/
#ifndef m365_file_h
#define m365_file_h

#include <lua.h>

void m365_file_open_type(lua_State *L); /* registers it; pushes nothing */
int m365_file_replace(lua_State *L);
int m365_file_read(lua_State *L);

#endif
