/*
** transfer: one request and its answer on one easy handle.
**
** Plain C: libcurl's callbacks end here, in code that has never heard of
** Lua. A transfer knows how far it got (its phase), which is what makes
** "certainly not delivered" a fact and not a guess.
*/
#ifndef m365_transfer_h
#define m365_transfer_h

#include <stdbool.h>

#include "base/buffer.h"
#include "http/libcurl.h"
#include "http/request.h"

/* How far one attempt got. The order matters: later means further. */
enum m365_phase {
  M365_PHASE_IDLE,
  M365_PHASE_CONNECTING, /* name, TCP */
  M365_PHASE_SECURING,   /* TCP stands; TLS or a proxy tunnel is made */
  M365_PHASE_SENT,       /* the request may have left */
  M365_PHASE_ANSWERING   /* the first byte of the answer is here */
};

/* Seconds; each bounds one phase, `total` the whole call with its retries. */
struct m365_deadlines {
  double connect;
  double tls;
  double first_byte;
  double stall; /* longest silence in the middle of an answer */
  double total;
};

/* Why a transfer was ended by us and not by libcurl. */
enum m365_cut {
  M365_CUT_NOT,
  M365_CUT_CONNECT,
  M365_CUT_TLS,
  M365_CUT_FIRST_BYTE,
  M365_CUT_STALL,
  M365_CUT_DEADLINE,
  M365_CUT_THROTTLED, /* throttled for longer than the call may last */
  M365_CUT_CLOSED,
  M365_CUT_FORKED
};

struct m365_transfer {
  CURL *easy; /* the engine's; lent while the transfer runs */
  enum m365_phase phase;
  double phase_since; /* monotonic */
  double last_byte;   /* monotonic; of the last one that was observed */
  bool bytes_came;    /* bytes came since then */
  int sockets[2];     /* the last ones opened for it, or -1: two may race */
  enum m365_plain plain;
  bool connect_limited; /* libcurl's own time for connecting is set */
  bool off_limits;      /* plain http, and the name led to where that is not
                           allowed */
  bool no_descriptor;   /* none was free for the connection */
  bool long_head;       /* more headers than we, or libcurl, take */
  enum m365_cut cut;
  CURLcode result;
  long status;
  long verification;       /* what OpenSSL said of the certificate; 0: fine */
  bool tls_broke;          /* the connection ended while TLS was made */
  long proxy_status;       /* what the proxy answered to CONNECT; 0: nothing */
  bool proxy_refused;      /* and it will not change its mind */
  struct m365_buffer head; /* header lines of the last answer */
  struct m365_buffer body;
  char error[CURL_ERROR_SIZE];
};

void m365_transfer_init(struct m365_transfer *t, size_t head_ceiling,
                        size_t body_ceiling);
void m365_transfer_free(struct m365_transfer *t);

/* Forgets the last attempt and prepares `easy` for the next one; `fresh` asks
   for a connection of its own, which keeps libcurl from sending a request a
   second time by itself. `connect` seconds are shared out by libcurl among
   the addresses of a name. false: out of memory, or a libcurl too old. */
bool m365_transfer_prepare(struct m365_transfer *t, CURL *easy,
                           const struct m365_request *request,
                           const struct m365_route *route, bool fresh,
                           double connect);

/* Takes down what libcurl knows at the end of an attempt, and interprets what
   its result leaves open: who ended a handshake, and what a proxy said. */
void m365_transfer_finish(struct m365_transfer *t, CURLcode result);

/* Notices that the TCP connection stands: libcurl has no callback for it, and
   its time of connection comes only when TLS stands too. And that bytes came:
   the clock is read once for all of them. */
void m365_transfer_observe(struct m365_transfer *t, double now);

/* The instant at which the phase it is in has lasted too long. */
double m365_transfer_limit(const struct m365_transfer *t,
                           const struct m365_deadlines *deadlines,
                           enum m365_cut *why);

/* The value of a header of the answer, not terminated; NULL: not there. */
const char *m365_transfer_header(const struct m365_transfer *t,
                                 const char *name, size_t *length);

/* The next one of that name behind the value at `after`. */
const char *m365_transfer_next_header(const struct m365_transfer *t,
                                      const char *name, const char *after,
                                      size_t *length);

/* The answer's Date, in epoch seconds; negative: none that is understood. */
double m365_transfer_date(const struct m365_transfer *t);

/* The same as a terminated string; false: not there, or does not fit. */
bool m365_transfer_header_copy(const struct m365_transfer *t, const char *name,
                               char *to, size_t room);

#endif
