/*
** exchange: a credential's own requests, on the same engine.
**
** They are anonymous: no Graph token is ever in one, nothing is followed and
** nothing is tried twice. They go over https, and over plain http only to
** this machine; or, where it is said that they are for a managed identity's
** endpoint, to addresses of its own network. What was in a body is wiped.
*/
#ifndef m365_exchange_h
#define m365_exchange_h

#include <lua.h>

/* core.exchange(fields) */
int m365_exchange(lua_State *L);

/* Pushes the same function, bound to the way that a client's requests take:
   its CA, proxy and client certificate. */
void m365_exchange_push(lua_State *L, int client);

#endif
