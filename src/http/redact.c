#include "http/redact.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "http/job.h"
#include "http/proxy.h"
#include "base/text.h"

/* shorter words are in too many other words: a password, and all else */
#define LEAST_PASSWORD 4
#define LEAST_SECRET 8

/* shorter ones than this are words after "Bearer" */
#define LEAST_TOKEN 16

/* longer passwords of a proxy are not unescaped */
#define LONGEST_PASSWORD 256

static void strike(char *text, size_t length) {
  memset(text, '*', length);
}

/* Strikes out every place where the secret stands. */
static void strike_secret(char *text, size_t length, const char *secret,
                          size_t n, size_t least) {
  const char *end = text + length;
  if (n < least)
    return;
  while ((text = memmem(text, (size_t)(end - text), secret, n)) != NULL)
    strike(text, n);
}

/*
** What looks like a secret
*/

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* base64 in both its alphabets, and the dots of a JWT */
static bool is_token_char(char c) {
  return is_letter(c) || is_digit(c) || (c != '\0' && strchr("-._~+/=", c));
}

static size_t token_length(const char *at, const char *end) {
  const char *from = at;
  while (at < end && is_token_char(*at))
    at++;
  return (size_t)(at - from);
}

static bool starts(const char *at, const char *end, const char *word) {
  size_t n = strlen(word);
  return (size_t)(end - at) >= n && m365_text_same_start(at, word, n);
}

/* "scheme://user:password@host": the part before the @ */
static void strike_userinfo(char *at, char *end) {
  char *from = at + 3, *last = NULL;
  if (!starts(at, end, "://"))
    return;
  for (at = from; at < end && strchr(" \t\r\n\"'<>/?#", *at) == NULL; at++)
    if (*at == '@')
      last = at;
  if (last != NULL)
    strike(from, (size_t)(last - from));
}

/* a JWT: JSON in base64 starts so */
static void strike_jwt(char *at, const char *end) {
  size_t n = token_length(at, end);
  if (starts(at, end, "eyJ") && n >= LEAST_TOKEN && memchr(at, '.', n))
    strike(at, n);
}

static void strike_bearer(char *at, const char *end) {
  static const char word[] = "Bearer ";
  size_t n;
  if (!starts(at, end, word))
    return;
  at += sizeof word - 1;
  n = token_length(at, end);
  if (n >= LEAST_TOKEN)
    strike(at, n);
}

static char *skip(char *at, const char *end, const char *what) {
  while (at < end && *at != '\0' && strchr(what, *at) != NULL)
    at++;
  return at;
}

/* names whose value is secret */
static const struct {
  const char *name;
  bool header; /* its value has no quotes, and may begin with a scheme */
} names[] = {
    {"access_token", false},  {"accessToken", false},
    {"refresh_token", false}, {"refreshToken", false},
    {"id_token", false},      {"client_secret", false},
    {"clientSecret", false},  {"client_assertion", false},
    {"device_code", false},   {"deviceCode", false},
    {"password", false},      {"passwd", false},
    {"passphrase", false},    {"sig", false},
    {"authorization", true},  {"x-identity-header", true},
    {"api-key", true},
};

/* The end of a word that is not quoted any more. */
static char *word_end(char *at, const char *end) {
  while (at < end && strchr(" \t\r\n\"'&;,<>}", *at) == NULL)
    at++;
  return at;
}

/* Where the value begins of `name=value`, `"name": "value"` or, of a header,
   `name: value`; NULL: there is none. In a sentence, a word after "password:"
   is none. */
static char *value_of(char *at, const char *end, bool header) {
  char *sign = skip(at, end, "\"' "), *value;
  if (sign == end || (*sign != '=' && *sign != ':'))
    return NULL;
  value = skip(sign + 1, end, " ");
  if (*sign == ':' && !header && skip(value, end, "\"'") == value)
    return NULL;
  return skip(value, end, "\"'");
}

static void strike_named(char *at, const char *end) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *value, *stop;
    if (!starts(at, end, names[i].name))
      continue;
    value = value_of(at + strlen(names[i].name), end, names[i].header);
    if (value == NULL)
      return;
    stop = word_end(value, end);
    if (names[i].header && stop < end && *stop == ' ') /* after its scheme */
      stop = word_end(stop + 1, end);
    strike(value, (size_t)(stop - value));
    return;
  }
}

void m365_redact(char *text, size_t length) {
  char *end = text + length;
  for (char *at = text; at < end; at++) {
    bool inside = at > text && (is_letter(at[-1]) || is_digit(at[-1]));
    if (*at == ':')
      strike_userinfo(at, end);
    if (inside || !is_letter(*at))
      continue;
    strike_jwt(at, end);
    strike_bearer(at, end);
    strike_named(at, end);
  }
}

/*
** What a job knows
*/

static bool contains(const char *text, size_t length, const char *word) {
  for (size_t i = 0; i < length; i++)
    if (starts(text + i, text + length, word))
      return true;
  return false;
}

static bool is_secret_header(const char *name, size_t length) {
  static const char *const words[] = {"auth",     "secret", "token",   "key",
                                      "identity", "cookie", "password"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (contains(name, length, words[i]))
      return true;
  return false;
}

/* The value of a header, and, behind its scheme, the token. */
static void strike_header(const char *name, size_t n, const char *value,
                          size_t m, char *text, size_t length) {
  const char *blank = memchr(value, ' ', m);
  if (!is_secret_header(name, n))
    return;
  strike_secret(text, length, value, m, LEAST_SECRET);
  if (blank != NULL)
    strike_secret(text, length, blank + 1, (size_t)(value + m - blank - 1),
                  LEAST_SECRET);
}

void m365_redact_header(const char *line, char *text, size_t length) {
  const char *name = line, *value = strchr(line, ':');
  if (value == NULL)
    return;
  line = value + strspn(value, ": ");
  strike_header(name, (size_t)(value - name), line, strlen(line), text, length);
}

/* The end of the JSON string whose text begins here: its quote. */
static const char *string_end(const char *at, const char *end) {
  while (at < end && *at != '"')
    at += *at == '\\' && at + 1 < end ? 2 : 1;
  return at;
}

/* Headers inside of a body: those of a batch's members, as json writes them. */
static void strike_members(const struct m365_request *r, char *text,
                           size_t length) {
  static const char opening[] = "\"headers\":{";
  const char *at = r->body, *end = at != NULL ? at + r->body_length : NULL;
  while (at < end && (at = memmem(at, (size_t)(end - at), opening,
                                  sizeof opening - 1)) != NULL) {
    at += sizeof opening - 1;
    while (end - at > 3 && *at == '"') { /* "name":"value", */
      const char *name = at + 1, *stop = string_end(name, end);
      const char *value = stop + 3, *last = string_end(value, end);
      if (last >= end || stop[1] != ':' || stop[2] != '"')
        break;
      strike_header(name, (size_t)(stop - name), value, (size_t)(last - value),
                    text, length);
      at = last + (last[1] == ',' ? 2 : 1);
    }
  }
}

static int hex(char c) {
  const char *digits = "0123456789abcdef0123456789ABCDEF", *at;
  at = c != '\0' ? strchr(digits, c) : NULL;
  return at != NULL ? (int)(at - digits) % 16 : -1;
}

/* Undoes percent escapes, and a form's plus. The length of what is in `to`,
   which has room for as many bytes as there are. */
static size_t unescape(const char *from, size_t length, char *to) {
  size_t n = 0;
  for (size_t i = 0; i < length; i++) {
    bool escaped = from[i] == '%' && i + 2 < length && hex(from[i + 1]) >= 0 &&
                   hex(from[i + 2]) >= 0;
    if (escaped) {
      to[n++] = (char)(hex(from[i + 1]) * 16 + hex(from[i + 2]));
      i += 2;
    } else {
      to[n++] = from[i] == '+' ? ' ' : from[i];
    }
  }
  return n;
}

/* A secret as it was written, and as it is meant. */
static void strike_escaped(const char *secret, size_t n, size_t least,
                           char *text, size_t length) {
  char plain[LONGEST_PASSWORD];
  strike_secret(text, length, secret, n, least);
  if (n > sizeof plain)
    return;
  strike_secret(text, length, plain, unescape(secret, n, plain), least);
  m365_buffer_wipe(plain, sizeof plain);
}

/* User and password of a proxy, together and the password alone. */
static void strike_proxy(const char *proxy, char *text, size_t length) {
  const char *from, *at, *colon;
  if (proxy == NULL || (at = strrchr(proxy, '@')) == NULL)
    return;
  from = strstr(proxy, "://");
  from = from != NULL && from < at ? from + 3 : proxy;
  colon = memchr(from, ':', (size_t)(at - from));
  strike_escaped(from, (size_t)(at - from), LEAST_SECRET, text, length);
  if (colon != NULL)
    strike_escaped(colon + 1, (size_t)(at - colon - 1), LEAST_PASSWORD, text,
                   length);
}

static void strike_route(const struct m365_route *route, char *text,
                         size_t length) {
  const char *name;
  strike_proxy(route->proxy, text, length);
  for (size_t i = 0; (name = m365_proxy_variable(i)) != NULL; i++)
    strike_proxy(getenv(name), text, length);
  if (route->key_password != NULL)
    strike_secret(text, length, route->key_password,
                  strlen(route->key_password), LEAST_PASSWORD);
}

/* The values of a form, which is the body of a credential's request. */
static void strike_form(const struct m365_request *r, char *text,
                        size_t length) {
  const char *at = r->body, *end = at != NULL ? at + r->body_length : NULL;
  while (at < end) {
    const char *stop = memchr(at, '&', (size_t)(end - at));
    const char *value = memchr(at, '=', (size_t)(end - at));
    stop = stop != NULL ? stop : end;
    if (value != NULL && value < stop)
      strike_escaped(value + 1, (size_t)(stop - value - 1), LEAST_SECRET, text,
                     length);
    at = stop + 1;
  }
}

void m365_redact_job(const struct m365_job *job, char *text, size_t length) {
  const struct curl_slist *h = job->request.headers;
  if (length == 0)
    return;
  for (; h != NULL; h = h->next)
    m365_redact_header(h->data, text, length);
  if (job->origin != NULL)
    strike_route(&job->origin->route, text, length);
  if (job->transfer.body.secret)
    strike_form(&job->request, text, length);
  else
    strike_members(&job->request, text, length);
}
