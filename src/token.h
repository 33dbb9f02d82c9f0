/*
** token: who a client is, at this moment.
*/
#ifndef m365_token_h
#define m365_token_h

#include <lua.h>

#include "tenant.h"

/* Gives an ASKING job the client's token, or starts to get one. */
void m365_token_authorize(lua_State *L, struct m365_operation *op, int index);
void m365_token_forget(struct m365_token *t);
/* Sets a token that never changes; raises on one that cannot be sent. */
void m365_token_set(lua_State *L, struct m365_client *c, int index);

#endif
