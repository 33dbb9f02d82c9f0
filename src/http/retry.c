#include "http/retry.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* the longest pause of the back-off, in seconds */
#define LONGEST_PAUSE 20.0

/* doubling stops here: 2^16 is far past LONGEST_PAUSE for any sane start */
#define MOST_DOUBLINGS 16

static const enum m365_verdict verdicts[][2] = {
    /*                     read              write            */
    [M365_ANSWERED] = {M365_FINISH, M365_FINISH},
    [M365_UNDELIVERED] = {M365_AGAIN, M365_AGAIN},
    [M365_UNCLEAR] = {M365_AGAIN, M365_AMBIGUOUS},
    [M365_THROTTLED] = {M365_AGAIN, M365_AGAIN},
    [M365_TROUBLED] = {M365_AGAIN, M365_AMBIGUOUS},
    [M365_MISSING] = {M365_FINISH, M365_FINISH},
    [M365_UNAUTHORIZED] = {M365_REAUTHORIZE, M365_REAUTHORIZE},
    [M365_UNREADABLE] = {M365_FINISH, M365_AMBIGUOUS},
    [M365_HOPELESS] = {M365_FINISH, M365_FINISH},
};

/* Failures that another attempt would only repeat. */
static bool hopeless(CURLcode result) {
  switch (result) {
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
  case CURLE_SSL_INVALIDCERTSTATUS:
  case CURLE_SSL_CRL_BADFILE:
  case CURLE_URL_MALFORMAT:
  case CURLE_OUT_OF_MEMORY:
  case CURLE_WRITE_ERROR:       /* our own ceiling */
  case CURLE_SSL_CONNECT_ERROR: /* one of the two ends said no */
  case CURLE_SSL_CLIENTCERT:
    return true;
  default:
    return false;
  }
}

static enum m365_outcome outcome_of_status(long status, bool advised) {
  switch (status) {
  case 401:
    return M365_UNAUTHORIZED;
  case 404:
    return M365_MISSING;
  case 429:
    return M365_THROTTLED;
  case 503:
    return advised ? M365_THROTTLED : M365_TROUBLED;
  case 408:
    return M365_TROUBLED;
  case 501: /* the request is unknown there */
  case 505: /* the version of HTTP */
  case 507: /* the quota */
  case 509: /* the bandwidth */
    return M365_ANSWERED;
  default: /* gateways have many a 5xx of their own */
    return status >= 500 ? M365_TROUBLED : M365_ANSWERED;
  }
}

bool m365_retry_passes(long status) {
  enum m365_outcome outcome = outcome_of_status(status, false);
  return outcome == M365_THROTTLED || outcome == M365_TROUBLED;
}

enum m365_outcome m365_retry_outcome(CURLcode result, bool sent, long status,
                                     bool advised) {
  if (result == CURLE_OK)
    return outcome_of_status(status, advised);
  if (hopeless(result))
    return sent ? M365_UNREADABLE : M365_HOPELESS;
  return sent ? M365_UNCLEAR : M365_UNDELIVERED;
}

/* Throttled attempts are not counted, since the service itself asked for one
   more; the deadline ends them. A limit of one means: never repeat. */
static bool exhausted(const struct m365_attempt *t) {
  if (t->limit <= 1)
    return true;
  return t->attempts >= t->limit && t->outcome != M365_THROTTLED;
}

enum m365_verdict m365_retry_judge(const struct m365_attempt *t) {
  enum m365_verdict verdict = verdicts[t->outcome][t->effect];
  if (t->outcome == M365_MISSING && t->in_grace && t->effect == M365_READ)
    verdict = M365_AGAIN;
  if (verdict == M365_REAUTHORIZE && t->reauthorized)
    verdict = M365_FINISH;
  if (verdict == M365_AGAIN && exhausted(t))
    verdict = M365_FINISH;
  return verdict;
}

double m365_retry_delay(unsigned attempts, double first, double advice,
                        double chance) {
  unsigned doublings = attempts > 0 ? attempts - 1 : 0;
  double pause;
  if (doublings > MOST_DOUBLINGS)
    doublings = MOST_DOUBLINGS;
  pause = fmin(ldexp(first, (int)doublings), LONGEST_PAUSE) * chance;
  return fmax(pause, advice);
}

/*
** Retry-After
*/

/* from here on a number is a moment and not a pause: in seconds, or, where it
   is a thousand times as large, in milliseconds of the epoch */
#define FIRST_MOMENT 1e9
#define FIRST_MOMENT_MS 1e12
#define LAST_MOMENT_MS 1e13

/* longer than any date that HTTP knows, and any number that makes sense */
#define LONGEST_ADVICE_TEXT 64

/* Digits with at most one point; negative: something else. Not strtod: that
   listens to the locale of the host, and knows hexadecimal and infinities. */
static double read_decimal(const char *text) {
  double n = 0, unit = 1;
  bool fraction = false, digits = false;
  for (; *text != '\0'; text++) {
    if (*text == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (*text < '0' || *text > '9')
      return -1;
    digits = true;
    n = n * 10 + (*text - '0');
    unit = fraction ? unit * 10 : 1;
  }
  return digits && isfinite(n / unit) ? n / unit : -1;
}

/* A moment that is past is a pause of nothing. */
static double read_pause(const char *text, double now) {
  double n = read_decimal(text);
  if (n >= FIRST_MOMENT_MS && n < LAST_MOMENT_MS)
    n /= 1000;
  if (n < 0)
    n = (double)curl_getdate(text, NULL);
  else if (n < FIRST_MOMENT)
    return n;
  return n < 0 ? -1 : fmax(n - now, 0);
}

/* One member of the list, without the blanks around it. The day of the week
   before the comma of a date is a member that says nothing. */
static double read_member(const char *start, const char *end, double now) {
  char text[LONGEST_ADVICE_TEXT];
  size_t length;
  while (start < end && (*start == ' ' || *start == '\t'))
    start++;
  while (start < end && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  length = (size_t)(end - start);
  if (length == 0 || length >= sizeof text)
    return -1;
  memcpy(text, start, length);
  text[length] = '\0';
  return read_pause(text, now);
}

double m365_retry_advice(const char *value, size_t length, double now) {
  const char *end = value + length;
  double longest = -1;
  while (value < end) {
    const char *comma = memchr(value, ',', (size_t)(end - value));
    const char *stop = comma != NULL ? comma : end;
    longest = fmax(longest, read_member(value, stop, now));
    value = stop + 1;
  }
  return longest;
}
