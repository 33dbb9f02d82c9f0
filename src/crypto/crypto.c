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
#include "crypto/crypto.h"

#include <lauxlib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "bridge/compat.h"
#include "bridge/module.h"

#define DIGEST_TYPE "m365restore.digest"

const unsigned char *m365_crypto_check_bytes(lua_State *L, int index,
                                             const char *field, size_t *n) {
  if (lua_type(L, index) != LUA_TSTRING)
    m365_module_misuse(L, field, "a string", index);
  return (const unsigned char *)lua_tolstring(L, index, n);
}

/*
** Hashes
*/

static int push_hash(lua_State *L, const EVP_MD *type) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length;
  size_t n;
  const unsigned char *bytes = m365_crypto_check_bytes(L, 1, "bytes", &n);
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
  const unsigned char *bytes = m365_crypto_check_bytes(L, 2, "bytes", &n);
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

/*
** Text forms of bytes
*/

/***
Bytes as lower-case hexadecimal digits.
@function hex
@tparam string bytes
@treturn string
*/
static int crypto_hex(lua_State *L) {
  static const char digits[] = "0123456789abcdef";
  luaL_Buffer text;
  size_t n, i;
  const unsigned char *bytes = m365_crypto_check_bytes(L, 1, "bytes", &n);
  char *out = luaL_buffinitsize(L, &text, 2 * n);
  for (i = 0; i < n; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  luaL_pushresultsize(&text, 2 * n);
  return 1;
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static const char standard_alphabet[] = LETTERS "0123456789+/";
static const char url_alphabet[] = LETTERS "0123456789-_";

/* up to three bytes as four digits; those past the end are not wanted */
static void encode_group(char *out, const unsigned char *bytes, size_t n,
                         const char *alphabet) {
  unsigned long group = (unsigned long)bytes[0] << 16;
  if (n > 1)
    group |= (unsigned long)bytes[1] << 8;
  if (n > 2)
    group |= bytes[2];
  out[0] = alphabet[group >> 18];
  out[1] = alphabet[group >> 12 & 63];
  out[2] = alphabet[group >> 6 & 63];
  out[3] = alphabet[group & 63];
}

/* Pushes the digits, with nothing in the place of the missing bytes. */
static void push_digits(lua_State *L, const unsigned char *bytes, size_t n,
                        const char *alphabet) {
  luaL_Buffer text;
  size_t length = n / 3 * 4 + (n % 3 > 0 ? n % 3 + 1 : 0);
  char *out = luaL_buffinitsize(L, &text, (n + 2) / 3 * 4);
  size_t i;
  for (i = 0; i < n; i += 3)
    encode_group(out + i / 3 * 4, bytes + i, n - i, alphabet);
  luaL_pushresultsize(&text, length);
}

void m365_crypto_push_base64(lua_State *L, const unsigned char *bytes,
                             size_t n) {
  push_digits(L, bytes, n, standard_alphabet);
  if (n % 3 > 0) {
    lua_pushstring(L, n % 3 == 1 ? "==" : "=");
    lua_concat(L, 2);
  }
}

/***
Bytes as base64 (RFC 4648, section 4), with padding.
@function base64
@tparam string bytes
@treturn string
*/
static int crypto_base64(lua_State *L) {
  size_t n;
  const unsigned char *bytes = m365_crypto_check_bytes(L, 1, "bytes", &n);
  m365_crypto_push_base64(L, bytes, n);
  return 1;
}

/***
Bytes as base64url (RFC 4648, section 5), without padding, as in a JWT.
@function base64url
@tparam string bytes
@treturn string
*/
static int crypto_base64url(lua_State *L) {
  size_t n;
  const unsigned char *bytes = m365_crypto_check_bytes(L, 1, "bytes", &n);
  push_digits(L, bytes, n, url_alphabet);
  return 1;
}

/* the value of a digit of either alphabet, or -1 */
static int digit_value(unsigned char digit) {
  const char *place;
  if (digit == '\0') /* strchr would find the terminator */
    return -1;
  if ((place = strchr(standard_alphabet, digit)) != NULL)
    return (int)(place - standard_alphabet);
  if ((place = strchr(url_alphabet, digit)) != NULL)
    return (int)(place - url_alphabet);
  return -1;
}

/* how many of n characters are digits: all but the padding. Padding that is
   there must be complete, and a single digit left over says nothing: both give
   (size_t)-1. */
static size_t count_digits(const unsigned char *text, size_t n) {
  size_t digits = n;
  while (digits > 0 && n - digits < 2 && text[digits - 1] == '=')
    digits--;
  if ((digits < n && n % 4 != 0) || digits % 4 == 1)
    return (size_t)-1;
  return digits;
}

/* Returns how many bytes came out, or (size_t)-1. Bits left over must be zero:
   one value has one text. */
static size_t decode(unsigned char *out, const unsigned char *text, size_t n) {
  size_t digits = count_digits(text, n), length = 0, i;
  unsigned int bits = 0, held = 0;
  if (digits == (size_t)-1)
    return digits;
  for (i = 0; i < digits; i++) {
    int value = digit_value(text[i]);
    if (value < 0)
      return (size_t)-1;
    bits = (bits << 6 | (unsigned int)value) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[length++] = (unsigned char)(bits >> held);
    }
  }
  return (bits & ((1U << held) - 1)) == 0 ? length : (size_t)-1;
}

/***
The bytes behind base64 or base64url; padding may be there or not.
@function unbase64
@tparam string text
@treturn[1] string
@treturn[2] nil
@treturn[2] table error: `bad_base64`
*/
static int crypto_unbase64(lua_State *L) {
  luaL_Buffer bytes;
  size_t n, length;
  const unsigned char *text = m365_crypto_check_bytes(L, 1, "text", &n);
  char *out = luaL_buffinitsize(L, &bytes, n / 4 * 3 + 3);
  length = decode((unsigned char *)out, text, n);
  if (length == (size_t)-1)
    return m365_module_failure(L, "bad_base64", "the text is not base64");
  luaL_pushresultsize(&bytes, length);
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
  const unsigned char *a = m365_crypto_check_bytes(L, 1, "a", &n);
  const unsigned char *b = m365_crypto_check_bytes(L, 2, "b", &m);
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
    {"hex", crypto_hex},
    {"base64", crypto_base64},
    {"base64url", crypto_base64url},
    {"unbase64", crypto_unbase64},
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
