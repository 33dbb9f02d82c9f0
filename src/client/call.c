#include "client/call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <lauxlib.h>

#include "bridge/json.h"
#include "http/url.h"
#include "base/text.h"
#include "bridge/field.h"

/* no request body of this API comes near it */
#define LARGEST_BODY ((size_t)16 << 20)

/* the metatable of bodies that no call has taken yet */
#define BODY "m365restore.body"

/*
** Options
*/

#define ROW(name, kind, struct_, member, least)                                \
  { name, kind, offsetof(struct struct_, member), least }

const struct m365_option m365_setting_rows[] = {
    ROW("timeout", M365_DURATION, m365_settings, deadlines.total, 0),
    ROW("connect_timeout", M365_DURATION, m365_settings, deadlines.connect, 0),
    ROW("tls_timeout", M365_DURATION, m365_settings, deadlines.tls, 0),
    ROW("first_byte_timeout", M365_DURATION, m365_settings,
        deadlines.first_byte, 0),
    ROW("stall_timeout", M365_DURATION, m365_settings, deadlines.stall, 0),
    ROW("retries", M365_COUNT, m365_settings, retries, 0),
    ROW("backoff", M365_DURATION, m365_settings, backoff, 0),
    ROW("max_response_size", M365_SIZE, m365_settings, max_response_size, 1),
    ROW("max_header_size", M365_SIZE, m365_settings, max_header_size, 1),
    {NULL, M365_VALUE, 0, 0},
};

const struct m365_option m365_query_rows[] = {
    ROW("filter", M365_TEXT, m365_query, filter, 0),
    ROW("orderby", M365_VALUE, m365_query, orderby, 0),
    ROW("select", M365_VALUE, m365_query, select, 0),
    ROW("expand", M365_VALUE, m365_query, expand, 0),
    ROW("search", M365_TEXT, m365_query, search, 0),
    ROW("top", M365_COUNT, m365_query, top, 1),
    ROW("skip", M365_COUNT, m365_query, skip, 0),
    ROW("page_size", M365_COUNT, m365_query, page_size, 1),
    ROW("count", M365_FLAG, m365_query, count, 0),
    {NULL, M365_VALUE, 0, 0},
};

static const struct m365_settings *client_settings(lua_State *L, int client) {
  const struct m365_client *c = lua_touserdata(L, client);
  return &c->settings;
}

/* A query option of OData's that has an option of ours; NULL: none. */
static const char *own_option(const char *name) {
  if (*name == '$')
    name++;
  for (const struct m365_option *o = m365_query_rows; o->name != NULL; o++)
    if (strcasecmp(o->name, name) == 0)
      return o->name;
  return NULL;
}

static void check_not_own(lua_State *L, int query, const char *field) {
  const char *own = NULL;
  if (!lua_istable(L, query))
    return;
  for (lua_pushnil(L); lua_next(L, query) != 0; lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING &&
        (own = own_option(lua_tostring(L, -2))) != NULL)
      luaL_error(L, "%s.query: '%s' is known: use the option '%s'", field,
                 lua_tostring(L, -2), own);
}

static int refuse_extra(lua_State *L, const char *field, const char *name) {
  static const char *const known[] = {"query", "headers", NULL};
  const char *like = m365_text_nearest(name, known);
  if (like == NULL)
    return luaL_error(L, "%s: unknown option '%s'", field, name);
  return luaL_error(L, "%s: unknown option '%s'; did you mean '%s'?", field,
                    name, like);
}

/* Adds what is meant for names that this library does not know yet: checked
   for its form, and for not naming what an option of its own is for. */
static void read_extra(lua_State *L, int index, const char *what,
                       struct m365_query *to) {
  int extra;
  const char *field = lua_pushfstring(L, "%s.extra", what);
  if (!lua_istable(L, index) || lua_getfield(L, index, "extra") == LUA_TNIL)
    return;
  extra = lua_gettop(L);
  m365_field_check_table(L, extra, field);
  for (lua_pushnil(L); lua_next(L, extra) != 0; lua_pop(L, 1)) {
    const char *name = luaL_tolstring(L, -2, NULL);
    if (strcmp(name, "query") != 0 && strcmp(name, "headers") != 0)
      refuse_extra(L, field, name);
    lua_pop(L, 1);
  }
  to->extra_field = lua_pushfstring(L, "%s.query", field);
  lua_getfield(L, extra, "query");
  to->extra_query = lua_gettop(L);
  check_not_own(L, to->extra_query, field);
  lua_pushfstring(L, "%s.headers", field);
  lua_getfield(L, extra, "headers");
  to->extra_headers = m365_call_push_own_headers(
      L, lua_gettop(L), lua_tostring(L, -2), &to->extra_prefer);
}

static int refuse_names(lua_State *L, int index, const char *field) {
  return luaL_error(
      L, "%s: a string or a list of strings was expected, got %s", field,
      lua_istable(L, index) ? "another table" : luaL_typename(L, index));
}

/* Pushes the list at `index` as OData writes one, with commas. */
static void push_joined(lua_State *L, int index, const char *field) {
  lua_Integer length = (lua_Integer)lua_rawlen(L, index), n = 0;
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
    n++;
  if (n == 0 || n != length)
    refuse_names(L, index, field);
  lua_pushliteral(L, "");
  for (lua_Integer i = 1; i <= length; i++) {
    const char *place = lua_pushfstring(L, "%s[%I]", field, i);
    lua_pushstring(L, i > 1 ? "," : "");
    lua_rawgeti(L, index, i);
    m365_options_check_line(L, -1, place);
    lua_remove(L, -3);
    lua_concat(L, 3);
  }
}

/* An option that is a text, or a list of texts; NULL: it is not given. The
   text stays on the stack. */
static const char *read_names(lua_State *L, int index, const char *what,
                              const char *name) {
  const char *field = lua_pushfstring(L, "%s.%s", what, name);
  int value = lua_gettop(L) + 1;
  switch (lua_getfield(L, index, name)) {
  case LUA_TNIL:
    return NULL;
  case LUA_TSTRING:
    break;
  case LUA_TTABLE:
    push_joined(L, value, field);
    break;
  default:
    refuse_names(L, value, field);
  }
  return m365_options_check_line(L, lua_gettop(L), field);
}

static void read_lists(lua_State *L, int index, const char *what,
                       struct m365_query *to) {
  if (!lua_istable(L, index))
    return;
  luaL_checkstack(L, LUA_MINSTACK, what);
  to->orderby = read_names(L, index, what, "orderby");
  to->select = read_names(L, index, what, "select");
  to->expand = read_names(L, index, what, "expand");
}

static const struct m365_option extra_rows[] = {{"extra", M365_VALUE, 0, 0},
                                                {NULL, M365_VALUE, 0, 0}};

void m365_call_query(lua_State *L, int client, int index, const char *what,
                     bool reads, struct m365_query *to) {
  static const struct m365_option *const groups[] = {
      m365_setting_rows, extra_rows, m365_query_rows, NULL};
  static const struct m365_option *const settings[] = {m365_setting_rows,
                                                       extra_rows, NULL};
  memset(to, 0, sizeof *to);
  to->settings = *client_settings(L, client);
  m365_options_read(L, index, what, reads ? groups : settings, to);
  if (reads)
    read_lists(L, index, what, to);
  read_extra(L, index, what, to);
}

/*
** URLs
*/

void m365_call_escape(lua_State *L) {
  size_t length, n = 0;
  const char *s = lua_tolstring(L, -1, &length);
  luaL_Buffer b;
  char *to = luaL_buffinitsize(L, &b, length * 3);
  for (size_t i = 0; i < length; i++) /* a comma is in site ids */
    n += m365_url_escape(to + n, (unsigned char)s[i], ",");
  luaL_pushresultsize(&b, n);
  lua_remove(L, -2);
}

bool m365_call_push_link(lua_State *L, const struct m365_client *c,
                         const char *page, const char *link) {
  /* has the URL freed where Lua has no memory for it */
  struct m365_buffer *kept = m365_call_push_body(L);
  kept->bytes = m365_url_resolve(c->base, m365_client_version(c), page, link);
  if (kept->bytes == NULL) {
    lua_pop(L, 1);
    return false;
  }
  lua_pushstring(L, kept->bytes);
  m365_buffer_free(kept);
  lua_remove(L, -2);
  return true;
}

void m365_call_add_query(lua_State *L, const char *name, const char *value) {
  const char *url = lua_tostring(L, -1);
  lua_pushstring(L, strchr(url, '?') != NULL ? "&" : "?");
  lua_pushstring(L, name);
  lua_pushliteral(L, "=");
  lua_pushstring(L, value);
  m365_call_escape(L);
  lua_concat(L, 5);
}

static const char *check_query_name(lua_State *L, int index,
                                    const char *field) {
  const char *place = lua_pushfstring(L, "%s: name", field);
  const char *name = m365_options_check_line(L, index, place);
  if (*name == '\0' || strpbrk(name, " &=#?+%") != NULL)
    luaL_error(L, "%s: '%s' is no name of a query option", field, name);
  return name;
}

void m365_call_add_query_table(lua_State *L, int index, const char *field) {
  int url = lua_gettop(L);
  if (lua_isnil(L, index))
    return;
  m365_field_check_table(L, index, field);
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_settop(L, url + 1)) {
    const char *name = check_query_name(L, url + 1, field);
    if (lua_istable(L, url + 2))
      luaL_error(L,
                 "%s: %s: a text, a number or a boolean was expected, got "
                 "table",
                 field, name);
    luaL_tolstring(L, url + 2, NULL);
    lua_pushfstring(L, "%s: value", field);
    m365_options_check_line(L, -2, lua_tostring(L, -1));
    lua_pushvalue(L, url);
    m365_call_add_query(L, name, lua_tostring(L, -3));
    lua_replace(L, url);
  }
}

static void add_text(lua_State *L, const char *name, const char *value) {
  if (value != NULL)
    m365_call_add_query(L, name, value);
}

/* 0 is what the service does anyway. */
static void add_number(lua_State *L, const char *name, unsigned value) {
  char text[16];
  snprintf(text, sizeof text, "%u", value);
  add_text(L, name, value > 0 ? text : NULL);
}

void m365_call_add_queries(lua_State *L, const struct m365_query *query) {
  add_text(L, "$select", query->select);
  add_text(L, "$expand", query->expand);
  add_text(L, "$filter", query->filter);
  add_text(L, "$orderby", query->orderby);
  add_text(L, "$search", query->search);
  add_number(L, "$top", query->top);
  add_number(L, "$skip", query->skip);
  add_text(L, "$count", query->count ? "true" : NULL);
  if (query->extra_query != 0)
    m365_call_add_query_table(L, query->extra_query, query->extra_field);
}

/*
** Bodies
*/

static int body_gc(lua_State *L) {
  m365_buffer_free(luaL_checkudata(L, 1, BODY));
  return 0;
}

struct m365_buffer *m365_call_push_body(lua_State *L) {
  struct m365_buffer *b = lua_newuserdatauv(L, sizeof *b, 0);
  m365_buffer_init(b, LARGEST_BODY);
  if (luaL_newmetatable(L, BODY))
    m365_field_function(L, "__gc", body_gc);
  lua_setmetatable(L, -2);
  return b;
}

/*
** Headers
*/

/* Without the first preference, states that the service learned later would
   come back as "unknownFutureValue", and a failed session would never end. */
static bool add_prefer(lua_State *L, struct m365_request *r, const char *more) {
  bool fine;
  lua_pushfstring(L, "Prefer: include-unknown-enum-members%s%s",
                  more != NULL ? ", " : "", more != NULL ? more : "");
  fine = m365_request_add(r, lua_tostring(L, -1));
  lua_pop(L, 1);
  return fine;
}

/* "Expect:" keeps libcurl from asking for leave to send a large body; an
   empty Content-Type keeps it from making one up for an empty one. */
static bool add_body_headers(struct m365_request *r) {
  return !m365_request_has_body(r) ||
         (m365_request_add(r, "Expect:") &&
          m365_request_add(r, r->body != NULL ? "Content-Type: application/json"
                                              : "Content-Type:"));
}

static bool add_standard_headers(lua_State *L, struct m365_request *r,
                                 const struct m365_client *c,
                                 const struct m365_call *call) {
  return m365_request_identify(r) && add_prefer(L, r, call->prefer) &&
         m365_request_add(r, c->user_agent) &&
         m365_request_add(r, "Accept: application/json") && add_body_headers(r);
}

/* Headers that are ours to set. */
static bool is_reserved(const char *name) {
  static const char *const names[] = {"Authorization", "Host",
                                      "Expect",        "Content-Length",
                                      "Content-Type",  "client-request-id",
                                      "User-Agent",    "Transfer-Encoding",
                                      "Cookie"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcasecmp(names[i], name) == 0)
      return true;
  return false;
}

static void check_header(lua_State *L, int name, int value, const char *field) {
  const char *s = m365_options_check_line(L, name, field);
  if (!m365_request_is_header_name(s) || is_reserved(s))
    luaL_error(L, "%s: '%s' cannot be set", field, s);
  m365_options_check_line(L, value, field);
}

int m365_call_push_own_headers(lua_State *L, int index, const char *field,
                               const char **prefer) {
  int own;
  if (lua_isnil(L, index))
    return 0;
  m365_field_check_table(L, index, field);
  lua_newtable(L);
  own = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, index) != 0;) {
    check_header(L, own + 1, own + 2, field);
    if (strcasecmp(lua_tostring(L, own + 1), "Prefer") == 0) {
      *prefer = lua_tostring(L, own + 2);
      lua_pop(L, 1);
    } else {
      lua_pushvalue(L, own + 1);
      lua_insert(L, -2);
      lua_rawset(L, own);
    }
  }
  return own;
}

bool m365_call_add_headers(lua_State *L, struct m365_request *r, int headers) {
  bool fine = true;
  if (headers == 0)
    return true;
  for (lua_pushnil(L); lua_next(L, headers) != 0; lua_pop(L, 1)) {
    lua_pushfstring(L, "%s: %s", lua_tostring(L, -2), lua_tostring(L, -1));
    fine = fine && m365_request_add(r, lua_tostring(L, -1));
    lua_pop(L, 1);
  }
  return fine;
}

/*
** Submitting
*/

void m365_call_take_body(struct m365_request *r, struct m365_buffer *body) {
  if (body == NULL || body->bytes == NULL)
    return;
  r->body = body->bytes;
  r->body_length = body->length;
  body->bytes = NULL;
  m365_buffer_free(body);
}

static void set_limits(struct m365_job *job, const struct m365_call *call) {
  job->effect = call->effect;
  job->deadlines = call->settings.deadlines;
  job->limit = call->settings.retries + 1;
  job->first_pause = call->settings.backoff;
  job->grace_until = call->grace_until;
}

/* The operation is on the top; what is acquired here is its own at once. */
static bool fill(lua_State *L, struct m365_operation *op,
                 const struct m365_client *c, const struct m365_call *call) {
  struct m365_request *r = &op->job.request;
  m365_job_init(&op->job, c->origin, call->settings.max_header_size,
                call->settings.max_response_size);
  set_limits(&op->job, call);
  op->purpose = call->purpose;
  op->job.label = call->purpose.operation;
  op->authorize = c->authorize;
  r->method = call->method;
  r->url = strdup(call->url);
  m365_call_take_body(r, call->body);
  return r->url != NULL && add_standard_headers(L, r, c, call) &&
         m365_call_add_headers(L, r, call->headers);
}

static bool is_own_renewal(lua_State *L, int client) {
  bool own;
  lua_getiuservalue(L, client, M365_CLIENT_RENEWAL);
  own = lua_isthread(L, -1) && m365_task_is_current(L, -1);
  lua_pop(L, 1);
  return own;
}

int m365_call_submit(lua_State *L, const struct m365_call *call) {
  struct m365_client *c = lua_touserdata(L, call->client);
  struct m365_operation *op;
  const char *problem = NULL;
  if (c->origin == NULL)
    problem = "closed";
  else if (is_own_renewal(L, call->client))
    problem = "token_recursion";
  if (problem != NULL) {
    lua_pushnil(L);
    m365_failure_of_code(L, problem, NULL, NULL, &call->purpose);
    return 0;
  }
  op = m365_operation_push(L);
  lua_pushvalue(L, call->client);
  lua_setiuservalue(L, -2, M365_OPERATION_CLIENT);
  if (!fill(L, op, c, call)) {
    lua_pushnil(L);
    m365_failure_of_code(L, "no_memory", NULL, NULL, &call->purpose);
    return 0;
  }
  m365_operation_submit(L, lua_gettop(L));
  return lua_gettop(L);
}

/*
** Answers
*/

bool m365_call_succeeded(const struct m365_operation *op) {
  const struct m365_transfer *t = &op->job.transfer;
  return t->result == CURLE_OK && t->cut == M365_CUT_NOT &&
         !op->job.unauthorized && !op->job.no_memory && t->status >= 200 &&
         t->status < 300;
}

/* What the credential's error, on the top, knows better than the failure
   under it. */
static void take_cause(lua_State *L) {
  static const char *const fields[] = {
      "class",  "remedy",   "retry_after",    "oauth",
      "aadsts", "trace_id", "correlation_id", "clock_skew"};
  if (!lua_istable(L, -1))
    return;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    lua_pushstring(L, fields[i]);
    if (lua_rawget(L, -2) != LUA_TNIL)
      lua_setfield(L, -3, fields[i]);
    else
      lua_pop(L, 1);
  }
}

/* Pushes what an error has to say: its message, or all of it as text. */
static const char *push_message(lua_State *L) {
  if (lua_istable(L, -1)) {
    lua_pushliteral(L, "message");
    if (lua_rawget(L, -2) == LUA_TSTRING)
      return lua_tostring(L, -1);
    lua_pop(L, 1);
  }
  return luaL_tolstring(L, -1, NULL);
}

/* The job was denied a token: the credential's own error, which is on the
   top, is the cause. It is replaced by the failure. */
static void make_denied(lua_State *L, const struct m365_operation *op) {
  const char *message = push_message(L);
  m365_failure_of_code(L, "token_failed", message, &op->job, &op->purpose);
  lua_rotate(L, -3, 1); /* failure, cause, message */
  lua_pop(L, 1);
  take_cause(L);
  lua_setfield(L, -2, "cause");
}

int m365_call_fail(lua_State *L, int index) {
  const struct m365_operation *op = lua_touserdata(L, index);
  lua_pushnil(L);
  /* without a cause it was a fixed token that the service refused: its own
     answer tells that best */
  if (op->job.unauthorized &&
      lua_getiuservalue(L, index, M365_OPERATION_ERROR) != LUA_TNIL) {
    make_denied(L, op);
  } else {
    lua_settop(L, lua_gettop(L) - (op->job.unauthorized ? 1 : 0));
    m365_failure_of_job(L, &op->job, &op->purpose);
  }
  return 2;
}

/* Keeps what the answer says with the operation, or what is wrong with it. */
static void decode(lua_State *L, int index) {
  struct m365_operation *op = lua_touserdata(L, index);
  struct m365_buffer *body = &op->job.transfer.body;
  bool empty = body->length == 0;
  op->problem = NULL;
  if (empty)
    lua_pushnil(L);
  else
    op->problem = m365_json_take(L, body);
  op->decoded = true;
  lua_setiuservalue(L, index, M365_OPERATION_ANSWER);
}

/* Did a gateway put something of its own in the place of the answer, or let
   only a part of it through? `full`: an empty one is none. */
static bool is_garbled(const struct m365_operation *op, bool empty, bool full) {
  if (op->problem != NULL)
    return strcmp(op->problem, "bad_json") == 0;
  return full && empty && op->job.transfer.status == 200;
}

bool m365_call_await(lua_State *L, int index, bool full) {
  struct m365_operation *op = lua_touserdata(L, index);
  while (m365_await(L, index)) {
    bool empty = op->job.transfer.body.length == 0;
    if (op->decoded || op->closed || !m365_call_succeeded(op))
      return true;
    decode(L, index);
    if (op->job.effect != M365_READ || !is_garbled(op, empty, full) ||
        !m365_operation_repeat(L, index))
      return true;
    op->decoded = false;
  }
  return false;
}

/* What is wrong with the answer is on the top: nil and an error in its
   place. */
static bool refuse_answer(lua_State *L, const struct m365_operation *op,
                          const char *problem) {
  lua_pushnil(L);
  lua_insert(L, -2);
  m365_failure_of_answer(L, problem, lua_tostring(L, -1), &op->job,
                         &op->purpose);
  lua_remove(L, -2);
  return false;
}

bool m365_call_decode(lua_State *L, int index) {
  const struct m365_operation *op = lua_touserdata(L, index);
  lua_getiuservalue(L, index, M365_OPERATION_ANSWER);
  lua_pushnil(L);
  lua_setiuservalue(L, index, M365_OPERATION_ANSWER);
  return op->problem == NULL || refuse_answer(L, op, op->problem);
}

bool m365_call_decode_plain(lua_State *L, int index) {
  const char *problem;
  if (!m365_call_decode(L, index))
    return false;
  problem = m365_json_plain(L);
  return problem == NULL || refuse_answer(L, lua_touserdata(L, index), problem);
}

void m365_call_push_headers(lua_State *L, const struct m365_transfer *t) {
  const char *line = t->head.bytes;
  const char *stop = line != NULL ? line + t->head.length : NULL;
  lua_newtable(L);
  while (line < stop) {
    const char *end = memchr(line, '\n', (size_t)(stop - line));
    const char *next = end != NULL ? end + 1 : stop;
    const char *colon = memchr(line, ':', (size_t)(next - line));
    if (colon != NULL) {
      size_t length;
      luaL_Buffer name;
      const char *value;
      luaL_buffinit(L, &name);
      for (const char *c = line; c < colon; c++)
        luaL_addchar(&name, (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c));
      luaL_pushresult(&name);
      value = m365_transfer_header(t, lua_tostring(L, -1), &length);
      lua_pushlstring(L, value != NULL ? value : "",
                      value != NULL ? length : 0);
      lua_rawset(L, -3);
    }
    line = next;
  }
}
