/*
** client_request: anything else in Graph, under the same laws.
*/
#ifndef m365_client_request_h
#define m365_client_request_h

#include <lua.h>

/* client:request(method, path, options) */
int m365_client_request(lua_State *L);

/* core.request_url(client, path, field) */
int m365_client_request_url(lua_State *L);

#endif
