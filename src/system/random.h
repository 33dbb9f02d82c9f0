/*
** random: bytes from the system's cryptographic source.
*/
#ifndef m365_random_h
#define m365_random_h

#include <stddef.h>
#include <lua.h>

/* 0 or an errno */
int m365_random_bytes(void *bytes, size_t n);

/* system.random(n) */
int m365_random(lua_State *L);

#endif
