/*
** client: one tenant, as a script sees it.
*/
#ifndef m365_client_h
#define m365_client_h

#include <lua.h>

/* m365restore.core.client(options) */
int m365_client_new(lua_State *L);

void m365_client_open(lua_State *L);

#endif
