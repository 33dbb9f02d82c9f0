#include "http/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/retry.h"
#include "base/text.h"

/* libcurl's read buffer: fewer callbacks on large pages than its 16 KiB */
#define READ_BUFFER 65536L

/* idle connections older than this are not used again, in seconds: proxies
   drop them in silence, and the next request would be lost with them */
#define IDLE_CONNECTION 60L

/* in seconds; libcurl's default for connecting is five minutes */
#define DAY 86400.0

static void enter(struct m365_transfer *t, enum m365_phase phase) {
  if (phase <= t->phase)
    return;
  t->phase = phase;
  t->phase_since = t->last_byte = m365_clock_monotonic();
}

/*
** Callbacks of libcurl
*/

/* The length that the answer announced, as far as it did: room for all of
   it at once saves copying what came. */
static void expect_body(struct m365_transfer *t) {
  curl_off_t length = -1;
  curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0)
    m365_buffer_expect(&t->body, (size_t)length);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data) {
  struct m365_transfer *t = data;
  if (t->body.length == 0)
    expect_body(t);
  t->bytes_came = true;
  return m365_buffer_append(&t->body, bytes, size * n) ? size * n : 0;
}

/* Sees the lines of every answer on the way; a status line starts anew, so
   that only the last answer's headers remain. */
static size_t on_header(char *line, size_t size, size_t n, void *data) {
  struct m365_transfer *t = data;
  size_t length = size * n;
  enter(t, M365_PHASE_ANSWERING);
  t->bytes_came = true;
  if (length > 5 && memcmp(line, "HTTP/", 5) == 0)
    m365_buffer_reset(&t->head);
  return m365_buffer_append(&t->head, line, length) ? length : 0;
}

/* Called when the connection is ready and the request is about to leave: up
   to here nothing of it was delivered. */
static int on_ready(void *data, char *to, char *from, int to_port,
                    int from_port) {
  (void)to, (void)from, (void)to_port, (void)from_port;
  enter(data, M365_PHASE_SENT);
  return CURL_PREREQFUNC_OK;
}

/* Networks of IPv4 that plain http may reach; `from`: from which grant on. */
static const struct {
  uint32_t network;
  unsigned bits;
  enum m365_plain from;
} networks[] = {
    {0x7f000000, 8, M365_PLAIN_LOOPBACK}, /* 127.0.0.0/8 */
    {0xa9fe0000, 16, M365_PLAIN_NEARBY},  /* 169.254.0.0/16: IMDS */
    {0x0a000000, 8, M365_PLAIN_NEARBY},   /* 10.0.0.0/8 */
    {0xac100000, 12, M365_PLAIN_NEARBY},  /* 172.16.0.0/12 */
    {0xc0a80000, 16, M365_PLAIN_NEARBY},  /* 192.168.0.0/16 */
};

static bool is_within(uint32_t address, enum m365_plain plain) {
  for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
    if (plain >= networks[i].from &&
        (address ^ networks[i].network) >> (32 - networks[i].bits) == 0)
      return true;
  return false;
}

static bool is_allowed(const struct sockaddr *address, enum m365_plain plain) {
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const void *)address;
    return is_within(ntohl(v4->sin_addr.s_addr), plain);
  }
  if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const void *)address;
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
  }
  return false;
}

static bool is_lack(int reason) {
  return reason == EMFILE || reason == ENFILE;
}

/* Close-on-exec from birth, which libcurl does only since 8.14; and the last
   word on plain http: whatever a name resolved to, it must be near. */
static curl_socket_t on_socket(void *data, curlsocktype purpose,
                               struct curl_sockaddr *address) {
  struct m365_transfer *t = data;
  (void)purpose;
  if (t->plain != M365_PLAIN_NOWHERE && !is_allowed(&address->addr, t->plain)) {
    t->off_limits = true;
    return CURL_SOCKET_BAD;
  }
  t->sockets[1] = t->sockets[0];
  t->sockets[0] = socket(address->family, address->socktype | SOCK_CLOEXEC,
                         address->protocol);
  t->no_descriptor = t->sockets[0] < 0 && is_lack(errno);
  return t->sockets[0];
}

/*
** Preparing
*/

/* Keeps the first failure of a row of setopt calls. */
#define SET(option, value)                                                     \
  do {                                                                         \
    if (code == CURLE_OK)                                                      \
      code = curl_easy_setopt(easy, option, value);                            \
  } while (0)

static CURLcode set_callbacks(struct m365_transfer *t, CURL *easy) {
  CURLcode code = CURLE_OK;
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, t);
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_HEADERDATA, t);
  SET(CURLOPT_PREREQFUNCTION, on_ready);
  SET(CURLOPT_PREREQDATA, t);
  SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
  SET(CURLOPT_OPENSOCKETDATA, t);
  SET(CURLOPT_ERRORBUFFER, t->error);
  return code;
}

static CURLcode set_fixed_options(CURL *easy) {
  CURLcode code = CURLE_OK;
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_BUFFERSIZE, READ_BUFFER);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  SET(CURLOPT_ACCEPT_ENCODING, ""); /* all that this libcurl can unpack */
  SET(CURLOPT_FOLLOWLOCATION, 0L);  /* a token does not travel */
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_MAXAGE_CONN, IDLE_CONNECTION);
  SET(CURLOPT_TCP_KEEPALIVE, 1L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  return code;
}

/* Never wait for a resolver's thread, where libcurl can be asked for that. */
static CURLcode set_quick_exit(CURL *easy) {
  CURLcode code = curl_easy_setopt(easy, M365_CURLOPT_QUICK_EXIT, 1L);
  return m365_libcurl_knows(code) ? code : CURLE_OK;
}

static CURLcode set_protocol(CURL *easy, bool plain) {
  CURLcode code = curl_easy_setopt(easy, M365_CURLOPT_PROTOCOLS_STR,
                                   plain ? "http" : "https");
  if (!m365_libcurl_knows(code))
    code = curl_easy_setopt(easy, M365_CURLOPT_PROTOCOLS,
                            (long)(plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
  return code;
}

/* An option that is not asked for stays libcurl's: CURLOPT_CAINFO NULL would
   mean "trust nobody", not "the default". */
static CURLcode set_string(CURL *easy, CURLoption option, const char *value) {
  return value == NULL ? CURLE_OK : curl_easy_setopt(easy, option, value);
}

static CURLcode set_route(CURL *easy, const struct m365_route *route) {
  const struct {
    CURLoption option;
    const char *value;
  } strings[] = {
      {CURLOPT_CAINFO, route->ca_file},
      {CURLOPT_CAPATH, route->ca_directory},
      {CURLOPT_PROXY, route->plain ? "" : route->proxy},
      {CURLOPT_NOPROXY, route->no_proxy},
      {CURLOPT_SSLCERT, route->certificate},
      {CURLOPT_SSLKEY, route->key},
      {CURLOPT_KEYPASSWD, route->key_password},
      /* for a proxy that is itself spoken to over TLS */
      {CURLOPT_PROXY_CAINFO, route->ca_file},
      {CURLOPT_PROXY_CAPATH, route->ca_directory},
      {CURLOPT_PROXY_SSLCERT, route->certificate},
      {CURLOPT_PROXY_SSLKEY, route->key},
      {CURLOPT_PROXY_KEYPASSWD, route->key_password},
  };
  CURLcode code = CURLE_OK;
  for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
    if (code == CURLE_OK)
      code = set_string(easy, strings[i].option, strings[i].value);
  return code;
}

/* A body, even an empty one, is always given: CURLOPT_POST without fields
   would read the host's standard input. */
static CURLcode set_request(CURL *easy, const struct m365_request *r,
                            bool fresh) {
  CURLcode code = CURLE_OK;
  SET(CURLOPT_URL, r->url);
  SET(CURLOPT_HTTPHEADER, r->headers);
  if (m365_request_has_body(r)) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_length);
    SET(CURLOPT_POSTFIELDS, r->body != NULL ? r->body : "");
  }
  SET(CURLOPT_CUSTOMREQUEST, r->method);
  SET(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
  return code;
}

/* An address that does not answer gets half of the time that is left, and the
   next one of the name the rest. libcurl counts TLS as connecting, too: the
   limit is taken away when TCP stands, and our own deadlines rule. */
static CURLcode set_connect_limit(struct m365_transfer *t, CURL *easy,
                                  double connect) {
  t->connect_limited = connect > 0;
  return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                          connect > 0 ? (long)ceil(fmin(connect, DAY) * 1000)
                                      : (long)(DAY * 1000));
}

static void forget(struct m365_transfer *t) {
  m365_buffer_reset(&t->head);
  m365_buffer_reset(&t->body);
  t->phase = M365_PHASE_IDLE;
  t->sockets[0] = t->sockets[1] = -1;
  t->off_limits = t->no_descriptor = t->long_head = false;
  t->bytes_came = false;
  t->cut = M365_CUT_NOT;
  t->result = CURLE_OK;
  t->status = 0;
  t->tls_broke = t->proxy_refused = false;
  t->proxy_status = 0;
  t->error[0] = '\0';
}

bool m365_transfer_prepare(struct m365_transfer *t, CURL *easy,
                           const struct m365_request *request,
                           const struct m365_route *route, bool fresh,
                           double connect) {
  CURLcode code = set_callbacks(t, easy);
  if (code == CURLE_OK)
    code = set_fixed_options(easy);
  if (code == CURLE_OK)
    code = set_quick_exit(easy);
  if (code == CURLE_OK)
    code = set_protocol(easy, route->plain);
  if (code == CURLE_OK)
    code = set_route(easy, route);
  if (code == CURLE_OK)
    code = set_request(easy, request, fresh);
  if (code == CURLE_OK)
    code = set_connect_limit(t, easy, connect);
  forget(t);
  t->easy = easy;
  t->plain = route->plain;
  enter(t, M365_PHASE_CONNECTING);
  return code == CURLE_OK;
}

/*
** Watching
*/

/* A socket that lost the race may be closed, and its number somebody else's:
   then the wrong one of two deadlines counts, and no more than that. */
static bool is_connected(int fd) {
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  return fd >= 0 && getpeername(fd, (struct sockaddr *)&peer, &length) == 0;
}

static bool is_closed(int fd) {
  return fd >= 0 && fcntl(fd, F_GETFD) < 0 && errno == EBADF;
}

/* libcurl 7.88 gives an address up without asking to be called again: the next
   one would be tried when the whole time is over. Taking back a pause, which
   changes nothing here, lets it run at once. */
static void nudge(struct m365_transfer *t) {
  t->sockets[0] = -1;
  curl_easy_pause(t->easy, CURLPAUSE_RECV);
  curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

void m365_transfer_observe(struct m365_transfer *t, double now) {
  if (t->bytes_came)
    t->last_byte = now;
  t->bytes_came = false;
  if (t->phase == M365_PHASE_CONNECTING &&
      (is_connected(t->sockets[0]) || is_connected(t->sockets[1]))) {
    t->phase = M365_PHASE_SECURING;
    t->phase_since = now;
  }
  if (t->phase == M365_PHASE_CONNECTING && is_closed(t->sockets[0]))
    nudge(t);
  if (t->connect_limited && t->phase > M365_PHASE_CONNECTING)
    set_connect_limit(t, t->easy, 0);
}

double m365_transfer_limit(const struct m365_transfer *t,
                           const struct m365_deadlines *deadlines,
                           enum m365_cut *why) {
  switch (t->phase) {
  case M365_PHASE_CONNECTING:
    *why = M365_CUT_CONNECT;
    return t->phase_since + deadlines->connect;
  case M365_PHASE_SECURING:
    *why = M365_CUT_TLS;
    return t->phase_since + deadlines->tls;
  case M365_PHASE_SENT:
    *why = M365_CUT_FIRST_BYTE;
    return t->phase_since + deadlines->first_byte;
  case M365_PHASE_ANSWERING:
    *why = M365_CUT_STALL;
    return t->last_byte + deadlines->stall;
  default:
    *why = M365_CUT_NOT;
    return M365_NEVER;
  }
}

/*
** What a result leaves open
*/

/* reasons of OpenSSL: an alert of the peer has its number above the first */
#define REASON_OF_ALERT 1000
#define REASON_EOF 294

/* The reason that OpenSSL gives, out of "error:0A000412:SSL routines:...";
   0: it gives none. The text behind it differs from release to release; a
   newer libcurl says "TLS connect error: " before it. */
static unsigned long tls_reason(const char *message) {
  static const char mark[] = "error:";
  const char *at = NULL;
  while ((message = strstr(message, mark)) != NULL)
    at = message += sizeof mark - 1;
  return at != NULL ? strtoul(at, NULL, 16) & 0xfff : 0;
}

/* Alerts by which a peer refuses a client certificate, or the lack of one. */
static bool refuses_certificate(unsigned long reason) {
  switch ((long)reason - REASON_OF_ALERT) {
  case 42:  /* bad_certificate */
  case 43:  /* unsupported_certificate */
  case 44:  /* certificate_revoked */
  case 45:  /* certificate_expired */
  case 46:  /* certificate_unknown */
  case 48:  /* unknown_ca */
  case 49:  /* access_denied */
  case 116: /* certificate_required */
    return true;
  default:
    return false;
  }
}

/* To a newer libcurl a key that it cannot read, because of a wrong password for
   instance, is a bad argument. Nothing else that we hand over can be one. */
static void settle_key(struct m365_transfer *t) {
  if (t->phase < M365_PHASE_SENT && t->result == CURLE_BAD_FUNCTION_ARGUMENT)
    t->result = CURLE_SSL_CERTPROBLEM;
}

/* Under TLS 1.3 the client's end of the handshake is over before the peer has
   looked at its certificate: the refusal is the first thing that is read. The
   request was on its way then, and nothing of it was looked at. */
static void settle_certificate(struct m365_transfer *t) {
  if (t->phase > M365_PHASE_SENT || !refuses_certificate(tls_reason(t->error)))
    return;
  t->result = CURLE_SSL_CLIENTCERT;
  if (t->phase == M365_PHASE_SENT)
    t->phase = M365_PHASE_SECURING;
}

/* Did the connection end before TLS stood, and neither of the two ends say
   why? Then OpenSSL has no reason, or "unexpected eof". A refusal by either
   end always has one. */
static bool broke_in_handshake(const struct m365_transfer *t) {
  unsigned long reason = tls_reason(t->error);
  return t->result == CURLE_SSL_CONNECT_ERROR &&
         (reason == 0 || reason == REASON_EOF);
}

static void settle_tls(struct m365_transfer *t) {
  settle_key(t);
  settle_certificate(t);
  t->tls_broke = broke_in_handshake(t);
  if (t->tls_broke)
    t->result = CURLE_RECV_ERROR;
}

/* Only what a SOCKS proxy says of its own will is a refusal; that it did not
   reach the host passes. */
static bool socks_refuses(CURLproxycode code) {
  switch (code) {
  case CURLPX_NO_AUTH:
  case CURLPX_USER_REJECTED:
  case CURLPX_IDENTD_DIFFER:
  case CURLPX_REPLY_NOT_ALLOWED:
  case CURLPX_REPLY_COMMAND_NOT_SUPPORTED:
  case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED:
  case CURLPX_LONG_USER:
  case CURLPX_LONG_PASSWD:
  case CURLPX_LONG_HOSTNAME:
    return true;
  default:
    return false;
  }
}

static void settle_proxy(struct m365_transfer *t) {
  long socks = CURLPX_OK;
  if (t->result == CURLE_PROXY) {
    curl_easy_getinfo(t->easy, CURLINFO_PROXY_ERROR, &socks);
    t->proxy_refused = socks_refuses((CURLproxycode)socks);
    if (socks == CURLPX_RESOLVE_HOST) /* by us, before the proxy is asked */
      t->result = CURLE_COULDNT_RESOLVE_HOST;
  } else if (t->phase < M365_PHASE_SENT) {
    curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &t->proxy_status);
    if (t->proxy_status >= 200 && t->proxy_status < 300)
      t->proxy_status = 0;
    t->proxy_refused =
        t->proxy_status > 0 && !m365_retry_passes(t->proxy_status);
  }
}

/* a resolver opens some, which are closed again when it gives up */
#define LEAST_DESCRIPTORS 6

static bool are_descriptors_free(void) {
  int taken[LEAST_DESCRIPTORS], n = 0, reason;
  while (n < LEAST_DESCRIPTORS &&
         (taken[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0)
    n++;
  reason = n < LEAST_DESCRIPTORS ? errno : 0;
  for (int i = 0; i < n; i++)
    close(taken[i]);
  return !is_lack(reason);
}

/* Without a free descriptor a name is not found, and a file not read; libcurl
   says no more than that. */
static void settle_descriptors(struct m365_transfer *t) {
  switch (t->result) {
  case CURLE_COULDNT_CONNECT:
    break;
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
    t->no_descriptor = !are_descriptors_free();
    break;
  default:
    t->no_descriptor = false;
  }
}

/* libcurl takes lines of 100 KB, and 300 KB of them. Its older releases call a
   longer line a lack of memory, and too many a failure to receive. */
#define LONGEST_LINE ((size_t)128 << 10)

static bool is_memory_free(void) {
  void *block = malloc(LONGEST_LINE);
  free(block);
  return block != NULL;
}

static void settle_head(struct m365_transfer *t) {
  static const char words[] = "Too large response headers";
  bool heading = t->phase >= M365_PHASE_SENT && t->body.length == 0;
  t->long_head =
      t->head.failure == M365_BUFFER_FULL ||
      t->result == M365_CURLE_TOO_LARGE ||
      (heading && t->result == CURLE_OUT_OF_MEMORY && is_memory_free()) ||
      strncmp(t->error, words, sizeof words - 1) == 0;
  if (t->long_head)
    t->result = CURLE_WRITE_ERROR;
}

/* The only time that libcurl itself watches is that for connecting. */
static void settle_time(struct m365_transfer *t) {
  if (t->result == CURLE_OPERATION_TIMEDOUT)
    t->cut = t->phase < M365_PHASE_SECURING ? M365_CUT_CONNECT : M365_CUT_TLS;
}

void m365_transfer_finish(struct m365_transfer *t, CURLcode result) {
  long proxy = 0;
  t->result = result;
  if (result != CURLE_OK && t->cut == M365_CUT_NOT) {
    settle_time(t);
    settle_tls(t);
    settle_proxy(t);
    settle_descriptors(t);
    settle_head(t);
  }
  curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->status);
  curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &t->verification);
  curl_easy_getinfo(t->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy);
  if (proxy > t->verification) /* it is spoken to first */
    t->verification = proxy;
  t->easy = NULL;
}

/*
** Headers of the answer
*/

/* `line` starts with `name` and a colon: where its value starts */
static const char *value_after(const char *line, const char *end,
                               const char *name) {
  size_t n = strlen(name);
  if ((size_t)(end - line) <= n || line[n] != ':' ||
      !m365_text_same_start(line, name, n))
    return NULL;
  line += n + 1;
  while (line < end && (*line == ' ' || *line == '\t'))
    line++;
  return line;
}

/* The first value of that name in the lines from `line` on. */
static const char *find_header(const struct m365_transfer *t, const char *name,
                               const char *line, size_t *length) {
  const char *stop = line != NULL ? t->head.bytes + t->head.length : NULL;
  while (line < stop) {
    const char *end = memchr(line, '\n', (size_t)(stop - line));
    const char *next = end != NULL ? end + 1 : stop;
    const char *value = value_after(line, next, name);
    if (value != NULL) {
      while (next > value && strchr("\r\n \t", next[-1]) != NULL)
        next--;
      *length = (size_t)(next - value);
      return value;
    }
    line = next;
  }
  return NULL;
}

const char *m365_transfer_header(const struct m365_transfer *t,
                                 const char *name, size_t *length) {
  return find_header(t, name, t->head.bytes, length);
}

const char *m365_transfer_next_header(const struct m365_transfer *t,
                                      const char *name, const char *after,
                                      size_t *length) {
  const char *stop = t->head.bytes + t->head.length;
  const char *end = memchr(after, '\n', (size_t)(stop - after));
  return end != NULL ? find_header(t, name, end + 1, length) : NULL;
}

double m365_transfer_date(const struct m365_transfer *t) {
  char text[64];
  if (!m365_transfer_header_copy(t, "Date", text, sizeof text))
    return -1;
  return (double)curl_getdate(text, NULL);
}

bool m365_transfer_header_copy(const struct m365_transfer *t, const char *name,
                               char *to, size_t room) {
  size_t length;
  const char *value = m365_transfer_header(t, name, &length);
  if (value == NULL || length >= room)
    return false;
  memcpy(to, value, length);
  to[length] = '\0';
  return true;
}

/*
** Owning
*/

void m365_transfer_init(struct m365_transfer *t, size_t head_ceiling,
                        size_t body_ceiling) {
  memset(t, 0, sizeof *t);
  m365_buffer_init(&t->head, head_ceiling);
  m365_buffer_init(&t->body, body_ceiling);
}

void m365_transfer_free(struct m365_transfer *t) {
  m365_buffer_free(&t->head);
  m365_buffer_free(&t->body);
}
