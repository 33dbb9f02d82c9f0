/*** @submodule m365restore.core */
#include "client/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <lauxlib.h>

#include "client/call.h"
#include "http/url.h"
#include "bridge/json.h"
#include "bridge/options.h"
#include "bridge/field.h"

/* no token's answer comes near it */
#define LARGEST_ANSWER ((size_t)1 << 20)

/* stack indexes of what the function is made of */
enum { FIELDS = 1, URL, METHOD, HEADERS, BODY };

struct exchange {
  struct m365_settings settings; /* first: settings rows fill it */
  const char *method, *url, *body;
  bool managed_identity;
};

#define ROW(name, kind, member)                                                \
  { name, kind, offsetof(struct exchange, member), 0 }

static const struct m365_option rows[] = {
    ROW("method", M365_TEXT, method),
    ROW("url", M365_TEXT, url),
    ROW("body", M365_TEXT, body),
    ROW("managed_identity", M365_FLAG, managed_identity),
    {"headers", M365_VALUE, 0, 0},
    {"form", M365_VALUE, 0, 0},
    {NULL, M365_VALUE, 0, 0},
};

static const struct exchange defaults = {
    .settings =
        {
            .deadlines = {.connect = 10,
                          .tls = 10,
                          .first_byte = 30,
                          .stall = 10,
                          .total = 30},
            .max_response_size = LARGEST_ANSWER,
            .max_header_size = (size_t)64 << 10,
        },
    .method = "GET",
};

/*
** Reading
*/

static const char *check_method(lua_State *L, const char *name) {
  if (strcmp(name, "GET") == 0)
    return "GET";
  if (strcmp(name, "POST") != 0)
    luaL_error(L, "exchange.method: GET or POST was expected, got %s", name);
  return "POST";
}

/* How far plain http may go with this request; raises on a bad URL. */
static enum m365_plain check_url(lua_State *L, const struct exchange *x) {
  bool plain = false;
  const char *problem = "a URL was expected";
  enum m365_plain near =
      x->managed_identity ? M365_PLAIN_NEARBY : M365_PLAIN_LOOPBACK;
  if (x->url != NULL)
    problem = m365_url_problem(x->url, x->managed_identity, &plain);
  if (problem != NULL)
    luaL_error(L, "exchange.url: %s", problem);
  return plain ? near : M365_PLAIN_NOWHERE;
}

static void check_headers(lua_State *L) {
  if (lua_getfield(L, FIELDS, "headers") == LUA_TNIL) {
    lua_newtable(L);
    lua_replace(L, -2);
  }
  m365_field_check_table(L, -1, "exchange.headers");
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    const char *name =
        m365_options_check_line(L, lua_gettop(L) - 1, "exchange.headers: name");
    if (!m365_request_is_header_name(name))
      luaL_error(L, "exchange.headers: '%s' is no name of a header", name);
    m365_options_check_line(L, lua_gettop(L), "exchange.headers: value");
  }
}

/*
** A form. It is written into a buffer that is wiped, and never becomes a Lua
** string.
*/

static bool append_escaped(struct m365_buffer *b, const char *s, size_t n) {
  bool fine = true;
  for (size_t i = 0; i < n; i++) {
    char code[3];
    size_t length = m365_url_escape(code, (unsigned char)s[i], "");
    fine = m365_buffer_append(b, code, length);
  }
  return fine;
}

static void check_pair(lua_State *L) {
  if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "exchange.form: names and values must be strings");
}

/* Writes the form at `form` into the body. */
static void write_form(lua_State *L, int form, struct m365_buffer *body) {
  m365_field_check_table(L, form, "exchange.form");
  for (lua_pushnil(L); lua_next(L, form) != 0; lua_pop(L, 1)) {
    size_t n, m;
    const char *name, *value;
    check_pair(L);
    name = lua_tolstring(L, -2, &n);
    value = lua_tolstring(L, -1, &m);
    if ((body->length > 0 && !m365_buffer_append(body, "&", 1)) ||
        !append_escaped(body, name, n) || !m365_buffer_append(body, "=", 1) ||
        !append_escaped(body, value, m))
      luaL_error(L, "exchange.form: too large to send");
  }
}

/* Pushes the body; NULL: there is none, and nil is pushed. */
static struct m365_buffer *push_body(lua_State *L, const struct exchange *x) {
  struct m365_buffer *body;
  bool form = lua_getfield(L, FIELDS, "form") != LUA_TNIL;
  if (!form && x->body == NULL)
    return NULL;
  body = m365_call_push_body(L);
  body->secret = true;
  if (form)
    write_form(L, lua_gettop(L) - 1, body);
  else if (!m365_buffer_append(body, x->body, strlen(x->body)))
    luaL_error(L, "exchange.body: too large to send");
  lua_replace(L, -2);
  return body;
}

/*
** Sending
*/

/* Goes out as soon as it has its place. */
static void authorize(lua_State *L, struct m365_operation *op, int index) {
  (void)index;
  m365_engine_authorize(m365_runtime_engine(L), &op->job, NULL);
}

/* An origin of its own, with the client's way if there is one. */
static struct m365_origin *make_origin(const struct m365_client *c,
                                       enum m365_plain plain) {
  struct m365_origin *o = m365_origin_new();
  if (o == NULL)
    return NULL;
  o->limit = 1;
  if (c != NULL) {
    o->log = c->origin->log;
    if (!m365_route_copy(&o->route, &c->origin->route)) {
      m365_origin_release(o);
      return NULL;
    }
  }
  o->route.plain = plain;
  return o;
}

static bool add_headers(lua_State *L, struct m365_request *r,
                        const struct m365_client *c) {
  return m365_request_identify(r) &&
         (c == NULL || m365_request_add(r, c->user_agent)) &&
         m365_request_add(r, "Accept: application/json") &&
         m365_request_add(r, "Expect:") &&
         (r->body == NULL ||
          m365_request_add(
              r, "Content-Type: application/x-www-form-urlencoded")) &&
         m365_call_add_headers(L, r, HEADERS);
}

/* The operation is on the top; what is acquired here is its own at once. */
static bool fill(lua_State *L, struct m365_operation *op,
                 const struct m365_client *c, const struct exchange *x,
                 enum m365_plain plain) {
  static const struct m365_purpose purpose = {.operation =
                                                  "credential.request"};
  struct m365_origin *origin = make_origin(c, plain);
  struct m365_job *job = &op->job;
  if (origin == NULL)
    return false;
  m365_job_init(job, origin, x->settings.max_header_size,
                x->settings.max_response_size);
  m365_origin_release(origin); /* the job holds it now */
  job->transfer.body.secret = true;
  job->anonymous = true;
  job->limit = 1;
  job->deadlines = x->settings.deadlines;
  op->purpose = purpose;
  job->label = purpose.operation;
  op->authorize = authorize;
  job->request.method = x->method;
  job->request.url = strdup(x->url);
  m365_call_take_body(&job->request, lua_touserdata(L, BODY));
  return job->request.url != NULL && add_headers(L, &job->request, c);
}

/*
** The answer
*/

static bool is_answered(const struct m365_job *job) {
  return job->transfer.status > 0 && job->transfer.result == CURLE_OK &&
         job->transfer.cut == M365_CUT_NOT && !job->no_memory;
}

static void push_answer(lua_State *L, struct m365_job *job) {
  struct m365_transfer *t = &job->transfer;
  lua_createtable(L, 0, 5);
  m365_field_integer(L, "status", t->status);
  lua_pushlstring(L, t->body.bytes != NULL ? t->body.bytes : "",
                  t->body.length);
  lua_setfield(L, -2, "body");
  m365_buffer_free(&t->body);
  m365_call_push_headers(L, t);
  lua_setfield(L, -2, "headers");
  m365_json_field(L, "date", m365_transfer_date(t));
  m365_json_field(L, "retry_after", job->advice);
}

static int done(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  struct m365_operation *op = lua_touserdata(L, index);
  (void)status;
  if (!m365_await(L, index))
    return m365_await_yield(L, index, context, done);
  if (is_answered(&op->job)) {
    push_answer(L, &op->job);
    return 1;
  }
  lua_pushnil(L);
  m365_failure_of_job(L, &op->job, &op->purpose);
  return 2;
}

static int refuse(lua_State *L, const char *code) {
  static const struct m365_purpose purpose = {.operation =
                                                  "credential.request"};
  lua_pushnil(L);
  m365_failure_of_code(L, code, NULL, NULL, &purpose);
  return 2;
}

static int submit(lua_State *L, const struct m365_client *c,
                  const struct exchange *x, enum m365_plain plain) {
  struct m365_operation *op;
  if (c != NULL && c->origin == NULL) /* nobody is there to use the token */
    return refuse(L, "closed");
  op = m365_operation_push(L);
  if (!fill(L, op, c, x, plain))
    return refuse(L, "no_memory");
  m365_operation_submit(L, lua_gettop(L));
  return done(L, LUA_OK, lua_gettop(L));
}

/***
A request of a credential's own: anonymous, without redirects and without
repetition, over https; over plain http only to this machine. May yield.
@function exchange
@tparam table fields `url`, `method` (GET or POST, default GET), `headers`
(name -> string), `form` (name -> string, sent form-encoded) or `body`
(string), `managed_identity` (boolean: plain http may also lead to private and
link-local addresses, never through a proxy), and the time and size limits of
@{client}
@treturn[1] table `status`, `headers` (names in lower case), `body` (string),
`date` (the answer's Date in epoch seconds) and `retry_after` (seconds), where
it has them
@treturn[2] nil
@treturn[2] table error: no answer came
*/
int m365_exchange(lua_State *L) {
  static const struct m365_option *const groups[] = {m365_setting_rows, rows,
                                                     NULL};
  const struct m365_client *c = lua_touserdata(L, lua_upvalueindex(1));
  struct exchange x = defaults;
  enum m365_plain plain;
  luaL_checktype(L, FIELDS, LUA_TTABLE);
  lua_settop(L, FIELDS);
  m365_options_read(L, FIELDS, "exchange", groups, &x);
  plain = check_url(L, &x);
  lua_pushstring(L, x.url);
  lua_pushstring(L, x.method);
  x.method = check_method(L, lua_tostring(L, METHOD));
  check_headers(L);
  push_body(L, &x);
  return submit(L, c, &x, plain);
}

void m365_exchange_push(lua_State *L, int client) {
  lua_pushvalue(L, client);
  lua_pushcclosure(L, m365_exchange, 1);
}
