#include "http/proxy.h"

#include <stdbool.h>
#include <string.h>
#include <curl/curl.h>

const char *m365_proxy_variable(size_t i) {
  static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                      "ALL_PROXY"};
  return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static bool has_control(const char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text <= 0x20 || *text == 0x7f)
      return true;
  return false;
}

/* What separates the parts of a URL cannot stand in a user or a password:
   libcurl would take what is before it for the host. */
static bool cuts_password(const char *text) {
  const char *from = strstr(text, "://");
  const char *at = strrchr(text, '@');
  from = from != NULL ? from + 3 : text;
  return at != NULL && from + strcspn(from, "/?#@\\") < at;
}

static const char *check_scheme(CURLU *url) {
  static const char *const known[] = {"http",    "https",  "socks4",
                                      "socks4a", "socks5", "socks5h"};
  const char *problem = "a proxy by http, https or socks was expected";
  char *scheme = NULL;
  if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
    return NULL;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(scheme, known[i]) == 0)
      problem = NULL;
  curl_free(scheme);
  return problem;
}

static const char *check_url(const char *text) {
  static const char *const nonsense = "it cannot be understood as "
                                      "scheme://user:password@host:port";
  const char *problem = nonsense;
  CURLU *url = curl_url();
  if (url == NULL)
    return "not enough memory";
  if (curl_url_set(url, CURLUPART_URL, text,
                   CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) == CURLUE_OK)
    problem = check_scheme(url);
  curl_url_cleanup(url);
  return problem;
}

const char *m365_proxy_problem(const char *text) {
  if (*text == '\0') /* none */
    return NULL;
  if (has_control(text))
    return "blanks and control characters must be written like %20";
  if (cuts_password(text))
    return "/, ?, #, @ and \\ in a user or password must be written as %2F, "
           "%3F, %23, %40 and %5C";
  return check_url(text);
}
