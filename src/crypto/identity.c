/*
** identity: a private key with its certificates, and a certificate
** alone to verify with.
**
** All work with libcrypto is plain C that returns what is wrong: nothing
** of OpenSSL is held while Lua may raise, except by a userdata. The errors that
** libcrypto queues are taken away again, ours only: the host's stay.
*/

/***
@submodule m365restore.crypto
*/
#include "crypto/identity.h"

#include <lauxlib.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "bridge/module.h"
#include "crypto/bytes.h"
#include "crypto/pem.h"

#define IDENTITY_TYPE "m365restore.identity"
#define PUBLIC_KEY_TYPE "m365restore.public_key"

/* RFC 7518, section 3.5: as long as the hash */
#define PSS_SALT_LENGTH 32

/*
** Constructors
*/

static const char *check_pem(lua_State *L, size_t *length) {
  const char *pem = (const char *)m365_bytes_check(L, 1, "pem", length);
  if (*length > INT_MAX) /* libcrypto counts in int */
    m365_module_misuse(L, "pem", "a string shorter than 2 GiB", 1);
  return pem;
}

static void check_passphrase(lua_State *L, int options,
                             struct m365_pem_secret *secret) {
  static const char *const known[] = {"passphrase", NULL};
  memset(secret, 0, sizeof *secret);
  m365_module_check_options(L, options, known);
  if (lua_isnoneornil(L, options))
    return;
  lua_pushliteral(L, "passphrase");
  if (lua_rawget(L, options) == LUA_TNIL)
    return;
  secret->bytes =
      (const char *)m365_bytes_check(L, -1, "passphrase", &secret->length);
  if (secret->length > M365_MAX_PASSPHRASE)
    m365_module_misuse(L, "passphrase", "a string of at most 1024 bytes", -1);
}

static int push_holder(lua_State *L, const char *type,
                       struct m365_pem_secret *secret) {
  size_t length;
  const char *pem = check_pem(L, &length);
  const struct m365_pem_problem *wrong;
  struct m365_pem *h = lua_newuserdatauv(L, sizeof *h, 0);
  memset(h, 0, sizeof *h);
  luaL_setmetatable(L, type);
  wrong = m365_pem_load(h, pem, length, secret);
  return wrong == NULL
             ? 1
             : m365_module_failure(L, wrong->code, "%s", wrong->message);
}

/***
Who an application is: a private RSA key and its certificate, with the
certificates above it where they are given. No method reveals the key.

Error codes: `bad_pem`, `no_key`, `no_certificate`, `key_mismatch`,
`passphrase_needed`, `bad_passphrase`, `not_rsa`, `no_memory`. An expired
certificate is not refused: ask `not_after`.
@function identity
@tparam string pem the PEM blocks in any order; the first private key counts,
 and of the certificates that match it the one that lasts longest
@tparam[opt] table options
@tparam[opt] string options.passphrase opens an encrypted key, at most 1024
 bytes
@treturn[1] identity to be closed
@treturn[2] nil
@treturn[2] table error
@usage
local identity <close> = assert(crypto.identity(pem, { passphrase = secret }))
local signature = identity:sign("PS256", text)
*/
int m365_identity_new(lua_State *L) {
  struct m365_pem_secret secret;
  lua_settop(L, 2);
  check_passphrase(L, 2, &secret);
  return push_holder(L, IDENTITY_TYPE, &secret);
}

/***
A certificate to verify signatures with.

Error codes: `bad_pem`, `no_certificate`, `not_rsa`, `no_memory`.
@function public_key
@tparam string pem the first certificate in it counts
@treturn[1] public_key to be closed
@treturn[2] nil
@treturn[2] table error
*/
int m365_identity_public_key(lua_State *L) {
  lua_settop(L, 1);
  return push_holder(L, PUBLIC_KEY_TYPE, NULL);
}

/*
** Methods. The two types share them: each closure has the name of its type as
** its upvalue.
*/

static const char *type_name(lua_State *L) {
  return lua_tostring(L, lua_upvalueindex(1));
}

static struct m365_pem *check_holder(lua_State *L) {
  struct m365_pem *h = luaL_checkudata(L, 1, type_name(L));
  if (h->key == NULL)
    luaL_error(L, "%s is closed", type_name(L));
  return h;
}

static X509 *leaf_of(const struct m365_pem *h) {
  return sk_X509_value(h->chain, 0);
}

enum algorithm { PS256, RS256 };

static enum algorithm check_algorithm(lua_State *L) {
  static const char *const names[] = {"PS256", "RS256", NULL};
  return (enum algorithm)m365_module_check_name(L, 2, "algorithm", names);
}

static bool set_padding(EVP_PKEY_CTX *context, enum algorithm algorithm) {
  if (algorithm == RS256)
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, PSS_SALT_LENGTH) > 0 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
}

struct message {
  enum algorithm algorithm;
  const unsigned char *bytes;
  size_t length;
};

static bool sign(EVP_PKEY *key, const struct message *m, unsigned char *out,
                 size_t *length) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_PKEY_CTX *parameters; /* belongs to the context */
  bool done;
  ERR_set_mark();
  done =
      context != NULL &&
      EVP_DigestSignInit(context, &parameters, EVP_sha256(), NULL, key) > 0 &&
      set_padding(parameters, m->algorithm) &&
      EVP_DigestSign(context, out, length, m->bytes, m->length) > 0;
  EVP_MD_CTX_free(context);
  ERR_pop_to_mark();
  return done;
}

static bool verify(EVP_PKEY *key, const struct message *m,
                   const unsigned char *signature, size_t length) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_PKEY_CTX *parameters; /* belongs to the context */
  bool good;
  ERR_set_mark();
  good =
      context != NULL &&
      EVP_DigestVerifyInit(context, &parameters, EVP_sha256(), NULL, key) > 0 &&
      set_padding(parameters, m->algorithm) &&
      EVP_DigestVerify(context, signature, length, m->bytes, m->length) == 1;
  EVP_MD_CTX_free(context);
  ERR_pop_to_mark();
  return good;
}

/***
Signs bytes with the private key.
@function identity:sign
@tparam string algorithm `"PS256"` (RSASSA-PSS, SHA-256, MGF1 with SHA-256, salt
 of 32 bytes) or `"RS256"` (RSASSA-PKCS1-v1_5, SHA-256)
@tparam string bytes
@treturn[1] string the signature, raw
@treturn[2] nil
@treturn[2] table error: `sign_failed`
*/
static int holder_sign(lua_State *L) {
  struct m365_pem *h = check_holder(L);
  struct message m;
  size_t length = (size_t)EVP_PKEY_size(h->key);
  unsigned char *out;
  m.algorithm = check_algorithm(L);
  m.bytes = m365_bytes_check(L, 3, "bytes", &m.length);
  out = lua_newuserdatauv(L, length, 0);
  if (!sign(h->key, &m, out, &length))
    return m365_module_failure(L, "sign_failed",
                               "this key of %d bits cannot sign with %s",
                               EVP_PKEY_bits(h->key), lua_tostring(L, 2));
  lua_pushlstring(L, (const char *)out, length);
  return 1;
}

/***
Verifies a signature.
@function public_key:verify
@tparam string algorithm `"PS256"` or `"RS256"`
@tparam string bytes what was signed
@tparam string signature raw
@treturn boolean
*/
static int holder_verify(lua_State *L) {
  struct m365_pem *h = check_holder(L);
  struct message m;
  size_t length;
  const unsigned char *signature;
  m.algorithm = check_algorithm(L);
  m.bytes = m365_bytes_check(L, 3, "bytes", &m.length);
  signature = m365_bytes_check(L, 4, "signature", &length);
  lua_pushboolean(L, verify(h->key, &m, signature, length));
  return 1;
}

/***
The hash of the certificate in its DER form. `public_key` has it too.
@function identity:thumbprint
@tparam string algorithm `"sha256"` or `"sha1"`
@treturn string raw bytes
*/
static int holder_thumbprint(lua_State *L) {
  static const char *const names[] = {"sha256", "sha1", NULL};
  struct m365_pem *h = check_holder(L);
  int choice = m365_module_check_name(L, 2, "algorithm", names);
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length;
  const EVP_MD *type = choice == 0 ? EVP_sha256() : EVP_sha1();
  if (X509_digest(leaf_of(h), type, hash, &length) != 1)
    return luaL_error(L, "libcrypto cannot compute this hash");
  lua_pushlstring(L, (const char *)hash, length);
  return 1;
}

/* seconds since 1970; false when the certificate holds no readable time */
static bool to_epoch(const ASN1_TIME *when, lua_Integer *seconds) {
  ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
  int days, rest;
  bool known;
  ERR_set_mark();
  known = epoch != NULL && ASN1_TIME_diff(&days, &rest, epoch, when) == 1;
  if (known)
    *seconds = (lua_Integer)days * 86400 + rest;
  ASN1_TIME_free(epoch);
  ERR_pop_to_mark();
  return known;
}

static int push_time(lua_State *L, const ASN1_TIME *when) {
  lua_Integer seconds;
  if (!to_epoch(when, &seconds))
    return m365_module_failure(L, "bad_time",
                               "the certificate holds no readable time");
  lua_pushinteger(L, seconds);
  return 1;
}

/***
When the certificate begins to be valid. `public_key` has it too.
@function identity:not_before
@treturn[1] integer seconds since 1970 in UTC
@treturn[2] nil
@treturn[2] table error: `bad_time`
*/
static int holder_not_before(lua_State *L) {
  return push_time(L, X509_get0_notBefore(leaf_of(check_holder(L))));
}

/***
When the certificate stops being valid. `public_key` has it too.
@function identity:not_after
@treturn[1] integer seconds since 1970 in UTC
@treturn[2] nil
@treturn[2] table error: `bad_time`
*/
static int holder_not_after(lua_State *L) {
  return push_time(L, X509_get0_notAfter(leaf_of(check_holder(L))));
}

/* Pushes one certificate; false when it cannot be written as DER. */
static bool push_certificate(lua_State *L, X509 *certificate) {
  int length = i2d_X509(certificate, NULL);
  unsigned char *der, *end;
  if (length <= 0)
    return false;
  der = lua_newuserdatauv(L, (size_t)length, 0);
  end = der;
  length = i2d_X509(certificate, &end);
  if (length > 0)
    m365_bytes_push_base64(L, der, (size_t)length);
  lua_remove(L, -2); /* the DER */
  return length > 0;
}

/***
The certificates from the key's own upwards, as far as the PEM text held them:
what `x5c` in a JWT wants. `public_key` has it too.
@function identity:chain
@treturn {string,...} base64 of the DER form, the key's own first
@raise when libcrypto is out of memory
*/
static int holder_chain(lua_State *L) {
  struct m365_pem *h = check_holder(L);
  int n = sk_X509_num(h->chain);
  int i;
  lua_createtable(L, n, 0);
  for (i = 0; i < n; i++) {
    if (!push_certificate(L, sk_X509_value(h->chain, i)))
      return luaL_error(L, "libcrypto is out of memory");
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/***
Whom the certificate names, as in `CN=backup,O=Contoso`. `public_key` has it
too.
@function identity:subject
@treturn string
*/
static int holder_subject(lua_State *L) {
  lua_pushstring(L, check_holder(L)->subject);
  return 1;
}

/***
The size of the key. `public_key` has it too.
@function identity:bits
@treturn integer
*/
static int holder_bits(lua_State *L) {
  lua_pushinteger(L, EVP_PKEY_bits(check_holder(L)->key));
  return 1;
}

/***
Frees the key. Closing again does nothing; every other method raises from then
on. `public_key` has it too.
@function identity:close
*/
static int holder_close(lua_State *L) {
  m365_pem_close(luaL_checkudata(L, 1, type_name(L)));
  return 0;
}

/* anybody can call a finalizer with anything: it must not mind */
static int holder_gc(lua_State *L) {
  struct m365_pem *h = luaL_testudata(L, 1, type_name(L));
  if (h != NULL)
    m365_pem_close(h);
  return 0;
}

static void format_day(const struct m365_pem *h, char *day, size_t size) {
  struct tm date;
  if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf_of(h)), &date) != 1 ||
      strftime(day, size, "%Y-%m-%d", &date) == 0)
    day[0] = '\0';
}

static int holder_tostring(lua_State *L) {
  struct m365_pem *h = luaL_checkudata(L, 1, type_name(L));
  const char *name = strchr(type_name(L), '.') + 1;
  char day[32];
  if (h->key == NULL) {
    lua_pushfstring(L, "%s (closed)", name);
    return 1;
  }
  format_day(h, day, sizeof day);
  lua_pushfstring(L, "%s (%s, valid until %s)", name, h->subject, day);
  return 1;
}

/*
** Types
*/

/* what both types can do */
static const luaL_Reg methods[] = {
    {"thumbprint", holder_thumbprint}, {"not_before", holder_not_before},
    {"not_after", holder_not_after},   {"chain", holder_chain},
    {"subject", holder_subject},       {"bits", holder_bits},
    {"close", holder_close},           {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", holder_gc},
    {"__tostring", holder_tostring},
    {NULL, NULL},
};

static void set_functions(lua_State *L, const luaL_Reg *list,
                          const char *type) {
  lua_pushstring(L, type);
  luaL_setfuncs(L, list, 1);
}

static void register_type(lua_State *L, const char *type, const luaL_Reg *own) {
  luaL_newmetatable(L, type);
  set_functions(L, metamethods, type);
  lua_getfield(L, -1, "__gc");
  lua_setfield(L, -2, "__close"); /* the very same closure */
  lua_newtable(L);
  set_functions(L, methods, type);
  set_functions(L, own, type);
  lua_setfield(L, -2, "__index"); /* metatable.__index = method table */
  lua_pop(L, 1);
}

void m365_identity_open(lua_State *L) {
  static const luaL_Reg signing[] = {{"sign", holder_sign}, {NULL, NULL}};
  static const luaL_Reg verifying[] = {{"verify", holder_verify}, {NULL, NULL}};
  register_type(L, IDENTITY_TYPE, signing);
  register_type(L, PUBLIC_KEY_TYPE, verifying);
}
