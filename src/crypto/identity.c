/*
** identity: a private key with its certificates, and a certificate
** alone to verify with.
**
** All work with libcrypto is plain C that returns a verdict: nothing of
** OpenSSL is held while Lua may raise, except by a userdata. The errors that
** libcrypto queues are taken away again, ours only: the host's stay.
*/

/***
@submodule m365restore.crypto
*/
#include "crypto/identity.h"

#include <lauxlib.h>
#include <limits.h>
#include <openssl/bio.h>
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

#define IDENTITY_TYPE "m365restore.identity"
#define PUBLIC_KEY_TYPE "m365restore.public_key"

/* RFC 7518, section 3.5: as long as the hash */
#define PSS_SALT_LENGTH 32

/* OpenSSL asks for a passphrase with a buffer of this size */
#define MAX_PASSPHRASE PEM_BUFSIZE

/* the key of both types; `chain` begins with the certificate of the key */
struct holder {
  EVP_PKEY *key; /* NULL: closed */
  STACK_OF(X509) * chain;
  char *subject;
};

struct secret {
  const char *bytes; /* NULL: none was given */
  size_t length;
  bool asked; /* libcrypto wanted it: the key is encrypted */
};

/*
** What can be wrong with a PEM text
*/

struct verdict {
  const char *code, *message;
};

static const struct verdict no_pem = {"bad_pem",
                                      "there is no PEM block in this text"};
static const struct verdict broken_pem = {
    "bad_pem", "a PEM block is damaged or cut short"};
static const struct verdict broken_certificate = {
    "bad_pem", "a certificate cannot be read"};
static const struct verdict broken_key = {"bad_pem",
                                          "the private key cannot be read"};
static const struct verdict no_key = {"no_key",
                                      "there is no private key in this text"};
static const struct verdict no_certificate = {
    "no_certificate", "there is no certificate in this text"};
static const struct verdict key_mismatch = {
    "key_mismatch", "the private key belongs to none of the certificates"};
static const struct verdict passphrase_needed = {
    "passphrase_needed", "the private key is encrypted"};
static const struct verdict bad_passphrase = {
    "bad_passphrase", "the passphrase does not open the private key"};
static const struct verdict not_rsa = {"not_rsa", "the key is not an RSA key"};
static const struct verdict no_memory = {"no_memory",
                                         "libcrypto is out of memory"};

/*
** Reading PEM. Each step returns NULL or what is wrong.
*/

struct findings {
  STACK_OF(X509) * certificates;
  size_t key_offset; /* of the text from which the first key can be read */
  bool has_key;
  bool has_block;
};

static bool ends_with(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

static const struct verdict *add_certificate(STACK_OF(X509) * certificates,
                                             const unsigned char *der,
                                             long length) {
  /* _AUX reads a TRUSTED CERTIFICATE too */
  X509 *certificate = d2i_X509_AUX(NULL, &der, length);
  if (certificate == NULL)
    return &broken_certificate;
  if (sk_X509_push(certificates, certificate) > 0)
    return NULL;
  X509_free(certificate);
  return &no_memory;
}

/* A block of another kind (parameters, a request) is passed over. */
static const struct verdict *take_block(struct findings *f, const char *name,
                                        const unsigned char *bytes, long length,
                                        size_t offset) {
  f->has_block = true;
  if (ends_with(name, "PRIVATE KEY") && !f->has_key) {
    f->has_key = true;
    f->key_offset = offset;
  }
  if (ends_with(name, "CERTIFICATE"))
    return add_certificate(f->certificates, bytes, length);
  return NULL;
}

static const struct verdict *end_of_blocks(void) {
  unsigned long error = ERR_peek_last_error();
  bool regular = ERR_GET_LIB(error) == ERR_LIB_PEM &&
                 ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  return regular ? NULL : &broken_pem;
}

static const struct verdict *scan_blocks(struct findings *f, BIO *text) {
  const struct verdict *wrong = NULL;
  size_t whole = (size_t)BIO_pending(text);
  while (wrong == NULL) {
    char *name, *header;
    unsigned char *bytes;
    long length;
    size_t offset = whole - (size_t)BIO_pending(text);
    if (PEM_read_bio(text, &name, &header, &bytes, &length) != 1)
      return end_of_blocks();
    wrong = take_block(f, name, bytes, length, offset);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(bytes, (size_t)length); /* it may be the key */
  }
  return wrong;
}

static const struct verdict *scan(struct findings *f, const char *pem,
                                  size_t length) {
  const struct verdict *wrong = &no_memory;
  BIO *text = BIO_new_mem_buf(pem, (int)length);
  f->certificates = sk_X509_new_null();
  if (text != NULL && f->certificates != NULL)
    wrong = scan_blocks(f, text);
  BIO_free(text);
  if (wrong == NULL && !f->has_block)
    wrong = &no_pem;
  return wrong;
}

/* libcrypto's default would ask on the terminal */
static int give_passphrase(char *buffer, int size, int writing, void *data) {
  struct secret *secret = data;
  (void)writing;
  secret->asked = true;
  if (secret->bytes == NULL || secret->length > (size_t)size)
    return -1;
  memcpy(buffer, secret->bytes, secret->length);
  return (int)secret->length;
}

static const struct verdict *read_key(EVP_PKEY **key, const char *pem,
                                      size_t length, struct secret *secret) {
  BIO *text = BIO_new_mem_buf(pem, (int)length);
  if (text == NULL)
    return &no_memory;
  *key = PEM_read_bio_PrivateKey(text, NULL, give_passphrase, secret);
  BIO_free(text);
  if (*key != NULL)
    return EVP_PKEY_base_id(*key) == EVP_PKEY_RSA ? NULL : &not_rsa;
  if (!secret->asked)
    return &broken_key;
  return secret->bytes == NULL ? &passphrase_needed : &bad_passphrase;
}

/*
** From certificates to a chain
*/

static bool lasts_longer(const X509 *a, const X509 *b) {
  return ASN1_TIME_compare(X509_get0_notAfter(a), X509_get0_notAfter(b)) > 0;
}

/* A key keeps its certificate's predecessors: of those that match, the one that
   lasts longest. */
static X509 *find_leaf(STACK_OF(X509) * certificates, EVP_PKEY *key) {
  X509 *leaf = NULL;
  int i;
  for (i = 0; i < sk_X509_num(certificates); i++) {
    X509 *c = sk_X509_value(certificates, i);
    if (X509_check_private_key(c, key) == 1 &&
        (leaf == NULL || lasts_longer(c, leaf)))
      leaf = c;
  }
  return leaf;
}

static bool contains(STACK_OF(X509) * chain, const X509 *certificate) {
  int i;
  for (i = 0; i < sk_X509_num(chain); i++)
    if (X509_cmp(sk_X509_value(chain, i), certificate) == 0)
      return true;
  return false;
}

static X509 *find_issuer(STACK_OF(X509) * certificates,
                         STACK_OF(X509) * chain) {
  X509 *last = sk_X509_value(chain, sk_X509_num(chain) - 1);
  int i;
  for (i = 0; i < sk_X509_num(certificates); i++) {
    X509 *c = sk_X509_value(certificates, i);
    if (X509_check_issued(c, last) == X509_V_OK && !contains(chain, c))
      return c;
  }
  return NULL;
}

static bool add_reference(STACK_OF(X509) * chain, X509 *certificate) {
  if (sk_X509_push(chain, certificate) <= 0)
    return false;
  X509_up_ref(certificate);
  return true;
}

static char *copy_subject(const X509 *certificate) {
  /* RFC 2253, but with UTF-8 left as it is */
  const unsigned long style =
      XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
  BIO *text = BIO_new(BIO_s_mem());
  X509_NAME *name = X509_get_subject_name(certificate);
  char *bytes, *copy = NULL;
  if (text != NULL && X509_NAME_print_ex(text, name, 0, style) >= 0) {
    long length = BIO_get_mem_data(text, &bytes);
    copy = OPENSSL_strndup(length > 0 ? bytes : "", (size_t)length);
  }
  BIO_free(text);
  return copy;
}

/* Certificates that do not lead upwards from the leaf are left out. */
static const struct verdict *build_chain(struct holder *h, X509 *leaf,
                                         STACK_OF(X509) * certificates) {
  X509 *next = leaf;
  h->chain = sk_X509_new_null();
  h->subject = copy_subject(leaf);
  if (h->chain == NULL || h->subject == NULL)
    return &no_memory;
  while (next != NULL) {
    if (!add_reference(h->chain, next))
      return &no_memory;
    next = find_issuer(certificates, h->chain);
  }
  return NULL;
}

static const struct verdict *build_identity(struct holder *h,
                                            const struct findings *f) {
  X509 *leaf;
  if (sk_X509_num(f->certificates) == 0)
    return &no_certificate;
  leaf = find_leaf(f->certificates, h->key);
  return leaf == NULL ? &key_mismatch : build_chain(h, leaf, f->certificates);
}

/* The key of the first certificate. */
static const struct verdict *build_public_key(struct holder *h,
                                              const struct findings *f) {
  X509 *leaf;
  if (sk_X509_num(f->certificates) == 0)
    return &no_certificate;
  leaf = sk_X509_value(f->certificates, 0);
  h->key = X509_get_pubkey(leaf);
  if (h->key == NULL)
    return &broken_certificate;
  if (EVP_PKEY_base_id(h->key) != EVP_PKEY_RSA)
    return &not_rsa;
  return build_chain(h, leaf, f->certificates);
}

static void close_holder(struct holder *h) {
  struct holder old = *h;
  memset(h, 0, sizeof *h); /* first: whatever comes, nothing is freed twice */
  EVP_PKEY_free(old.key);
  sk_X509_pop_free(old.chain, X509_free);
  OPENSSL_free(old.subject);
}

/* An editor may have put a byte order mark before the first BEGIN. */
static void skip_mark(const char **pem, size_t *length) {
  if (*length >= 3 && memcmp(*pem, "\xef\xbb\xbf", 3) == 0) {
    *pem += 3;
    *length -= 3;
  }
}

/* `secret` is NULL where no private key is wanted. */
static const struct verdict *load(struct holder *h, const char *pem,
                                  size_t length, struct secret *secret) {
  struct findings found = {NULL, 0, false, false};
  const struct verdict *wrong;
  ERR_set_mark();
  skip_mark(&pem, &length);
  wrong = scan(&found, pem, length);
  if (wrong == NULL && secret == NULL)
    wrong = build_public_key(h, &found);
  else if (wrong == NULL && !found.has_key)
    wrong = &no_key;
  else if (wrong == NULL)
    wrong = read_key(&h->key, pem + found.key_offset, length - found.key_offset,
                     secret);
  if (wrong == NULL && secret != NULL)
    wrong = build_identity(h, &found);
  sk_X509_pop_free(found.certificates, X509_free);
  if (wrong != NULL)
    close_holder(h);
  ERR_pop_to_mark();
  return wrong;
}

/*
** Constructors
*/

static const char *check_pem(lua_State *L, size_t *length) {
  const char *pem = (const char *)m365_bytes_check(L, 1, "pem", length);
  if (*length > INT_MAX) /* libcrypto counts in int */
    m365_module_misuse(L, "pem", "a string shorter than 2 GiB", 1);
  return pem;
}

static void check_passphrase(lua_State *L, int options, struct secret *secret) {
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
  if (secret->length > MAX_PASSPHRASE)
    m365_module_misuse(L, "passphrase", "a string of at most 1024 bytes", -1);
}

static int push_holder(lua_State *L, const char *type, struct secret *secret) {
  size_t length;
  const char *pem = check_pem(L, &length);
  const struct verdict *wrong;
  struct holder *h = lua_newuserdatauv(L, sizeof *h, 0);
  memset(h, 0, sizeof *h);
  luaL_setmetatable(L, type);
  wrong = load(h, pem, length, secret);
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
  struct secret secret;
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

static struct holder *check_holder(lua_State *L) {
  struct holder *h = luaL_checkudata(L, 1, type_name(L));
  if (h->key == NULL)
    luaL_error(L, "%s is closed", type_name(L));
  return h;
}

static X509 *leaf_of(const struct holder *h) {
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
  struct holder *h = check_holder(L);
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
  struct holder *h = check_holder(L);
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
  struct holder *h = check_holder(L);
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
  struct holder *h = check_holder(L);
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
  close_holder(luaL_checkudata(L, 1, type_name(L)));
  return 0;
}

/* anybody can call a finalizer with anything: it must not mind */
static int holder_gc(lua_State *L) {
  struct holder *h = luaL_testudata(L, 1, type_name(L));
  if (h != NULL)
    close_holder(h);
  return 0;
}

static void format_day(const struct holder *h, char *day, size_t size) {
  struct tm date;
  if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf_of(h)), &date) != 1 ||
      strftime(day, size, "%Y-%m-%d", &date) == 0)
    day[0] = '\0';
}

static int holder_tostring(lua_State *L) {
  struct holder *h = luaL_checkudata(L, 1, type_name(L));
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
