#include "client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <lauxlib.h>

#include "call.h"
#include "instant.h"
#include "json.h"
#include "resource.h"
#include "version.h"

#define CLIENT "m365restore.client"

/* the service, where no base_url is given */
#define DEFAULT_BASE "https://graph.microsoft.com"

/* how long a thing that we made may be unknown to a replica, in seconds */
#define NEWBORN 60.0

/* newborn things that are remembered before the old ones are swept out */
#define MOST_NEWBORN 256

/*
** Options
*/

struct options {
  struct m365_settings settings; /* first: settings rows fill it */
  bool beta;
  unsigned max_artifacts, concurrency;
  const char *base_url, *user_agent;
  const char *ca_file, *ca_directory, *proxy, *no_proxy;
  const char *client_certificate, *client_key, *client_key_password;
};

#define ROW(name, kind, member, least)                                         \
  { name, kind, offsetof(struct options, member), least }

static const struct m365_option client_rows[] = {
    {"credential", M365_VALUE, 0, 0},
    {"clock", M365_VALUE, 0, 0},
    ROW("base_url", M365_TEXT, base_url, 0),
    ROW("beta", M365_FLAG, beta, 0),
    ROW("max_artifacts", M365_COUNT, max_artifacts, 1),
    ROW("concurrency", M365_COUNT, concurrency, 1),
    ROW("user_agent", M365_TEXT, user_agent, 0),
    ROW("ca_file", M365_TEXT, ca_file, 0),
    ROW("ca_directory", M365_TEXT, ca_directory, 0),
    ROW("proxy", M365_TEXT, proxy, 0),
    ROW("no_proxy", M365_TEXT, no_proxy, 0),
    ROW("client_certificate", M365_TEXT, client_certificate, 0),
    ROW("client_key", M365_TEXT, client_key, 0),
    ROW("client_key_password", M365_TEXT, client_key_password, 0),
    {NULL, M365_VALUE, 0, 0},
};

static const struct options defaults = {
    .settings =
        {
            .deadlines = {.connect = 10,
                          .tls = 10,
                          .first_byte = 60,
                          .stall = 30,
                          .total = 120},
            .retries = 4,
            .backoff = 0.5,
            .max_response_size = (size_t)32 << 20,
            .max_header_size = (size_t)256 << 10,
        },
    .max_artifacts = 50,
    .concurrency = 16,
    .base_url = DEFAULT_BASE,
};

/*
** The base URL
*/

static bool is_loopback_name(const char *host) {
  return strcasecmp(host, "localhost") == 0 ||
         strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0;
}

/* What is wrong with a base URL, or NULL; tells whether it is plain. */
static const char *check_base(CURLU *url, bool *plain) {
  static const CURLUPart unwanted[] = {CURLUPART_USER, CURLUPART_PASSWORD,
                                       CURLUPART_QUERY, CURLUPART_FRAGMENT};
  char *scheme = NULL, *host = NULL, *part = NULL;
  const char *flaw = NULL;
  curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
  curl_url_get(url, CURLUPART_HOST, &host, 0);
  *plain = scheme != NULL && strcmp(scheme, "http") == 0;
  if (scheme == NULL || host == NULL ||
      (!*plain && strcmp(scheme, "https") != 0))
    flaw = "an https URL was expected";
  else if (*plain && !is_loopback_name(host))
    flaw = "plain http is only allowed to this machine: use https";
  for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
    if (curl_url_get(url, unwanted[i], &part, 0) == CURLUE_OK) {
      flaw = "a URL without user, query and fragment was expected";
      curl_free(part);
    }
  curl_free(scheme);
  curl_free(host);
  return flaw;
}

/* Pushes the base URL without a slash at its end; raises on a bad one. */
static const char *push_base(lua_State *L, const char *base, bool *plain) {
  CURLU *url = curl_url();
  const char *flaw = "it cannot be understood as a URL";
  size_t length = strlen(base);
  if (url != NULL && curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK)
    flaw = check_base(url, plain);
  curl_url_cleanup(url);
  if (flaw != NULL)
    luaL_error(L, "client.base_url: %s, got %s", flaw, base);
  while (length > 0 && base[length - 1] == '/')
    length--;
  lua_pushlstring(L, base, length);
  return lua_tostring(L, -1);
}

/* The part of an absolute link behind the client's base; NULL: it leads
   elsewhere. Scheme and host are compared without case; what follows must
   start a path, or "https://graph.microsoft.com.evil" would pass. */
static const char *behind_base(const char *link, const char *base) {
  size_t n = strlen(base);
  if (strncasecmp(link, base, n) != 0 ||
      (link[n] != '/' && link[n] != '?' && link[n] != '\0'))
    return NULL;
  return link + n;
}

static bool has_control(const char *s) {
  for (; *s != '\0'; s++)
    if ((unsigned char)*s <= 0x20 || *s == 0x7f)
      return true;
  return false;
}

static bool is_versioned(const char *path) {
  return strncasecmp(path, "/v1.0/", 6) == 0 ||
         strncasecmp(path, "/beta/", 6) == 0;
}

bool m365_client_push_url(lua_State *L, const struct m365_client *c,
                          const char *link) {
  const char *path = behind_base(link, c->base);
  if (has_control(link) || strstr(link, "/../") != NULL)
    return false;
  if (path != NULL)
    lua_pushfstring(L, "%s%s", c->base, path);
  else if (link[0] != '/' || link[1] == '/')
    return false;
  else if (is_versioned(link))
    lua_pushfstring(L, "%s%s", c->base, link);
  else
    lua_pushfstring(L, "%s/%s%s", c->base, m365_client_version(c), link);
  return true;
}


const char *m365_client_version(const struct m365_client *c) {
  return c->beta ? "beta" : "v1.0";
}

/*
** Making
*/

static bool copy_text(char **to, const char *from) {
  if (from == NULL)
    return true;
  *to = strdup(from);
  return *to != NULL;
}

static bool fill_route(struct m365_route *route, const struct options *o) {
  return copy_text(&route->ca_file, o->ca_file) &&
         copy_text(&route->ca_directory, o->ca_directory) &&
         copy_text(&route->proxy, o->proxy) &&
         copy_text(&route->no_proxy, o->no_proxy) &&
         copy_text(&route->certificate, o->client_certificate) &&
         copy_text(&route->key, o->client_key) &&
         copy_text(&route->key_password, o->client_key_password);
}

/* "app m365restore/0.1 (Lua 5.4; libcurl/7.88.1; Linux)" */
static const char *push_user_agent(lua_State *L, const char *app) {
  struct utsname system;
  const char *name = uname(&system) == 0 ? system.sysname : "unknown";
  lua_pushfstring(L,
                  "User-Agent: %s%sm365restore/" M365_VERSION
                  " (Lua %s.%s; libcurl/%s; %s)",
                  app != NULL ? app : "", app != NULL ? " " : "",
                  LUA_VERSION_MAJOR, LUA_VERSION_MINOR,
                  curl_version_info(CURLVERSION_NOW)->version, name);
  return lua_tostring(L, -1);
}

/* texts[n] = the string on the top; pops it. */
static void anchor(lua_State *L, int client, int n) {
  lua_getiuservalue(L, client, M365_CLIENT_TEXTS);
  lua_insert(L, -2);
  lua_rawseti(L, -2, n);
  lua_pop(L, 1);
}

static bool is_callable(lua_State *L, int index) {
  bool callable = lua_isfunction(L, index);
  if (!callable && luaL_getmetafield(L, index, "__call") != LUA_TNIL) {
    callable = true;
    lua_pop(L, 1);
  }
  return callable;
}

static void set_credential(lua_State *L, struct m365_client *c, int client) {
  lua_getfield(L, 1, "credential");
  if (is_callable(L, lua_gettop(L))) {
    lua_setiuservalue(L, client, M365_CLIENT_CREDENTIAL);
    return;
  }
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "client.credential: a token, or a function that returns "
                  "one, was expected, got %s", luaL_typename(L, -1));
  m365_token_set(L, c, lua_gettop(L));
  lua_pop(L, 1);
}

/* A clock has now(self) and delay(self, seconds). It is tried once here, so
   that a broken one is noticed where it was given. */
static void set_clock(lua_State *L, int client) {
  if (lua_getfield(L, 1, "clock") == LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  if (!lua_istable(L, -1) && !lua_isuserdata(L, -1))
    luaL_error(L, "client.clock: an object with now and delay was expected, "
                  "got %s", luaL_typename(L, -1));
  lua_getfield(L, -1, "now");
  lua_pushvalue(L, -2);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK || !lua_isnumber(L, -1))
    luaL_error(L, "client.clock: clock:now() must return epoch seconds");
  lua_pop(L, 1);
  lua_setiuservalue(L, client, M365_CLIENT_CLOCK);
}

/* The objects behind client.sharePoint and its siblings. */
static void set_services(lua_State *L, int client) {
  static const char *const names[] = {"sharePoint", "oneDriveForBusiness",
                                      "exchange"};
  lua_newtable(L);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    lua_newtable(L);
    m365_resource_push(L, client, m365_type_named(names[i]), lua_gettop(L), 0);
    lua_setfield(L, -3, names[i]);
    lua_pop(L, 1);
  }
  lua_setiuservalue(L, client, M365_CLIENT_SERVICES);
}

static void set_origin(lua_State *L, struct m365_client *c,
                       const struct options *o, bool plain) {
  c->origin = m365_origin_new();
  if (c->origin == NULL || !fill_route(&c->origin->route, o))
    luaL_error(L, "client: not enough memory");
  c->origin->route.plain_loopback = plain;
  c->origin->limit = o->concurrency;
}

/* Zeroed, with its metatable, before anything is acquired. */
static struct m365_client *push_blank(lua_State *L) {
  struct m365_client *c =
      lua_newuserdatauv(L, sizeof *c, M365_CLIENT_VALUES);
  memset(c, 0, sizeof *c);
  luaL_setmetatable(L, CLIENT);
  lua_newtable(L);
  lua_setiuservalue(L, -2, M365_CLIENT_TEXTS);
  lua_newtable(L);
  lua_setiuservalue(L, -2, M365_CLIENT_NEWBORN);
  return c;
}

/***
A client: one tenant, with its token, limits and connections.
@function client
@tparam table options
`credential` (required): a token, or a function or callable value
`(request) -> token, expires_in_seconds`; or what `m365.credential` makes.
`base_url` (string, default https://graph.microsoft.com; plain http only to
this machine), `beta` (boolean, default false), `clock` (object with `now` and
`delay`, default real time), `max_artifacts` (integer, default 50),
`concurrency` (integer, default 16: requests in flight), `user_agent` (string,
put before the library's own), `ca_file`, `ca_directory`, `proxy`, `no_proxy`,
`client_certificate`, `client_key`, `client_key_password` (strings).
Durations, in seconds or like "90s": `timeout` (whole call with its retries,
default 120), `connect_timeout` (10), `tls_timeout` (10), `first_byte_timeout`
(60), `stall_timeout` (30), `backoff` (0.5). `retries` (integer, default 4; 0
turns all repetition off), `max_response_size` (bytes after decompression,
default 32 MiB), `max_header_size` (bytes, default 256 KiB).
@treturn client to be closed; raises, naming the option, on a wrong one
*/
int m365_client_new(lua_State *L) {
  static const struct m365_option *const groups[] = {m365_setting_rows,
                                                     client_rows, NULL};
  struct options o = defaults;
  struct m365_client *c;
  bool plain = false;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  m365_options_read(L, 1, "client", groups, &o);
  c = push_blank(L);
  c->settings = o.settings;
  c->beta = o.beta;
  c->max_artifacts = o.max_artifacts;
  c->base = push_base(L, o.base_url, &plain);
  anchor(L, 2, 1);
  c->user_agent = push_user_agent(L, o.user_agent);
  anchor(L, 2, 2);
  set_origin(L, c, &o, plain);
  set_credential(L, c, 2);
  set_clock(L, 2);
  set_services(L, 2);
  lua_settop(L, 2);
  return 1;
}

struct m365_client *m365_check_client(lua_State *L, int index) {
  return luaL_checkudata(L, index, CLIENT);
}

/*
** Newborn things
*/

static void sweep(lua_State *L, int table, double now) {
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
    if (lua_tonumber(L, -1) + NEWBORN < now) {
      lua_pushvalue(L, -2);
      lua_pushnil(L);
      lua_rawset(L, table);
    }
}

void m365_client_note_newborn(lua_State *L, int client) {
  double now = m365_monotonic();
  int table, n = 0;
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    return;
  }
  lua_getiuservalue(L, client, M365_CLIENT_NEWBORN);
  table = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
    n++;
  if (n >= MOST_NEWBORN)
    sweep(L, table, now);
  lua_pushvalue(L, -2);
  lua_pushnumber(L, now);
  lua_rawset(L, table);
  lua_pop(L, 2);
}

double m365_client_newborn_until(lua_State *L, int client) {
  double until = 0;
  lua_getiuservalue(L, client, M365_CLIENT_NEWBORN);
  lua_insert(L, -2);
  if (lua_type(L, -1) == LUA_TSTRING && lua_rawget(L, -2) == LUA_TNUMBER)
    until = lua_tonumber(L, -1) + NEWBORN;
  lua_pop(L, 2);
  return until;
}

/*
** request: anything else in Graph
*/

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
    const char *value = luaL_tolstring(L, -1, NULL);
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
    if (strcasecmp(names[i], name) == 0)
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
    if (strcasecmp(lua_tostring(L, own + 2), "Prefer") == 0) {
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

/* Pushes the headers of the answer, by their names in lower case. */
static void push_answer_headers(lua_State *L, const struct m365_transfer *t) {
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

static int request_done(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  const struct m365_operation *op = lua_touserdata(L, index);
  (void)status;
  if (!m365_await(L, index))
    return m365_yield(L, index, context, request_done);
  if (!m365_call_succeeded(op))
    return m365_call_fail(L, index);
  if (!m365_call_decode(L, index))
    return 2;
  if (lua_isnil(L, -1))
    lua_pushboolean(L, 1);
  m365_json_copy(L);
  lua_createtable(L, 0, 2);
  lua_pushinteger(L, op->job.transfer.status);
  lua_setfield(L, -2, "status");
  push_answer_headers(L, &op->job.transfer);
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

/***
Any other request of Graph, under the same laws: retries by effect, token,
deadlines, ceilings. May yield.
@function client:request
@tparam string method GET, POST, PATCH, PUT or DELETE
@tparam string path from the version on ("/users"), with the version
("/beta/users"), or an absolute URL on the client's own host
@tparam[opt] table options `query` (name -> value), `body` (table, sent as
JSON), `headers` (name -> string), `effect` ("read" or "write"; whatever is not
a GET counts as a write), and the time and size limits of @{client}
@treturn any the decoded answer, or true where it is empty
@treturn table `status` and `headers` (names in lower case); or nil, err
*/
static int client_request(lua_State *L) {
  static const struct m365_option *const groups[] = {m365_setting_rows,
                                                     request_rows, NULL};
  struct m365_client *c = m365_check_client(L, 1);
  struct request_options o = {.settings = c->settings};
  struct m365_call call = {.client = 1, .deed = {"client.request", NULL}};
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
  if (!m365_client_push_url(
          L, c, m365_check_line(L, 3, "client.request: path")))
    luaL_error(L, "client.request: path: a path that starts with /, or a URL "
                  "of the client's own host, was expected");
  add_query_table(L);
  call.url = lua_tostring(L, -1);
  call.prefer = push_headers(L);
  call.headers = 6; /* behind the URL at 5 */
  call.body = encode_body(L);
  index = m365_call_submit(L, &call);
  return index == 0 ? 2 : request_done(L, LUA_OK, index);
}

/*
** The userdata
*/

/* Also __gc and __close. What is in flight ends with the code "closed"; a
   restore is not touched. */
static int client_close(lua_State *L) {
  struct m365_client *c = luaL_testudata(L, 1, CLIENT);
  struct m365_origin *origin = c != NULL ? c->origin : NULL;
  if (origin == NULL)
    return 0;
  c->origin = NULL;
  m365_token_forget(&c->token);
  if (m365_engine_of(L) != NULL)
    m365_engine_close(m365_engine_of(L), origin);
  m365_origin_release(origin);
  return 0;
}

/* __index(client, key), with the methods as upvalue. */
static int client_index(lua_State *L) {
  const struct m365_client *c = m365_check_client(L, 1);
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  lua_settop(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
    return 1;
  if (strcmp(key, "beta") == 0)
    lua_pushboolean(L, c->beta);
  else if (strcmp(key, "max_artifacts") == 0)
    lua_pushinteger(L, c->max_artifacts);
  else if (strcmp(key, "base_url") == 0)
    lua_pushstring(L, c->base);
  else if (strcmp(key, "clock") == 0)
    lua_getiuservalue(L, 1, M365_CLIENT_CLOCK);
  else if (lua_getiuservalue(L, 1, M365_CLIENT_SERVICES) == LUA_TTABLE)
    lua_getfield(L, -1, key);
  return 1;
}

static int client_newindex(lua_State *L) {
  return luaL_error(L, "client.%s cannot be assigned: make a new client",
                    luaL_tolstring(L, 2, NULL));
}

static int client_tostring(lua_State *L) {
  const struct m365_client *c = m365_check_client(L, 1);
  lua_pushfstring(L, "m365restore client of %s (%s)", c->base,
                  c->origin == NULL ? "closed" : m365_client_version(c));
  return 1;
}

void m365_client_open(lua_State *L) {
  static const struct luaL_Reg methods[] = {
      {"request", client_request}, {"close", client_close}, {NULL, NULL}};
  static const struct luaL_Reg meta[] = {
      {"__newindex", client_newindex}, {"__tostring", client_tostring},
      {"__gc", client_close},          {"__close", client_close},
      {NULL, NULL}};
  luaL_newmetatable(L, CLIENT);
  luaL_setfuncs(L, meta, 0);
  m365_methods_push(L, m365_type_named("client"));
  luaL_setfuncs(L, methods, 0);
  lua_pushcclosure(L, client_index, 1);
  lua_setfield(L, -2, "__index");
  lua_pushliteral(L, CLIENT);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}
