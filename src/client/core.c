/***
The C core of m365restore: Microsoft 365 Backup Storage restores, through
Microsoft Graph. `require "m365restore"` is its face; this module is what that
is built on.
@module m365restore.core
*/
#include <dlfcn.h>
#include <lua.h>
#include <lauxlib.h>

#include "bridge/await.h"
#include "client/call.h"
#include "client/client.h"
#include "bridge/compat.h"
#include "client/exchange.h"
#include "bridge/failure.h"
#include "base/clock.h"
#include "bridge/json.h"
#include "http/libcurl.h"
#include "bridge/log.h"
#include "client/method.h"
#include "bridge/options.h"
#include "client/pager.h"
#include "bridge/printable.h"
#include "client/renewal.h"
#include "client/client_request.h"
#include "client/resource.h"
#include "http/retry.h"
#include "client/token.h"
#include "bridge/field.h"

/***
A duration in seconds.
@function duration
@tparam number|string value seconds, or like "90s", "12h", "1h30m"
@tparam[opt="duration"] string field its name in an error
@treturn number seconds; raises where it is none
*/
static int f_duration(lua_State *L) {
  const char *field = luaL_optstring(L, 2, "duration");
  lua_pushnumber(L, m365_options_check_duration(L, 1, field));
  return 1;
}

/***
The time of day of this machine.
@function now
@treturn number seconds since 1970, with a fraction
*/
static int f_now(lua_State *L) {
  lua_pushnumber(L, m365_clock_wall());
  return 1;
}

/***
A clock that nobody can set back, for measuring.
@function monotonic
@treturn number seconds since some moment
*/
static int f_monotonic(lua_State *L) {
  lua_pushnumber(L, m365_clock_monotonic());
  return 1;
}

/* the largest text that is made of a value: plans are the largest values */
#define LARGEST_TEXT ((size_t)512 << 20)

/***
A value as JSON, always the same text for the same value: keys are sorted, and
nothing stands between the parts.
@function encode
@param value nil, or of strings, numbers, booleans, tables and resources
@treturn string; raises, naming the place, on what JSON cannot say
*/
static int f_encode(lua_State *L) {
  struct m365_buffer *text;
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) {
    lua_pushliteral(L, "null");
    return 1;
  }
  text = m365_call_push_body(L);
  text->ceiling = LARGEST_TEXT;
  m365_json_encode(L, 1, "value", text);
  lua_pushlstring(L, text->bytes, text->length);
  m365_buffer_free(text); /* now: the text may be large */
  return 1;
}

/***
The value that a JSON text stands for: null is nil, 3.0 is 3.
@function decode
@tparam string text
@return the value; or nil and what is wrong
*/
static int f_decode(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  if (m365_json_decode(L) != NULL) {
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  m365_json_copy(L);
  return 1;
}

/* Keeps the code in memory for the life of the process: libcurl was started
   from here, and a host that closes its state would unload both. */
static void stay_loaded(void) {
  static const char here = 0;
  Dl_info info;
  if (dladdr(&here, &info) != 0 && info.dli_fname != NULL)
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

/***
How long a service asks to wait, in each form of saying so.
@function retry_after
@tparam string value of a header Retry-After
@tparam[opt] number now what a moment in it is counted from, in epoch seconds;
default this machine's time
@treturn ?number seconds; nil where it says nothing that can be understood
*/
static int f_retry_after(lua_State *L) {
  size_t length;
  const char *value = luaL_checklstring(L, 1, &length);
  double now = luaL_optnumber(L, 2, m365_clock_wall());
  double seconds = m365_retry_advice(value, length, now);
  if (seconds < 0)
    return 0;
  lua_pushnumber(L, seconds);
  m365_json_normalize(L);
  return 1;
}

/***
Does the trouble pass by itself that a status stands for?
@function passes
@tparam integer status of HTTP
@treturn boolean
*/
static int f_passes(lua_State *L) {
  lua_pushboolean(L, m365_retry_passes((long)luaL_checkinteger(L, 1)));
  return 1;
}

/***
Gives the requests of credentials what is worked out of them in Lua.
@function extend_token_requests
@tparam function fn called with a request and the name of a field that it lacks
*/
static int f_extend_token_requests(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  m365_renewal_push_requests(L);
  lua_pushvalue(L, 1);
  lua_setfield(L, -2, "__index");
  return 0;
}

/* clang-format off */
static const struct luaL_Reg functions[] = {
    {"client", m365_client_new}, {"failure", m365_failure_new},
    {"describe", m365_failure_describe}, {"array", m365_json_array},
    {"duration", f_duration}, {"now", f_now}, {"monotonic", f_monotonic},
    {"nearest", m365_options_nearest}, {"encode", f_encode},
    {"decode", f_decode}, {"exchange", m365_exchange},
    {"payload", m365_token_payload}, {"plain", m365_printable},
    {"refused", m365_failure_refused}, {"codes", m365_failure_codes},
    {"passes", f_passes}, {"retry_after", f_retry_after},
    {"redact", m365_failure_redact}, {"without_secrets", m365_token_strike},
    {"request_url", m365_client_request_url},
    {"extend_token_requests", f_extend_token_requests}, {NULL, NULL},
};
/* clang-format on */

/* The one that is loaded, which need not be the one of the headers. */
static void check_libcurl(lua_State *L) {
  const curl_version_info_data *loaded = curl_version_info(CURLVERSION_NOW);
  if (loaded->version_num < M365_LIBCURL_OLDEST)
    luaL_error(L,
               "m365restore needs libcurl " M365_LIBCURL_OLDEST_TEXT
               " or newer; the one that is loaded is %s",
               loaded->version);
}

static void open_all(lua_State *L) {
  stay_loaded();
  m365_json_open(L);
  m365_failure_open(L);
  m365_log_open(L);
  m365_renewal_open(L);
  m365_await_open(L);
  m365_resource_open(L);
  m365_pager_open(L);
  m365_method_open(L);
  m365_client_open(L);
}

/* A host may load the module again: then what is alive goes on as it is, and
   only the methods are as they were, for the Lua side to extend anew. */
M365_EXPORT int luaopen_m365restore_core(lua_State *L) {
  static const char open_key = 'o';
  luaL_checkversion(L);
  check_libcurl(L);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &open_key) == LUA_TNIL) {
    open_all(L);
    lua_pushboolean(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &open_key);
  } else {
    m365_method_open(L);
  }
  lua_settop(L, 0);
  luaL_newlib(L, functions);
  luaL_setfuncs(L, m365_await_functions, 0);
  luaL_setfuncs(L, m365_method_functions, 0);
  m365_json_null(L);
  lua_setfield(L, -2, "null");
  m365_field_text(L, "ROOT", M365_ROOT);
  m365_field_number(L, "longest_retry_after", M365_LONGEST_ADVICE);
  m365_field_text(L, "VERSION", M365_VERSION);
  return 1;
}
