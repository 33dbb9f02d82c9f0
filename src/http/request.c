#include "http/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buffer.h"

#define NAME_OF_ID "client-request-id: "

/* Headers may carry a token: they are overwritten, not just freed. */
static void wipe_headers(struct curl_slist *headers) {
  for (struct curl_slist *s = headers; s != NULL; s = s->next)
    m365_buffer_wipe(s->data, strlen(s->data));
  curl_slist_free_all(headers);
}

bool m365_request_has_body(const struct m365_request *r) {
  return r->body != NULL || strcmp(r->method, "POST") == 0;
}

bool m365_request_authorize(struct m365_request *r, const char *line) {
  struct curl_slist *first = curl_slist_append(NULL, line);
  if (first == NULL)
    return false;
  if (r->authorized) {
    struct curl_slist *stale = r->headers;
    r->headers = stale->next;
    stale->next = NULL;
    wipe_headers(stale);
  }
  first->next = r->headers;
  r->headers = first;
  r->authorized = true;
  return true;
}

bool m365_request_add(struct m365_request *r, const char *line) {
  struct curl_slist *headers = curl_slist_append(r->headers, line);
  if (headers == NULL)
    return false;
  r->headers = headers;
  return true;
}

/* A random UUID: one per call, the same on all its attempts. Its digits are
   written one by one: sixteen conversions of snprintf were as much work as
   all the other headers. */
static void write_request_id(char *to) {
  static const char digits[] = "0123456789abcdef";
  unsigned char b[16] = {0};
  ssize_t got;
  do {
    got = getrandom(b, sizeof b, 0);
  } while (got < 0 && errno == EINTR);
  b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4 */
  b[8] = (unsigned char)((b[8] & 0x3f) | 0x80); /* variant 1 */
  to = stpcpy(to, NAME_OF_ID);
  for (size_t i = 0; i < sizeof b; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      *to++ = '-';
    *to++ = digits[b[i] >> 4];
    *to++ = digits[b[i] & 0x0f];
  }
  *to = '\0';
}

bool m365_request_identify(struct m365_request *r) {
  char id[64];
  write_request_id(id);
  return m365_request_add(r, id);
}

const char *m365_request_id(const struct m365_request *r) {
  for (const struct curl_slist *h = r->headers; h != NULL; h = h->next)
    if (strncmp(h->data, NAME_OF_ID, sizeof NAME_OF_ID - 1) == 0)
      return h->data + sizeof NAME_OF_ID - 1;
  return NULL;
}

bool m365_request_is_header_name(const char *name) {
  return *name != '\0' && strpbrk(name, " :\t") == NULL;
}

void m365_request_free(struct m365_request *r) {
  wipe_headers(r->headers);
  if (r->body != NULL)
    m365_buffer_wipe(r->body, r->body_length);
  free(r->body);
  free(r->url);
  memset(r, 0, sizeof *r);
}

static bool copy_text(char **to, const char *from) {
  *to = from != NULL ? strdup(from) : NULL;
  return from == NULL || *to != NULL;
}

bool m365_route_copy(struct m365_route *to, const struct m365_route *from) {
  to->plain = from->plain;
  return copy_text(&to->ca_file, from->ca_file) &&
         copy_text(&to->ca_directory, from->ca_directory) &&
         copy_text(&to->proxy, from->proxy) &&
         copy_text(&to->no_proxy, from->no_proxy) &&
         copy_text(&to->certificate, from->certificate) &&
         copy_text(&to->key, from->key) &&
         copy_text(&to->key_password, from->key_password);
}

/* A proxy's address may hold a password. */
static void wipe_text(char *text) {
  if (text != NULL)
    m365_buffer_wipe(text, strlen(text));
}

void m365_route_free(struct m365_route *r) {
  wipe_text(r->key_password);
  wipe_text(r->proxy);
  free(r->ca_file);
  free(r->ca_directory);
  free(r->proxy);
  free(r->no_proxy);
  free(r->certificate);
  free(r->key);
  free(r->key_password);
  memset(r, 0, sizeof *r);
}
