/*
** crypto: what the parts of m365restore.crypto share.
*/
#ifndef m365_crypto_h
#define m365_crypto_h

#include <lua.h>
#include <stddef.h>

/* pushes the base64 text of these bytes, with padding */
void m365_crypto_push_base64(lua_State *L, const unsigned char *bytes,
                             size_t n);

/* the bytes of a string argument; numbers are not taken for strings */
const unsigned char *m365_crypto_check_bytes(lua_State *L, int index,
                                             const char *field, size_t *n);

/* crypto_identity.c */
void m365_identity_open(lua_State *L); /* registers them; pushes nothing */
int m365_identity_new(lua_State *L);
int m365_identity_public_key(lua_State *L);

#endif
