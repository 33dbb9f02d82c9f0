#include "retry.h"

#include <math.h>
#include <stddef.h>

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

/* Failures that another try would only repeat. */
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
  case CURLE_WRITE_ERROR: /* our own ceiling */
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
  case 500:
  case 502:
  case 504:
    return M365_TROUBLED;
  default:
    return M365_ANSWERED;
  }
}

enum m365_outcome m365_retry_outcome(CURLcode result, bool sent, long status,
                                     bool advised) {
  if (result == CURLE_OK)
    return outcome_of_status(status, advised);
  if (hopeless(result))
    return sent ? M365_UNREADABLE : M365_HOPELESS;
  return sent ? M365_UNCLEAR : M365_UNDELIVERED;
}

/* Throttled tries are not counted, since the service itself asked for one
   more; the deadline ends them. A limit of one means: never repeat. */
static bool exhausted(const struct m365_try *t) {
  if (t->limit <= 1)
    return true;
  return t->tries >= t->limit && t->outcome != M365_THROTTLED;
}

enum m365_verdict m365_retry_judge(const struct m365_try *t) {
  enum m365_verdict verdict = verdicts[t->outcome][t->effect];
  if (t->outcome == M365_MISSING && t->newborn && t->effect == M365_READ)
    verdict = M365_AGAIN;
  if (verdict == M365_REAUTHORIZE && t->reauthorized)
    verdict = M365_FINISH;
  if (verdict == M365_AGAIN && exhausted(t))
    verdict = M365_FINISH;
  return verdict;
}

double m365_retry_delay(unsigned tries, double first, double advice,
                        double chance) {
  unsigned doublings = tries > 0 ? tries - 1 : 0;
  double pause;
  if (doublings > MOST_DOUBLINGS)
    doublings = MOST_DOUBLINGS;
  pause = fmin(ldexp(first, (int)doublings), LONGEST_PAUSE) * chance;
  return fmax(pause, advice);
}

/* Digits with at most one point. Not strtod: that listens to the locale of
   the host, and knows hexadecimal and infinities. */
static double advice_as_number(const char *value) {
  double seconds = 0, unit = 1;
  bool fraction = false, digits = false;
  for (; *value != '\0'; value++) {
    if (*value == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (*value < '0' || *value > '9')
      return -1;
    digits = true;
    seconds = seconds * 10 + (*value - '0');
    unit = fraction ? unit * 10 : 1;
  }
  return digits && isfinite(seconds / unit) ? seconds / unit : -1;
}

double m365_retry_advice(const char *value, double now) {
  double seconds;
  time_t date;
  if (value == NULL)
    return -1;
  seconds = advice_as_number(value);
  if (seconds >= 0)
    return seconds;
  date = curl_getdate(value, NULL);
  if (date == (time_t)-1)
    return -1;
  return fmax((double)date - now, 0);
}
