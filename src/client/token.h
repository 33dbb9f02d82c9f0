/*
** token: who a client is, at this moment.
*/
#ifndef m365_token_h
#define m365_token_h

#include <stdbool.h>
#include <lua.h>

#include "client/client_state.h"

void m365_token_forget(struct m365_token *t);
/* Sets a token that never changes; raises on one that cannot be sent. */
void m365_token_set(lua_State *L, struct m365_client *c, int index);

/* What is wrong with the token at `index`, or NULL. */
const char *m365_token_problem(lua_State *L, int index);

/* Takes a token whose life is not known; false: no memory. */
bool m365_token_keep(struct m365_token *t, const char *token);

/* Seconds on the client's clock, of which only differences count; where it
   fails, real time is the best there is. */
double m365_token_now(lua_State *L, int client);

/* core.without_secrets(client, text, headers) */
int m365_token_strike(lua_State *L);

/* core.payload(client) */
int m365_token_payload(lua_State *L);

#endif
