/*
** retry: what to do After an attempt, as one table and a few pure functions.
**
** No I/O, no clock, no chance: whatever varies is handed in, so that every
** row can be tested. The law behind it: a write is never repeated unless it
** certainly was not delivered, or the service said that it did not do it.
*/
#ifndef m365_retry_h
#define m365_retry_h

#include <stdbool.h>

#include "http/libcurl.h"

/* What an operation does to the service. Not its HTTP method: search and
   browse are reads by POST. */
enum m365_effect { M365_READ, M365_WRITE };

/* What became of one attempt. */
enum m365_outcome {
  M365_ANSWERED,     /* an answer that another attempt would not change */
  M365_UNDELIVERED,  /* resolve, connect, TLS: not a byte of it arrived */
  M365_UNCLEAR,      /* it left, and no whole answer came back */
  M365_THROTTLED,    /* 429, or 503 with Retry-After: "not done, later" */
  M365_TROUBLED,     /* 408, a passing 5xx: may have been done */
  M365_MISSING,      /* 404 */
  M365_UNAUTHORIZED, /* 401 */
  M365_UNREADABLE,   /* it left, and the answer was more than we take */
  M365_HOPELESS      /* not delivered, and never will be: a certificate, or
                        a proxy that refuses */
};

enum m365_verdict {
  M365_FINISH,      /* hand the answer or the failure out */
  M365_AGAIN,       /* try again after a delay */
  M365_REAUTHORIZE, /* try again with a new token */
  M365_AMBIGUOUS    /* hand it out as "nobody knows" */
};

struct m365_attempt {
  enum m365_effect effect;
  enum m365_outcome outcome;
  unsigned attempts; /* made so far, this one included */
  unsigned limit;    /* attempts allowed */
  bool reauthorized; /* a new token was tried already */
  bool in_grace;     /* we made the thing within the last minute: a 404 may
                       be a replica that has not heard of it */
};

/* `sent`: the request may have left; `advised`: Retry-After was there */
enum m365_outcome m365_retry_outcome(CURLcode result, bool sent, long status,
                                     bool advised);

enum m365_verdict m365_retry_judge(const struct m365_attempt *t);

/* Seconds until the next attempt: full jitter over an exponential back-off that
   starts at `first` seconds, with the service's advice as a floor.
   `chance` is in [0, 1). */
double m365_retry_delay(unsigned attempts, double first, double advice,
                        double chance);

/* Does this status stand for trouble that passes by itself? */
bool m365_retry_passes(long status);

/* the longest pause that is kept, in seconds, also if more is asked for */
#define M365_LONGEST_ADVICE 3600.0

/* Retry-After as seconds: a number; a moment, as an HTTP date or in seconds of
   the epoch, which is counted from `now` (the answer's own Date where it has
   one); or the longest one of a list, into which a gateway and the service may
   join theirs. Negative: absent or not understood. */
double m365_retry_advice(const char *value, size_t length, double now);

#endif
