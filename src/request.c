/*** @submodule m365restore.core */
/*
** request: anything else in Graph, under the same laws.
*/
#include "request.h"

#include <string.h>
#include <lauxlib.h>

#include "call.h"
#include "json.h"
#include "text.h"

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
  static const char *const methods[] = {"GET", "POST", "PATCH", "PUT",
                                        "DELETE", NULL};
  const char *name = luaL_checkstring(L, index);
  for (size_t i = 0; methods[i] != NULL; i++)
    if (strcmp(methods[i], name) == 0)
      return methods[i];
  luaL_error(L, "client.request: method: GET, POST, PATCH, PUT or DELETE was "
                "expected, got %s", name);
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
    luaL_error(L, "client.request: effect: \"read\" or \"write\" was expected, "
                  "got %s", effect);
  return M365_WRITE;
}

/* Appends the query table to the URL on the top. */
static void add_query_table(lua_State *L) {
  if (lua_getfield(L, 4, "query") == LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  if (!lua_istable(L, -1))
    luaL_error(L, "client.request: query: a table was expected, got %s",
               luaL_typename(L, -1));
  lua_insert(L, -2); /* query, url */
  for (lua_pushnil(L); lua_next(L, -3) != 0;) {
    const char *name = m365_check_line(L, lua_gettop(L) - 1, "query: name");
    const char *value;
    luaL_tolstring(L, -1, NULL);
    value = m365_check_line(L, lua_gettop(L), "client.request: query: value");
    lua_pushvalue(L, -4); /* url */
    m365_call_add_query(L, name, value);
    lua_replace(L, -5);
    lua_pop(L, 2); /* value and its text */
  }
  lua_remove(L, -2);
}

/* Headers that are ours to set. */
static bool is_reserved(const char *name) {
  static const char *const names[] = {"Authorization", "Host", "Expect",
                                      "Content-Length", "Content-Type",
                                      "client-request-id", "User-Agent",
                                      "Transfer-Encoding", "Cookie"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (m365_text_same(names[i], name))
      return true;
  return false;
}

static void check_header(lua_State *L, int name, int value) {
  const char *s = m365_check_line(L, name, "client.request: headers: name");
  if (*s == '\0' || strpbrk(s, " :\t") != NULL || is_reserved(s))
    luaL_error(L, "client.request: headers: '%s' cannot be set", s);
  m365_check_line(L, value, "client.request: headers: value");
}

/* Pushes the caller's headers, checked and without Prefer, which is told
   apart because there is one already. */
static const char *push_headers(lua_State *L) {
  const char *prefer = NULL;
  int own;
  lua_newtable(L);
  own = lua_gettop(L);
  if (lua_getfield(L, 4, "headers") == LUA_TNIL)
    return NULL;
  if (!lua_istable(L, -1))
    luaL_error(L, "client.request: headers: a table was expected, got %s",
               luaL_typename(L, -1));
  for (lua_pushnil(L); lua_next(L, own + 1) != 0;) {
    check_header(L, own + 2, own + 3);
    if (m365_text_same(lua_tostring(L, own + 2), "Prefer")) {
      prefer = lua_tostring(L, own + 3);
      lua_pop(L, 1);
    } else {
      lua_pushvalue(L, own + 2);
      lua_insert(L, -2);
      lua_rawset(L, own);
    }
  }
  return prefer;
}

static int request_done(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  const struct m365_operation *op = lua_touserdata(L, index);
  (void)status;
  if (!m365_call_await(L, index, false))
    return m365_yield(L, index, context, request_done);
  if (!m365_call_succeeded(op))
    return m365_call_fail(L, index);
  if (!m365_call_decode(L, index))
    return 2;
  m365_json_copy(L);
  if (lua_isnil(L, -1)) /* nothing, or null */
    lua_pushboolean(L, 1);
  lua_createtable(L, 0, 2);
  lua_pushinteger(L, op->job.transfer.status);
  lua_setfield(L, -2, "status");
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
static const char *flaw_of(const char *path) {
  const char *end = path + strcspn(path, "?");
  if (strchr(path, '#') != NULL)
    return "# ends an address: write %23 where it belongs to a name";
  for (; path < end; path++)
    if (*path == '/' && is_step(path + 1))
      return "a step . or .. leads to another address: leave it out";
  return NULL;
}

/* Pushes the URL of the path at 3. */
static void push_url(lua_State *L, const struct m365_client *c) {
  const char *path = m365_check_line(L, 3, "client.request: path");
  const char *flaw = flaw_of(path);
  if (!m365_client_push_url(L, c, path))
    luaL_error(L, "client.request: path: a path that starts with /, or a URL "
                  "of the client's own host, was expected");
  if (flaw != NULL)
    luaL_error(L, "client.request: path: %s", flaw);
}

/***
Any other request of Graph, under the same laws: retries by effect, token,
deadlines, ceilings. May yield.
@function client:request
@tparam string method GET, POST, PATCH, PUT or DELETE
@tparam string path from the version on ("/users"), with the version
("/beta/users"), or an absolute URL on the client's own host; names in it are
escaped (# as %23), since nothing of it is cut
@tparam[opt] table options `query` (name -> value), `body` (table, sent as
JSON), `headers` (name -> string), `effect` ("read" or "write"; whatever is not
a GET counts as a write), and the time and size limits of @{client}
@treturn any the decoded answer, or true where it is empty or
null
@treturn table `status` and `headers` (names in lower case); or nil, err
*/
int m365_request_send(lua_State *L) {
  static const struct m365_option *const groups[] = {m365_setting_rows,
                                                     request_rows, NULL};
  struct m365_client *c = m365_check_client(L, 1);
  struct request_options o = {.settings = c->settings};
  struct m365_call call = {.client = 1, .deed.operation = "client.request"};
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
  push_url(L, c);
  add_query_table(L);
  call.url = lua_tostring(L, -1);
  call.prefer = push_headers(L);
  call.headers = 6; /* behind the URL at 5 */
  call.body = encode_body(L);
  index = m365_call_submit(L, &call);
  return index == 0 ? 2 : request_done(L, LUA_OK, index);
}
