#include "http/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <curl/curl.h>

#include "base/text.h"

static bool is_blank(char c) {
  return c != '\0' && (unsigned char)c <= 0x20;
}

bool m365_url_is_blank(const char *link) {
  while (is_blank(*link))
    link++;
  return *link == '\0';
}

/*
** Escaping
*/

static char *put_escaped(char *to, unsigned char c) {
  static const char digits[] = "0123456789ABCDEF";
  *to++ = '%';
  *to++ = digits[c >> 4];
  *to++ = digits[c & 15];
  return to;
}

/* RFC 3986's unreserved characters */
static bool is_unreserved(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c) != NULL);
}

size_t m365_url_escape(char *to, unsigned char c, const char *also) {
  if (!is_unreserved(c) && (c == '\0' || strchr(also, c) == NULL))
    return (size_t)(put_escaped(to, c) - to);
  *to = (char)c;
  return 1;
}

/*
** Cleaning
*/

/* What a URL does not hold as it is. */
static bool is_escaped(unsigned char c) {
  return c <= 0x20 || c >= 0x7f || strchr("\"<>^`{|}", c) != NULL;
}

/* The link as a browser takes it: blanks at its ends, tabs, line ends and the
   fragment are left out, a backslash in the path is a slash, and what a URL
   does not hold is escaped. NULL: no memory. */
static char *clean(const char *link) {
  size_t length = strcspn(link, "#");
  char *cleaned = malloc(3 * length + 1), *to = cleaned;
  bool query = false;
  if (cleaned == NULL)
    return NULL;
  for (; length > 0 && is_blank(*link); link++)
    length--;
  while (length > 0 && is_blank(link[length - 1]))
    length--;
  for (const char *end = link + length; link < end; link++) {
    unsigned char c = (unsigned char)*link;
    query = query || c == '?';
    if (c == '\t' || c == '\r' || c == '\n')
      continue;
    if (is_escaped(c))
      to = put_escaped(to, c);
    else
      *to++ = c == '\\' && !query ? '/' : (char)c;
  }
  *to = '\0';
  return cleaned;
}

/* Joins three texts in a new block. */
static char *join(const char *a, const char *b, const char *c) {
  size_t n = strlen(a) + strlen(b) + strlen(c) + 1;
  char *all = malloc(n);
  if (all != NULL)
    snprintf(all, n, "%s%s%s", a, b, c);
  return all;
}

/*
** Comparing
*/

static bool is_versioned(const char *path) {
  return curl_strnequal(path, "/v1.0/", 6) || curl_strnequal(path, "/beta/", 6);
}

/* Is this part of both URLs the same, in any case? */
static bool is_same(CURLU *a, CURLU *b, CURLUPart part) {
  char *x = NULL, *y = NULL;
  bool same = curl_url_get(a, part, &x, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              curl_url_get(b, part, &y, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              curl_strequal(x, y);
  curl_free(x);
  curl_free(y);
  return same;
}

static bool has(CURLU *url, CURLUPart part) {
  char *text = NULL;
  bool there = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return there;
}

static bool is_at_home(CURLU *url, CURLU *home) {
  return is_same(url, home, CURLUPART_SCHEME) &&
         is_same(url, home, CURLUPART_HOST) &&
         is_same(url, home, CURLUPART_PORT) && !has(url, CURLUPART_USER) &&
         !has(url, CURLUPART_PASSWORD);
}

/* The part of a path behind that of the API's base; NULL: it is elsewhere. */
static const char *behind(const char *path, CURLU *home) {
  char *start = NULL;
  size_t n;
  if (curl_url_get(home, CURLUPART_PATH, &start, 0) != CURLUE_OK)
    return NULL;
  n = strlen(start);
  if (n > 0 && start[n - 1] == '/')
    n--;
  path = strncmp(path, start, n) == 0 && (path[n] == '/' || path[n] == '\0')
             ? path + n
             : NULL;
  curl_free(start);
  return path;
}

/* Writes the URL in the way that the base is written. One that climbed has to
   come down in a version of the API. */
static char *rewrite(CURLU *url, CURLU *home, const char *base, bool climbs) {
  char *path = NULL, *query = NULL, *all = NULL, *result = NULL;
  const char *rest;
  if (curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK &&
      (rest = behind(path, home)) != NULL && (!climbs || is_versioned(rest))) {
    if (curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
      all = join(rest, "?", query);
    result = join(base, all != NULL ? all : rest, "");
  }
  free(all);
  curl_free(query);
  curl_free(path);
  return result;
}

/*
** Resolving
*/

/* "mailto:x", and what libcurl would take for a path: a scheme, but no host. */
static bool is_hostless(const char *link) {
  size_t n = strcspn(link, ":/?");
  return link[n] == ':' && n > 0 && strncmp(link + n, "://", 3) != 0;
}

/* A link from the root is below the base, and below a version. */
static char *anchor(const char *base, const char *version, char *link) {
  char *whole, *path = NULL;
  if (link[0] != '/' || link[1] == '/')
    return link;
  if (!is_versioned(link))
    path = join("/", version, link);
  whole = path == NULL && !is_versioned(link)
              ? NULL
              : join(base, path != NULL ? path : link, "");
  free(path);
  free(link);
  return whole;
}

static bool set(CURLU *url, const char *text) {
  return curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK;
}

char *m365_url_resolve(const char *base, const char *version, const char *page,
                       const char *link) {
  CURLU *url = curl_url(), *home = curl_url();
  char *cleaned = clean(link), *result = NULL;
  if (cleaned != NULL)
    cleaned = anchor(base, version, cleaned);
  if (url != NULL && home != NULL && cleaned != NULL && !is_hostless(cleaned) &&
      set(home, base) && set(url, page) && set(url, cleaned) &&
      is_at_home(url, home))
    result = rewrite(url, home, base, strstr(cleaned, "/..") != NULL);
  free(cleaned);
  curl_url_cleanup(url);
  curl_url_cleanup(home);
  return result;
}

/*
** Judging
*/

/* Only an address can be trusted to be near: a name may lead anywhere. */
static bool is_address(const char *host) {
  return strspn(host, "0123456789.") == strlen(host);
}

static bool is_loopback_name(const char *host) {
  return m365_text_same(host, "localhost") || strcmp(host, "[::1]") == 0 ||
         (strncmp(host, "127.", 4) == 0 && is_address(host));
}

static const char *check_scheme(const char *scheme, const char *host,
                                bool nearby, bool *plain) {
  *plain = strcmp(scheme, "http") == 0;
  if (!*plain)
    return strcmp(scheme, "https") == 0 ? NULL : "an https URL was expected";
  if (is_loopback_name(host) || (nearby && is_address(host)))
    return NULL;
  return "plain http is only allowed to this machine: use https";
}

static const char *check_parts(CURLU *url, bool nearby, bool *plain) {
  char *scheme = NULL, *host = NULL, *part = NULL;
  const char *problem = "an https URL was expected";
  curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
  curl_url_get(url, CURLUPART_HOST, &host, 0);
  if (scheme != NULL && host != NULL)
    problem = check_scheme(scheme, host, nearby, plain);
  if (curl_url_get(url, CURLUPART_USER, &part, 0) == CURLUE_OK) {
    problem = "a URL without user and password was expected";
    curl_free(part);
  }
  curl_free(scheme);
  curl_free(host);
  return problem;
}

const char *m365_url_problem(const char *text, bool nearby, bool *plain) {
  CURLU *url = curl_url();
  const char *problem = "it cannot be understood as a URL";
  if (url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK)
    problem = check_parts(url, nearby, plain);
  curl_url_cleanup(url);
  return problem;
}
