/***
The HTTP host of the simulator.
@module m365restore.simulator.host
*/
#include <lauxlib.h>
#include <lua.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "bridge/compat.h"
#include "sim.h"

#define HOST "m365restore.simulator.host"

/* {====== Strings on their way into Lua ====== */

/* Runs protected, because a push may fail and the text must be freed. */
static int push_result(lua_State *L) {
  const struct m365_buffer *t = lua_touserdata(L, 1);
  lua_pushlstring(L, t->length > 0 ? t->bytes : "", t->length);
  return 1;
}

/* Pushes the text and frees it, or frees it and raises. */
static void push_and_free(lua_State *L, struct m365_buffer *t) {
  int code;
  lua_pushcfunction(L, push_result);
  lua_pushlightuserdata(L, t);
  code = lua_pcall(L, 1, 1, 0);
  m365_buffer_free(t);
  if (code != LUA_OK)
    lua_error(L);
}

/* }====== */

/* {====== The userdata ====== */

static struct server *to_server(lua_State *L) {
  struct server *s = luaL_checkudata(L, 1, HOST);
  if (s->daemon == NULL)
    luaL_error(L, "the simulator's host is stopped");
  return s;
}

/***
The port that the host listens on.
@function host:port
@treturn integer port of 127.0.0.1; never yields
*/
static int host_port(lua_State *L) {
  lua_pushinteger(L, to_server(L)->port);
  return 1;
}

/***
Runs one of the model's named functions, between two requests.
@function host:call
@tparam string name
@tparam string json arguments
@treturn[1] string result as JSON
@return[2] nil
@treturn[2] string what went wrong; never yields
*/
static int host_call(lua_State *L) {
  struct server *s = to_server(L);
  const char *name = luaL_checkstring(L, 2);
  const char *json = luaL_checkstring(L, 3);
  struct m365_buffer result;
  bool ok;
  m365_buffer_init(&result, SIZE_MAX);
  luaL_checkstack(L, 4, NULL); /* from here on only protected calls */
  ok = sim_model_call(&s->model, name, json, &result);
  if (!ok)
    lua_pushnil(L);
  push_and_free(L, &result);
  return ok ? 1 : 2;
}

/***
Ends every connection and stall, and frees the model. Safe to repeat.
@function host:stop
*/
static int host_stop(lua_State *L) {
  struct server *s = luaL_testudata(L, 1, HOST);
  if (s != NULL)
    sim_server_stop(s);
  return 0;
}

static int host_tostring(lua_State *L) {
  const struct server *s = luaL_checkudata(L, 1, HOST);
  if (s->daemon == NULL)
    lua_pushliteral(L, HOST " (stopped)");
  else
    lua_pushfstring(L, HOST " (port %d)", (int)s->port);
  return 1;
}

/* }====== */

/* {====== Functions ====== */

/* A string field of the table at index 1; it stays alive in that table. */
static const char *field(lua_State *L, const char *name, bool needed) {
  const char *value = NULL;
  int type = lua_getfield(L, 1, name);
  if (type == LUA_TSTRING)
    value = lua_tostring(L, -1);
  else if (needed || type != LUA_TNIL)
    luaL_error(L, "%s: string expected, got %s", name, lua_typename(L, type));
  lua_pop(L, 1);
  return value;
}

static unsigned short port_field(lua_State *L) {
  lua_Integer port;
  lua_getfield(L, 1, "port");
  port = luaL_optinteger(L, -1, 0);
  if (port < 0 || port > 65535)
    luaL_error(L, "port: 0 to 65535 expected, got %I", (LUAI_UACINT)port);
  lua_pop(L, 1);
  return (unsigned short)port;
}

static void read_options(lua_State *L, struct server_options *o) {
  luaL_checktype(L, 1, LUA_TTABLE);
  o->model.module = field(L, "module", true);
  o->model.options = field(L, "options_json", true);
  o->model.path = field(L, "package_path", false);
  o->model.cpath = field(L, "package_cpath", false);
  o->port = port_field(L);
  o->certificate = field(L, "certificate", false);
  o->key = field(L, "key", false);
  o->priorities = field(L, "priorities", false);
  if ((o->certificate == NULL) != (o->key == NULL))
    luaL_error(L, "certificate and key: both or neither expected");
}

/***
Starts a host: a model in a Lua state of its own, served over HTTP.
@function start
@tparam table options `module` (name of the model's module, required in the
new state), `options_json` (handed to its `new`), `port` (default 0, a free
one), `package_path`, `package_cpath`, and for TLS the PEM texts
`certificate`, `key` and a GnuTLS string `priorities`
@treturn[1] host a to-be-closed value
@return[2] nil
@treturn[2] string why it did not start; never yields
*/
static int host_start(lua_State *L) {
  struct server_options options;
  struct m365_buffer why;
  struct server *s;
  read_options(L, &options);
  s = lua_newuserdatauv(L, sizeof *s, 0);
  memset(s, 0, sizeof *s);
  luaL_setmetatable(L, HOST);
  luaL_checkstack(L, 4, NULL);
  m365_buffer_init(&why, SIZE_MAX);
  if (sim_server_start(s, &options, &why))
    return 1;
  sim_server_stop(s);
  lua_pushnil(L);
  push_and_free(L, &why);
  return 2;
}

/***
The monotonic clock that host and model share.
@function monotonic
@treturn number seconds
*/
static int host_monotonic(lua_State *L) {
  lua_pushnumber(L, sim_monotonic());
  return 1;
}

/***
Waits for SIGINT or SIGTERM, without a handler. For programs.
@function wait_for_signal
@tparam function ready called when the two signals are held, so that none is
lost between the program's first words and the wait
@treturn integer the signal's number; blocks, never yields
*/
static int host_wait_for_signal(lua_State *L) {
  sigset_t ends, before;
  int number = 0;
  int code;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, &before);
  lua_settop(L, 1);
  code = lua_pcall(L, 0, 0, 0);
  if (code == LUA_OK)
    (void)sigwait(&ends, &number);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (code != LUA_OK)
    return lua_error(L); /* what ready has raised */
  lua_pushinteger(L, number);
  return 1;
}

/* }====== */

static const luaL_Reg methods[] = {{"port", host_port},
                                   {"call", host_call},
                                   {"stop", host_stop},
                                   {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", host_stop},
                                       {"__close", host_stop},
                                       {"__tostring", host_tostring},
                                       {"__index", NULL}, /* placeholder */
                                       {NULL, NULL}};

static const luaL_Reg functions[] = {{"start", host_start},
                                     {"monotonic", host_monotonic},
                                     {"wait_for_signal", host_wait_for_signal},
                                     {NULL, NULL}};

/* the one name that leaves a library built with hidden symbols */
__attribute__((visibility("default"))) int
luaopen_m365restore_simulator_host(lua_State *L);

M365_EXPORT int luaopen_m365restore_simulator_host(lua_State *L) {
  luaL_newmetatable(L, HOST);
  luaL_setfuncs(L, metamethods, 0);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index"); /* metatable.__index = methods */
  luaL_newlib(L, functions);
  return 1;
}
