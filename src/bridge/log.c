#include "bridge/log.h"

#include <string.h>
#include <lauxlib.h>
#include <stdio.h>

#include "base/clock.h"
#include "bridge/json.h"
#include "bridge/printable.h"
#include "bridge/hooks.h"
#include "http/redact.h"
#include "bridge/field.h"

/* registry keys: log number -> function, weak; the metatable of events */
static const char logs_key = 'l', event_key = 'e';

/* All that an event may hold, in the order in which it is printed. Values
   that are no scalars do not pass either. */
/* clang-format off */
static const char *const fields[] = {
    "time",       "event",          "operation",  "credential",
    "method",     "host",           "path",       "status",
    "attempts",   "reason",         "delay",      "seconds",
    "expires_in", "refresh_in",     "clock_skew", "code",
    "oauth",      "aadsts",         "trace_id",   "correlation_id",
    "request_id", "client_request_id", "lost",    NULL};
/* clang-format on */

static const char *const kinds[] = {
    [M365_EVENT_REQUEST] = "request",
    [M365_EVENT_RETRY] = "retry",
    [M365_EVENT_THROTTLE] = "throttle",
    [M365_EVENT_REFUSED] = "token_refused",
};

static const char *const outcomes[] = {
    [M365_ANSWERED] = "answered",         [M365_UNDELIVERED] = "undelivered",
    [M365_UNCLEAR] = "unclear",           [M365_THROTTLED] = "throttled",
    [M365_TROUBLED] = "troubled",         [M365_MISSING] = "missing",
    [M365_UNAUTHORIZED] = "unauthorized", [M365_UNREADABLE] = "unreadable",
    [M365_HOPELESS] = "hopeless",
};

/*
** Printing
*/

/* Adds " name=value" for the value at that index. */
static void add_field(lua_State *L, luaL_Buffer *b, const char *name,
                      int value) {
  char number[32];
  luaL_addchar(b, ' ');
  luaL_addstring(b, name);
  luaL_addchar(b, '=');
  if (lua_type(L, value) == LUA_TNUMBER && !lua_isinteger(L, value)) {
    snprintf(number, sizeof number, "%.3f", (double)lua_tonumber(L, value));
    luaL_addstring(b, number);
  } else {
    luaL_tolstring(L, value, NULL);
    m365_printable_top(L);
    luaL_addvalue(b);
  }
}

/* __tostring(event): all fields on one line */
static int event_tostring(lua_State *L) {
  luaL_Buffer b;
  int n = 0;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  luaL_checkstack(L, (int)(sizeof fields / sizeof *fields) + LUA_MINSTACK,
                  "log");
  while (fields[n] != NULL) /* the values first: a buffer owns the top */
    lua_getfield(L, 1, fields[n++]);
  luaL_buffinit(L, &b);
  luaL_addstring(&b, "m365restore");
  for (int i = 0; i < n; i++)
    if (!lua_isnil(L, i + 2))
      add_field(L, &b, fields[i], i + 2);
  luaL_pushresult(&b);
  return 1;
}

void m365_log_open(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &logs_key) != LUA_TNIL) {
    lua_pop(L, 1); /* opened again: numbers must not start anew */
    return;
  }
  lua_pop(L, 1);
  lua_newtable(L);
  lua_newtable(L);
  m365_field_text(L, "__mode", "v");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &logs_key);
  lua_newtable(L);
  m365_field_function(L, "__tostring", event_tostring);
  m365_field_text(L, "__name", "m365restore.event");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &event_key);
}

/* Numbers are not used twice: an event of a client that is gone must not be
   heard by another. */
unsigned m365_log_attach(lua_State *L, int index) {
  unsigned log;
  lua_pushvalue(L, index);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &logs_key);
  lua_getmetatable(L, -1); /* function, logs, their metatable */
  lua_getfield(L, -1, "last");
  log = (unsigned)lua_tointeger(L, -1) + 1;
  lua_pushinteger(L, log);
  lua_setfield(L, -3, "last");
  lua_pop(L, 2);
  lua_insert(L, -2);
  lua_rawseti(L, -2, log);
  lua_pop(L, 1);
  return log;
}

/*
** Telling
*/

/* Replaces what is secret, and what a terminal would act on, in the text on
   the top: some of it came from a server. */
static void clean(lua_State *L) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  luaL_Buffer b;
  char *to = luaL_buffinitsize(L, &b, length);
  memcpy(to, text, length);
  m365_redact(to, length);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)to[i] < 0x20 || (unsigned char)to[i] >= 0x7f)
      to[i] = '?';
  luaL_pushresultsize(&b, length);
  lua_remove(L, -2);
}

/* Pushes what of the table at `from` may be seen. */
static void push_visible(lua_State *L, int from) {
  lua_newtable(L);
  m365_field_number(L, "time", m365_clock_wall());
  for (size_t i = 0; fields[i] != NULL; i++) {
    lua_pushstring(L, fields[i]);
    lua_rawget(L, from);
    if (lua_type(L, -1) == LUA_TSTRING)
      clean(L);
    else
      m365_json_normalize(L);
    if (lua_isstring(L, -1) || lua_isboolean(L, -1)) {
      lua_setfield(L, -2, fields[i]);
    } else {
      lua_pop(L, 1);
    }
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &event_key);
  lua_setmetatable(L, -2);
}

void m365_log_emit(lua_State *L, unsigned log) {
  int event = lua_gettop(L);
  luaL_checkstack(L, 6, "log");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &logs_key);
  if (lua_rawgeti(L, -1, log) != LUA_TNIL) {
    push_visible(L, event);
    m365_hooks_call_without(L, 1, 0);
  }
  lua_settop(L, event - 1);
}

static int f_emit(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  m365_log_emit(L, (unsigned)lua_tointeger(L, lua_upvalueindex(1)));
  return 0;
}

void m365_log_push(lua_State *L, unsigned log) {
  lua_pushinteger(L, log);
  lua_pushcclosure(L, f_emit, 1);
}

static void set_text(lua_State *L, const char *field, const char *value) {
  if (value != NULL && *value != '\0')
    m365_field_text(L, field, value);
}

static void set_number(lua_State *L, const char *field, double value) {
  if (value > 0)
    m365_field_number(L, field, value);
}

static void push_event(lua_State *L, const struct m365_event *event) {
  lua_createtable(L, 0, 12);
  set_text(L, "event", kinds[event->kind]);
  set_text(L, "operation", event->operation);
  set_text(L, "method", event->method);
  set_text(L, "host", event->host);
  set_text(L, "path", event->path);
  set_text(L, "reason", outcomes[event->outcome]);
  set_text(L, "request_id", event->request_id);
  set_text(L, "client_request_id", event->client_request_id);
  set_number(L, "status", (double)event->status);
  set_number(L, "attempts", event->attempts);
  set_number(L, "delay", event->delay);
  set_number(L, "seconds", event->seconds);
}

/* Tells how many events found no room, to whoever hears the next one. */
static void tell_lost(lua_State *L, struct m365_event_ring *ring,
                      unsigned log) {
  unsigned lost = ring->lost;
  if (lost == 0)
    return;
  ring->lost = 0;
  lua_createtable(L, 0, 2);
  set_text(L, "event", "log_lost");
  set_number(L, "lost", lost);
  m365_log_emit(L, log);
}

void m365_log_tell(lua_State *L, struct m365_event_ring *ring,
                   const struct m365_event *event) {
  tell_lost(L, ring, event->log);
  push_event(L, event);
  m365_log_emit(L, event->log);
}
