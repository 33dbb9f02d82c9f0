/*** @submodule m365restore.core */
#include "client/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <lauxlib.h>

#include "client/authorize.h"
#include "client/call.h"
#include "bridge/log.h"
#include "http/proxy.h"
#include "http/url.h"
#include "client/client_request.h"
#include "client/resource.h"
#include "client/token.h"
#include "base/version.h"
#include "bridge/field.h"

/* the service, where no base_url is given */
#define DEFAULT_BASE "https://graph.microsoft.com"

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
    {"log", M365_VALUE, 0, 0},
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

/* Pushes the base URL without a slash at its end; raises on a bad one. */
static const char *push_base(lua_State *L, const char *base, bool *plain) {
  const char *problem = m365_url_problem(base, false, plain);
  size_t length = strlen(base);
  if (problem == NULL && strpbrk(base, "?#") != NULL)
    problem = "a URL without query and fragment was expected";
  if (problem != NULL) /* a secret may stand before the @ and behind the ? */
    luaL_error(L, "client.base_url: %s, got %s", problem,
               strpbrk(base, "@?#") != NULL ? "one with @, ? or #" : base);
  while (length > 0 && base[length - 1] == '/')
    length--;
  lua_pushlstring(L, base, length);
  return lua_tostring(L, -1);
}

/*
** The proxy
*/

/* A variable counts where there is no option; which of them is known only to
   libcurl, and so each has to be one that it can use. */
static void check_proxy(lua_State *L, const char *proxy) {
  const char *problem = proxy != NULL ? m365_proxy_problem(proxy) : NULL, *name;
  if (problem != NULL)
    luaL_error(L, "client.proxy: %s", problem);
  for (size_t i = 0; proxy == NULL && (name = m365_proxy_variable(i)) != NULL;
       i++) {
    const char *value = getenv(name);
    problem = value != NULL ? m365_proxy_problem(value) : NULL;
    if (problem != NULL)
      luaL_error(L, "client.proxy: the variable %s: %s", name, problem);
  }
}

/*
** Making
*/

static bool fill_route(struct m365_route *route, const struct options *o) {
  /* m365_route_copy only reads */
  const struct m365_route given = {
      .ca_file = (char *)o->ca_file,
      .ca_directory = (char *)o->ca_directory,
      .proxy = (char *)o->proxy,
      .no_proxy = (char *)o->no_proxy,
      .certificate = (char *)o->client_certificate,
      .key = (char *)o->client_key,
      .key_password = (char *)o->client_key_password,
  };
  return m365_route_copy(route, &given);
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
    luaL_error(L,
               "client.credential: a token, or a function that returns "
               "one, was expected, got %s",
               luaL_typename(L, -1));
  m365_token_set(L, c, lua_gettop(L));
  lua_pop(L, 1);
}

/* The clock is on the top: it stays. */
static bool tells_time(lua_State *L, const char *method) {
  bool fine;
  lua_getfield(L, -1, method);
  lua_pushvalue(L, -2);
  fine = lua_pcall(L, 1, 1, 0) == LUA_OK && lua_isnumber(L, -1);
  lua_pop(L, 1);
  return fine;
}

/* A clock has now(self) and delay(self, seconds), and may have
   monotonic(self). It is tried once here, so that a broken one is noticed
   where it was given. */
static void set_clock(lua_State *L, int client) {
  if (lua_getfield(L, 1, "clock") == LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  if (!lua_istable(L, -1) && !lua_isuserdata(L, -1))
    luaL_error(L,
               "client.clock: an object with now and delay was expected, "
               "got %s",
               luaL_typename(L, -1));
  if (!tells_time(L, "now"))
    luaL_error(L, "client.clock: clock:now() must return epoch seconds");
  if (lua_getfield(L, -1, "monotonic") != LUA_TNIL) {
    lua_pop(L, 1);
    if (!tells_time(L, "monotonic"))
      luaL_error(L, "client.clock: clock:monotonic() must return seconds");
  } else {
    lua_pop(L, 1);
  }
  lua_setiuservalue(L, client, M365_CLIENT_CLOCK);
}

/* After the origin: it is what the events come from. */
static void set_log(lua_State *L, struct m365_client *c, int client) {
  if (lua_getfield(L, 1, "log") == LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  if (!is_callable(L, lua_gettop(L)))
    luaL_error(L, "client.log: a function was expected, got %s",
               luaL_typename(L, -1));
  c->origin->log = m365_log_attach(L, lua_gettop(L));
  lua_setiuservalue(L, client, M365_CLIENT_LOG);
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
  c->origin->route.plain = plain ? M365_PLAIN_LOOPBACK : M365_PLAIN_NOWHERE;
  c->origin->limit = o->concurrency;
}

/* Zeroed, with its metatable, before anything is acquired. */
static struct m365_client *push_blank(lua_State *L) {
  struct m365_client *c = lua_newuserdatauv(L, sizeof *c, M365_CLIENT_VALUES);
  memset(c, 0, sizeof *c);
  luaL_setmetatable(L, M365_CLIENT);
  lua_newtable(L);
  lua_setiuservalue(L, -2, M365_CLIENT_TEXTS);
  lua_newtable(L);
  lua_setiuservalue(L, -2, M365_CLIENT_CREATED);
  return c;
}

/***
A client: one tenant, with its token, limits and connections.
@function client
@tparam table options
`credential` (required): a token, or a function or callable value
`(request) -> token, expires_in_seconds`; or what `m365.credential` makes.
`base_url` (string, default https://graph.microsoft.com; plain http only to
this machine), `beta` (boolean, default false), `clock` (object with
`now`, `delay` and, where it may be set while it runs, `monotonic`; default
real time), `max_artifacts` (integer, default 50),
`log` (function, called with an event; see docs/credentials.md),
`concurrency` (integer, default 16: requests in flight), `user_agent` (string,
put before the library's own), `ca_file`, `ca_directory`, `proxy`, `no_proxy`,
`client_certificate`, `client_key`, `client_key_password` (strings). The proxy,
or the variable that stands for it, is checked here.
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
  check_proxy(L, o.proxy);
  c = push_blank(L);
  c->authorize = m365_authorize;
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
  set_log(L, c, 2);
  set_services(L, 2);
  lua_settop(L, 2);
  return 1;
}

/*
** The userdata
*/

/* Also __gc and __close. What is in flight ends with the code "closed"; a
   restore is not touched. */
static int client_close(lua_State *L) {
  struct m365_client *c = luaL_testudata(L, 1, M365_CLIENT);
  struct m365_origin *origin = c != NULL ? c->origin : NULL;
  if (origin == NULL)
    return 0;
  c->origin = NULL;
  m365_token_forget(&c->token);
  if (m365_runtime_engine(L) != NULL)
    m365_engine_close(m365_runtime_engine(L), origin);
  m365_origin_release(origin);
  return 0;
}

static int sleep_done(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  const struct m365_operation *op = lua_touserdata(L, index);
  (void)status;
  if (!m365_await(L, index))
    return m365_await_yield(L, index, context, sleep_done);
  lua_pushboolean(L, op->job.transfer.cut != M365_CUT_CLOSED);
  return 1;
}

/***
Waits, in real time; closing the client ends it. May yield.
@function client:sleep
@tparam number|string seconds a duration
@treturn boolean true; false where the client was closed
*/
static int client_sleep(lua_State *L) {
  struct m365_client *c = m365_client_check(L, 1);
  double seconds = m365_options_check_duration(L, 2, "client.sleep: seconds");
  if (c->origin == NULL) {
    lua_pushboolean(L, 0);
    return 1;
  }
  m365_operation_push(L);
  m365_operation_sleep(L, lua_gettop(L), c->origin, seconds);
  return sleep_done(L, LUA_OK, lua_gettop(L));
}

/* __index(client, key), with the methods as upvalue. */
static int client_index(lua_State *L) {
  const struct m365_client *c = m365_client_check(L, 1);
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  lua_settop(L, 2);
  m365_resource_load_method(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
    return 1;
  if (strcmp(key, "beta") == 0)
    lua_pushboolean(L, c->beta);
  else if (strcmp(key, "max_artifacts") == 0)
    lua_pushinteger(L, c->max_artifacts);
  else if (strcmp(key, "timeout") == 0)
    lua_pushnumber(L, c->settings.deadlines.total);
  else if (strcmp(key, "base_url") == 0)
    lua_pushstring(L, c->base);
  else if (strcmp(key, "clock") == 0)
    lua_getiuservalue(L, 1, M365_CLIENT_CLOCK);
  else if (lua_getiuservalue(L, 1, M365_CLIENT_SERVICES) == LUA_TTABLE &&
           lua_getfield(L, -1, key) == LUA_TNIL && *key != '\0')
    return m365_resource_refuse_method(L, m365_type_named("client"));
  return 1;
}

static int client_newindex(lua_State *L) {
  return luaL_error(L, "client.%s cannot be assigned: make a new client",
                    luaL_tolstring(L, 2, NULL));
}

static int client_tostring(lua_State *L) {
  const struct m365_client *c = m365_client_check(L, 1);
  lua_pushfstring(L, "m365restore client of %s (%s)", c->base,
                  c->origin == NULL ? "closed" : m365_client_version(c));
  return 1;
}

void m365_client_open(lua_State *L) {
  static const struct luaL_Reg methods[] = {{"request", m365_client_request},
                                            {"close", client_close},
                                            {"sleep", client_sleep},
                                            {NULL, NULL}};
  static const struct luaL_Reg meta[] = {{"__newindex", client_newindex},
                                         {"__tostring", client_tostring},
                                         {"__gc", client_close},
                                         {"__close", client_close},
                                         {NULL, NULL}};
  luaL_newmetatable(L, M365_CLIENT);
  luaL_setfuncs(L, meta, 0);
  m365_resource_push_methods(L, m365_type_named("client"));
  luaL_setfuncs(L, methods, 0);
  lua_pushcclosure(L, client_index, 1);
  lua_setfield(L, -2, "__index");
  m365_field_text(L, "__metatable", M365_CLIENT);
  lua_pop(L, 1);
}
