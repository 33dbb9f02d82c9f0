/*** @submodule m365restore.core */
/*
** client_request: anything else in Graph, under the same laws.
*/
#include "client/client_request.h"

#include <string.h>
#include <lauxlib.h>

#include "client/call.h"
#include "bridge/json.h"
#include "base/text.h"
#include "bridge/field.h"

struct request_options {
  struct m365_settings settings; /* first: settings rows fill it */
  const char *effect;
};

static const struct m365_option request_rows[] = {
    {"query", M365_VALUE, 0, 0},
    {"body", M365_VALUE, 0, 0},
    {"headers", M365_VALUE, 0, 0},
    {"effect", M365_TEXT, offsetof(struct request_options, effect), 0},
    {NULL, M365_VALUE, 0, 0},
};

static const char *check_method(lua_State *L, int index) {
  static const char *const methods[] = {"GET", "POST",   "PATCH",
                                        "PUT", "DELETE", NULL};
  const char *name = luaL_checkstring(L, index);
  for (size_t i = 0; methods[i] != NULL; i++)
    if (strcmp(methods[i], name) == 0)
      return methods[i];
  luaL_error(L,
             "client.request: method: GET, POST, PATCH, PUT or DELETE was "
             "expected, got %s",
             name);
  return NULL;
}

/* Whatever is not a GET may change something, unless the caller knows. */
static enum m365_effect check_effect(lua_State *L, const char *effect,
                                     const char *method) {
  if (effect == NULL)
    return strcmp(method, "GET") == 0 ? M365_READ : M365_WRITE;
  if (strcmp(effect, "read") == 0)
    return M365_READ;
  if (strcmp(effect, "write") != 0)
    luaL_error(L,
               "client.request: effect: \"read\" or \"write\" was expected, "
               "got %s",
               effect);
  return M365_WRITE;
}

/* Pushes a field of the options. */
static int push_option(lua_State *L, const char *name) {
  lua_getfield(L, 4, name);
  return lua_gettop(L);
}

static int request_done(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  const struct m365_operation *op = lua_touserdata(L, index);
  (void)status;
  if (!m365_call_await(L, index, false))
    return m365_await_yield(L, index, context, request_done);
  if (!m365_call_succeeded(op))
    return m365_call_fail(L, index);
  if (!m365_call_decode_plain(L, index))
    return 2;
  if (lua_isnil(L, -1)) /* nothing, or null */
    lua_pushboolean(L, 1);
  lua_createtable(L, 0, 2);
  m365_field_integer(L, "status", op->job.transfer.status);
  m365_call_push_headers(L, &op->job.transfer);
  lua_setfield(L, -2, "headers");
  return 2;
}

static struct m365_buffer *encode_body(lua_State *L) {
  struct m365_buffer *body;
  if (lua_getfield(L, 4, "body") == LUA_TNIL)
    return NULL;
  body = m365_call_push_body(L);
  m365_json_encode(L, lua_gettop(L) - 1, "client.request: body", body);
  return body;
}

/* How many bytes of a path are a dot, as it is or escaped. */
static size_t dot_length(const char *s) {
  if (*s == '.')
    return 1;
  return m365_text_same_start(s, "%2e", 3) ? 3 : 0;
}

/* Is a segment one or two dots? libcurl leaves such steps out of a path, and
   the segment before them. */
static bool is_step(const char *segment) {
  size_t first = dot_length(segment);
  const char *rest = segment + first;
  if (first > 0)
    rest += dot_length(rest);
  return first > 0 && strchr("/?", *rest) != NULL; /* or the end */
}

/* What would be cut out of an address before it is sent; NULL: nothing. */
static const char *problem_of(const char *path) {
  const char *end = path + strcspn(path, "?");
  if (strchr(path, '#') != NULL)
    return "# ends an address: write %23 where it belongs to a name";
  if (memchr(path, '\\', (size_t)(end - path)) != NULL)
    return "\\ is a / in an address: write %5C where it belongs to a name";
  if (*path != '\0' && path[strlen(path) - 1] == ' ')
    return "a blank ends it: write %20 where it belongs to a name";
  for (; path < end; path++)
    if (*path == '/' && is_step(path + 1))
      return "a step . or .. leads to another address: leave it out";
  return NULL;
}

/* Does the path need no page to be resolved from? */
static bool is_whole(const char *path) {
  return *path == '/' || strstr(path, "://") != NULL;
}

/* Pushes the URL of the path at `index`. */
static void push_url(lua_State *L, const struct m365_client *c, int index,
                     const char *field) {
  const char *path = m365_options_check_line(L, index, field);
  const char *problem = problem_of(path);
  if (problem != NULL)
    luaL_error(L, "%s: %s", field, problem);
  if (!is_whole(path) || !m365_call_push_link(L, c, c->base, path))
    luaL_error(L,
               "%s: a path that starts with /, or a URL of the client's "
               "own host, was expected",
               field);
}

/***
The URL of a path, as @{client:request} takes it.
@function request_url
@tparam client client
@tparam string path
@tparam string field what to call it in an error
@treturn string; raises where the path is none
*/
int m365_client_request_url(lua_State *L) {
  push_url(L, m365_client_check(L, 1), 2, luaL_checkstring(L, 3));
  return 1;
}

/***
Any other request of Graph, under the same laws: retries by effect, token,
deadlines, ceilings. May yield.
@function client:request
@tparam string method GET, POST, PATCH, PUT or DELETE
@tparam string path from the version on ("/users"), with the version
("/beta/users"), or an absolute URL on the client's own host; names in it are
escaped (# as %23, \\ as %5C), since nothing of it is cut
@tparam[opt] table options `query` (name -> value), `body` (table, sent as
JSON), `headers` (name -> string), `effect` ("read" or "write"; whatever is not
a GET counts as a write), and the time and size limits of @{client}
@treturn any the decoded answer, or true where it is empty or
null
@treturn table `status` and `headers` (names in lower case); or nil, err
*/
int m365_client_request(lua_State *L) {
  static const struct m365_option *const groups[] = {m365_setting_rows,
                                                     request_rows, NULL};
  struct m365_client *c = m365_client_check(L, 1);
  struct request_options o = {.settings = c->settings};
  struct m365_call call = {.client = 1, .purpose.operation = "client.request"};
  int index;
  lua_settop(L, 4);
  if (lua_isnil(L, 4)) {
    lua_newtable(L);
    lua_replace(L, 4);
  }
  call.method = check_method(L, 2);
  m365_options_read(L, 4, "client.request", groups, &o);
  call.settings = o.settings;
  call.effect = check_effect(L, o.effect, call.method);
  push_option(L, "query");
  push_url(L, c, 3, "client.request: path");
  m365_call_add_query_table(L, 5, "client.request: query");
  call.url = lua_tostring(L, 6);
  call.headers = m365_call_push_own_headers(
      L, push_option(L, "headers"), "client.request: headers", &call.prefer);
  call.body = encode_body(L);
  index = m365_call_submit(L, &call);
  return index == 0 ? 2 : request_done(L, LUA_OK, index);
}
