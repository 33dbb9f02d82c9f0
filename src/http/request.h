/*
** request: what is sent, and the way that it takes.
*/
#ifndef m365_request_h
#define m365_request_h

#include <stdbool.h>
#include <stddef.h>

#include "http/libcurl.h"

/* Where plain http may lead. Never through a proxy. */
enum m365_plain {
  M365_PLAIN_NOWHERE,
  M365_PLAIN_LOOPBACK,
  M365_PLAIN_NEARBY /* also private and link-local addresses: a managed
                       identity's endpoint */
};

/* Where a client's requests go, and by which way. Strings are owned. */
struct m365_route {
  char *ca_file; /* NULL: the system's store */
  char *ca_directory;
  char *proxy; /* NULL: from the environment */
  char *no_proxy;
  char *certificate; /* client certificate, for a proxy or gateway */
  char *key;
  char *key_password;
  enum m365_plain plain; /* http, and how far */
};

struct m365_request {
  const char *method; /* a literal */
  char *url;
  struct curl_slist *headers;
  bool authorized; /* the first header is the token's */
  char *body;      /* NULL: none */
  size_t body_length;
};

/* Is a body sent with it, even an empty one? */
bool m365_request_has_body(const struct m365_request *r);

/* Puts an Authorization line in front of the headers, or in the place of the
   one that stands there. false: out of memory, and nothing changed. */
bool m365_request_authorize(struct m365_request *r, const char *line);
/* Adds a header line. false: out of memory. */
bool m365_request_add(struct m365_request *r, const char *line);

/* Gives it an id of its own, for the service's logs and ours. false: out of
   memory. */
bool m365_request_identify(struct m365_request *r);

/* That id; NULL: it has none. */
const char *m365_request_id(const struct m365_request *r);

/* Can this be the name of a header? */
bool m365_request_is_header_name(const char *name);

void m365_request_free(struct m365_request *r);

/* Copies a whole route into an empty one. false: out of memory. */
bool m365_route_copy(struct m365_route *to, const struct m365_route *from);
void m365_route_free(struct m365_route *r);

#endif
