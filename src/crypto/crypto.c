/***
Hashes, base64, and the certificates that an application proves itself with,
over OpenSSL's libcrypto.

The module stands alone: it needs neither the core nor a network library. Wrong
arguments raise and name the field. What depends on data comes back as
`nil, err`, where `err` is a table with `code` (stable) and `message`;
`tostring(err)` is the message. Nothing here yields, prints or asks on the
terminal.

@module m365restore.crypto
*/
#include <lauxlib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "bridge/compat.h"
#include "bridge/module.h"
#include "crypto/bytes.h"
#include "crypto/identity.h"

#define DIGEST_TYPE "m365restore.digest"

/*
** Hashes
*/

static int push_hash(lua_State *L, const EVP_MD *type) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length;
  size_t n;
  const unsigned char *bytes = m365_bytes_check(L, 1, "bytes", &n);
  if (EVP_Digest(bytes, n, hash, &length, type, NULL) != 1)
    return luaL_error(L, "libcrypto cannot compute this hash");
  lua_pushlstring(L, (const char *)hash, length);
  return 1;
}

/***
The SHA-256 of a string.
@function sha256
@tparam string bytes
@treturn string 32 raw bytes
@raise when libcrypto is out of memory
@usage crypto.hex(crypto.sha256("abc"))
*/
static int crypto_sha256(lua_State *L) {
  return push_hash(L, EVP_sha256());
}

/***
The SHA-1 of a string; for thumbprints that a service still wants in it.
@function sha1
@tparam string bytes
@treturn string 20 raw bytes
@raise when libcrypto is out of memory
*/
static int crypto_sha1(lua_State *L) {
  return push_hash(L, EVP_sha1());
}

struct digest {
  EVP_MD_CTX *context; /* NULL: finished or closed */
};

static void close_digest(struct digest *d) {
  EVP_MD_CTX *context = d->context;
  d->context = NULL;
  EVP_MD_CTX_free(context);
}

static EVP_MD_CTX *check_digest(lua_State *L) {
  struct digest *d = luaL_checkudata(L, 1, DIGEST_TYPE);
  if (d->context == NULL)
    luaL_error(L, "the digest is finished");
  return d->context;
}

/***
A hash over bytes that arrive in pieces.
@function digest
@tparam string algorithm `"sha256"` or `"sha1"`
@treturn digest
@raise on another algorithm, or when libcrypto is out of memory
*/
static int crypto_digest(lua_State *L) {
  static const char *const names[] = {"sha256", "sha1", NULL};
  int choice = m365_module_check_name(L, 1, "algorithm", names);
  struct digest *d = lua_newuserdatauv(L, sizeof *d, 0);
  d->context = NULL;
  luaL_setmetatable(L, DIGEST_TYPE);
  d->context = EVP_MD_CTX_new();
  if (d->context == NULL ||
      EVP_DigestInit_ex(d->context, choice == 0 ? EVP_sha256() : EVP_sha1(),
                        NULL) != 1)
    return luaL_error(L, "libcrypto cannot compute this hash");
  return 1;
}

/***
Adds bytes.
@function digest:update
@tparam string bytes
@treturn digest itself
@raise after `final`
*/
static int digest_update(lua_State *L) {
  EVP_MD_CTX *context = check_digest(L);
  size_t n;
  const unsigned char *bytes = m365_bytes_check(L, 2, "bytes", &n);
  if (EVP_DigestUpdate(context, bytes, n) != 1)
    return luaL_error(L, "libcrypto cannot compute this hash");
  lua_settop(L, 1);
  return 1;
}

/***
The hash of all that was added. It ends the digest.
@function digest:final
@treturn string raw bytes
@raise when called again
*/
static int digest_final(lua_State *L) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length;
  EVP_MD_CTX *context = check_digest(L);
  int done = EVP_DigestFinal_ex(context, hash, &length);
  close_digest(lua_touserdata(L, 1));
  if (done != 1)
    return luaL_error(L, "libcrypto cannot compute this hash");
  lua_pushlstring(L, (const char *)hash, length);
  return 1;
}

/* anybody can call a finalizer with anything: it must not mind */
static int digest_gc(lua_State *L) {
  struct digest *d = luaL_testudata(L, 1, DIGEST_TYPE);
  if (d != NULL)
    close_digest(d);
  return 0;
}

static int digest_tostring(lua_State *L) {
  struct digest *d = luaL_checkudata(L, 1, DIGEST_TYPE);
  lua_pushstring(L, d->context != NULL ? "digest" : "digest (finished)");
  return 1;
}

/***
Are two strings equal? Takes the same time wherever they differ.
@function equal
@tparam string a
@tparam string b
@treturn boolean
*/
static int crypto_equal(lua_State *L) {
  size_t n, m;
  const unsigned char *a = m365_bytes_check(L, 1, "a", &n);
  const unsigned char *b = m365_bytes_check(L, 2, "b", &m);
  lua_pushboolean(L, n == m && CRYPTO_memcmp(a, b, n) == 0);
  return 1;
}

/*
** Module
*/

static const luaL_Reg digest_methods[] = {
    {"update", digest_update},
    {"final", digest_final},
    {NULL, NULL},
};

static const luaL_Reg digest_metamethods[] = {
    {"__gc", digest_gc},
    {"__close", digest_gc},
    {"__tostring", digest_tostring},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"sha256", crypto_sha256},
    {"sha1", crypto_sha1},
    {"digest", crypto_digest},
    {"hex", m365_bytes_hex},
    {"base64", m365_bytes_base64},
    {"base64url", m365_bytes_base64url},
    {"unbase64", m365_bytes_unbase64},
    {"equal", crypto_equal},
    {"identity", m365_identity_new},
    {"public_key", m365_identity_public_key},
    {NULL, NULL},
};

LUAMOD_API M365_EXPORT int luaopen_m365restore_crypto(lua_State *L) {
  luaL_checkversion(L);
  /* libcrypto is not to leave an exit handler in a host that did not ask: its
     threads may still be signing when it exits */
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
  luaL_newmetatable(L, DIGEST_TYPE);
  luaL_setfuncs(L, digest_metamethods, 0);
  luaL_newlib(L, digest_methods);
  lua_setfield(L, -2, "__index"); /* metatable.__index = method table */
  lua_pop(L, 1);
  m365_identity_open(L);
  luaL_newlib(L, functions);
  return 1;
}
