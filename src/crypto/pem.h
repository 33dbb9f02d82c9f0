/*
** pem: a key and its certificates, out of the blocks of a PEM text.
*/
#ifndef m365_pem_h
#define m365_pem_h

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

/* OpenSSL asks for a passphrase with a buffer of this size */
#define M365_MAX_PASSPHRASE PEM_BUFSIZE

/* the key of both types; `chain` begins with the certificate of the key */
struct m365_pem {
  EVP_PKEY *key; /* NULL: closed */
  STACK_OF(X509) * chain;
  char *subject;
};

struct m365_pem_secret {
  const char *bytes; /* NULL: none was given */
  size_t length;
  bool asked; /* libcrypto wanted it: the key is encrypted */
};

/* What is wrong with a text. */
struct m365_pem_problem {
  const char *code, *message;
};

/* Fills a zeroed one from a text: with `secret`, which may be empty, a private
   key and the certificates above its own; without, the first certificate.
   NULL, or what is wrong. */
const struct m365_pem_problem *m365_pem_load(struct m365_pem *h,
                                             const char *pem, size_t length,
                                             struct m365_pem_secret *secret);

/* Any number of times. */
void m365_pem_close(struct m365_pem *h);

#endif
