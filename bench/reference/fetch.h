/*
** One libcurl easy handle that asks as m365restore asks: the same request
** headers, one kept-alive connection, the body collected in memory.
*/

#ifndef FETCH_H
#define FETCH_H

#include <stddef.h>

#include <curl/curl.h>

struct fetch {
  CURL *easy;
  struct curl_slist *headers;
  char *body; /* the last answer, not NUL-terminated */
  size_t length;
  size_t capacity;
};

/* Both report their failure on stderr and return 0 for success. */
int fetch_open(struct fetch *f);
int fetch_get(struct fetch *f, const char *url);

/* Takes also what fetch_open left half done. */
void fetch_close(struct fetch *f);

#endif
