/*
** authorize: gives requests their client's token.
**
** A token is asked for when a request is about to leave. Whether a new one is
** fetched is decided here; `renewal` knows how.
*/
#ifndef m365_authorize_h
#define m365_authorize_h

#include <lua.h>

#include "client/client_state.h"

/* Gives an ASKING job the client's token, or starts to get one. */
void m365_authorize(lua_State *L, struct m365_operation *op, int index);

#endif
