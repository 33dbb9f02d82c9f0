#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.h"

static const char *const header_lines[] = {
    "Authorization: Bearer token",
    "Prefer: include-unknown-enum-members",
    "client-request-id: 6f1c1f0e-8a55-4a0c-9d0e-3f0a5f1b7c21",
    "Accept: application/json",
};

/* Doubling keeps the copies of a long body linear in its length. */
static int reserve(struct fetch *f, size_t wanted) {
  size_t capacity = f->capacity ? f->capacity : 4096;
  char *body;
  while (capacity < wanted)
    capacity *= 2;
  if (capacity == f->capacity)
    return 0;
  body = realloc(f->body, capacity);
  if (body == NULL)
    return -1;
  f->body = body;
  f->capacity = capacity;
  return 0;
}

static size_t collect(char *data, size_t size, size_t count, void *user) {
  struct fetch *f = user;
  size_t bytes = size * count;
  if (reserve(f, f->length + bytes) != 0)
    return 0; /* fewer than offered: libcurl ends the transfer */
  memcpy(f->body + f->length, data, bytes);
  f->length += bytes;
  return bytes;
}

static int add_headers(struct fetch *f) {
  size_t i;
  for (i = 0; i < sizeof header_lines / sizeof *header_lines; i++) {
    struct curl_slist *list = curl_slist_append(f->headers, header_lines[i]);
    if (list == NULL)
      return -1;
    f->headers = list;
  }
  return 0;
}

static int complain(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return -1;
}

int fetch_open(struct fetch *f) {
  memset(f, 0, sizeof *f);
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return complain("fetch", "libcurl does not start");
  f->easy = curl_easy_init();
  if (f->easy == NULL || add_headers(f) != 0)
    return complain("fetch", "out of memory");
  curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
  curl_easy_setopt(f->easy, CURLOPT_USERAGENT,
                   "m365restore/scm (Lua 5.4; libcurl; Linux)");
  /* "" means: every encoding that this libcurl can undo */
  curl_easy_setopt(f->easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(f->easy, CURLOPT_PROXY, "");
  curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
  return 0;
}

int fetch_get(struct fetch *f, const char *url) {
  CURLcode code;
  long status = 0;
  f->length = 0;
  curl_easy_setopt(f->easy, CURLOPT_URL, url);
  code = curl_easy_perform(f->easy);
  if (code != CURLE_OK)
    return complain(url, curl_easy_strerror(code));
  curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
  return status == 200 ? 0 : complain(url, "the status is not 200");
}

void fetch_close(struct fetch *f) {
  curl_easy_cleanup(f->easy);
  curl_slist_free_all(f->headers);
  free(f->body);
  curl_global_cleanup();
}
