/*
** All work with libcrypto is plain C that returns what is wrong: nothing of
** OpenSSL is held while Lua may raise, except by a userdata. The errors that
** libcrypto queues are taken away again, ours only: the host's stay.
*/
#include "crypto/pem.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

/*
** What can be wrong with a PEM text
*/

static const struct m365_pem_problem no_pem = {
    "bad_pem", "there is no PEM block in this text"};
static const struct m365_pem_problem broken_pem = {
    "bad_pem", "a PEM block is damaged or cut short"};
static const struct m365_pem_problem broken_certificate = {
    "bad_pem", "a certificate cannot be read"};
static const struct m365_pem_problem broken_key = {
    "bad_pem", "the private key cannot be read"};
static const struct m365_pem_problem no_key = {
    "no_key", "there is no private key in this text"};
static const struct m365_pem_problem no_certificate = {
    "no_certificate", "there is no certificate in this text"};
static const struct m365_pem_problem key_mismatch = {
    "key_mismatch", "the private key belongs to none of the certificates"};
static const struct m365_pem_problem passphrase_needed = {
    "passphrase_needed", "the private key is encrypted"};
static const struct m365_pem_problem bad_passphrase = {
    "bad_passphrase", "the passphrase does not open the private key"};
static const struct m365_pem_problem not_rsa = {"not_rsa",
                                                "the key is not an RSA key"};
static const struct m365_pem_problem no_memory = {"no_memory",
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

static const struct m365_pem_problem *
add_certificate(STACK_OF(X509) * certificates, const unsigned char *der,
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
static const struct m365_pem_problem *take_block(struct findings *f,
                                                 const char *name,
                                                 const unsigned char *bytes,
                                                 long length, size_t offset) {
  f->has_block = true;
  if (ends_with(name, "PRIVATE KEY") && !f->has_key) {
    f->has_key = true;
    f->key_offset = offset;
  }
  if (ends_with(name, "CERTIFICATE"))
    return add_certificate(f->certificates, bytes, length);
  return NULL;
}

static const struct m365_pem_problem *end_of_blocks(void) {
  unsigned long error = ERR_peek_last_error();
  bool regular = ERR_GET_LIB(error) == ERR_LIB_PEM &&
                 ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  return regular ? NULL : &broken_pem;
}

static const struct m365_pem_problem *scan_blocks(struct findings *f,
                                                  BIO *text) {
  const struct m365_pem_problem *wrong = NULL;
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

static const struct m365_pem_problem *scan(struct findings *f, const char *pem,
                                           size_t length) {
  const struct m365_pem_problem *wrong = &no_memory;
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
  struct m365_pem_secret *secret = data;
  (void)writing;
  secret->asked = true;
  if (secret->bytes == NULL || secret->length > (size_t)size)
    return -1;
  memcpy(buffer, secret->bytes, secret->length);
  return (int)secret->length;
}

static const struct m365_pem_problem *read_key(EVP_PKEY **key, const char *pem,
                                               size_t length,
                                               struct m365_pem_secret *secret) {
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
static const struct m365_pem_problem *
build_chain(struct m365_pem *h, X509 *leaf, STACK_OF(X509) * certificates) {
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

static const struct m365_pem_problem *build_identity(struct m365_pem *h,
                                                     const struct findings *f) {
  X509 *leaf;
  if (sk_X509_num(f->certificates) == 0)
    return &no_certificate;
  leaf = find_leaf(f->certificates, h->key);
  return leaf == NULL ? &key_mismatch : build_chain(h, leaf, f->certificates);
}

/* The key of the first certificate. */
static const struct m365_pem_problem *
build_public_key(struct m365_pem *h, const struct findings *f) {
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

void m365_pem_close(struct m365_pem *h) {
  struct m365_pem old = *h;
  memset(h, 0, sizeof *h); /* first: nothing is freed twice after a failure */
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
const struct m365_pem_problem *m365_pem_load(struct m365_pem *h,
                                             const char *pem, size_t length,
                                             struct m365_pem_secret *secret) {
  struct findings found = {NULL, 0, false, false};
  const struct m365_pem_problem *wrong;
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
    m365_pem_close(h);
  ERR_pop_to_mark();
  return wrong;
}
