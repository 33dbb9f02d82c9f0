/*
** renewal: how a client gets a new token.
**
** One at a time for each client, whoever needs it: a task of the library's
** own that calls the credential. It runs while anybody waits, and outlives
** the one who asked first.
*/
#ifndef m365_renewal_h
#define m365_renewal_h

#include <stdbool.h>
#include <lua.h>

#include "client/client_state.h"

/* Makes the metatable of the requests that credentials are given. */
void m365_renewal_open(lua_State *L);

/* Pushes it, for Lua to say what a request knows. */
void m365_renewal_push_requests(lua_State *L);

/* Starts one for the sake of `op`. */
void m365_renewal_start(lua_State *L, struct m365_client *c,
                        const struct m365_operation *op, int client);

/* Is one under way? */
bool m365_renewal_is_running(lua_State *L, int client);

/* Ends one that cannot bring what `op` needs: it lasts too long, or was asked
   for before the token was refused to `op`, and what it brings may be refused
   as well. */
void m365_renewal_end_useless(lua_State *L, struct m365_client *c,
                              const struct m365_operation *op, int client);

#endif
