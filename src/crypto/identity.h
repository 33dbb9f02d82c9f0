/*
** identity: a private key with its certificates, and a certificate alone to
** verify with.
*/
#ifndef m365_identity_h
#define m365_identity_h

#include <lua.h>

void m365_identity_open(lua_State *L); /* registers them; pushes nothing */
int m365_identity_new(lua_State *L);
int m365_identity_public_key(lua_State *L);

#endif
