#include "fault.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "advice.h"
#include "plain.h"

#define FAULT_TYPE "m365restore.fault"

static int fault_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_pushliteral(L, "message");
  /* a message that somebody took away must not make tostring raise */
  if (lua_rawget(L, 1) != LUA_TSTRING)
    lua_pushliteral(L, FAULT_TYPE);
  lua_pushliteral(L, "remedy");
  if (lua_rawget(L, 1) == LUA_TSTRING) {
    lua_pushliteral(L, " - ");
    lua_insert(L, -2);
    lua_concat(L, 3);
  } else {
    lua_pop(L, 1);
  }
  m365_plain_top(L);
  return 1;
}

static void push_fault_type(lua_State *L) {
  if (luaL_newmetatable(L, FAULT_TYPE)) {
    lua_pushcfunction(L, fault_tostring);
    lua_setfield(L, -2, "__tostring");
  }
}

static void set_text(lua_State *L, const char *field, const char *text) {
  lua_pushstring(L, text); /* NULL: nil */
  lua_setfield(L, -2, field);
}

int m365_fault(lua_State *L, const char *code, const char *format, ...) {
  va_list arguments;
  luaL_checkstack(L, 4, "an error object");
  lua_pushnil(L);
  lua_createtable(L, 0, 6);
  set_text(L, "code", code);
  set_text(L, "class", "ask");
  set_text(L, "remedy", m365_advice(code, "system", NULL));
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  lua_setfield(L, -2, "message");
  push_fault_type(L);
  lua_setmetatable(L, -2);
  return 2;
}

int m365_misuse(lua_State *L, const char *field, const char *expected) {
  return luaL_error(L, "%s must be %s", field, expected);
}

static bool is_known(const char *name, const char *const known[]) {
  for (; *known != NULL; known++)
    if (strcmp(name, *known) == 0)
      return true;
  return false;
}

static void refuse_option(lua_State *L, const char *const known[]) {
  luaL_Buffer names;
  const char *name = luaL_tolstring(L, -2, NULL);
  luaL_buffinit(L, &names);
  for (; *known != NULL; known++) {
    luaL_addstring(&names, *known);
    if (known[1] != NULL)
      luaL_addstring(&names, ", ");
  }
  luaL_pushresult(&names);
  luaL_error(L, "unknown option '%s' (known: %s)", name, lua_tostring(L, -1));
}

void m365_check_options(lua_State *L, int index, const char *const known[]) {
  if (lua_isnoneornil(L, index))
    return;
  if (!lua_istable(L, index))
    m365_misuse(L, "options", "a table");
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    /* a key is looked at only as a string: tostring on it would confuse next */
    if (lua_type(L, -2) != LUA_TSTRING || !is_known(lua_tostring(L, -2), known))
      refuse_option(L, known);
    lua_pop(L, 1); /* the value; the key stays for lua_next */
  }
}

const char *m365_check_cstring(lua_State *L, int index, const char *field) {
  size_t length;
  const char *text;
  if (lua_type(L, index) != LUA_TSTRING)
    m365_misuse(L, field, "a string");
  text = lua_tolstring(L, index, &length);
  if (length == 0 || memchr(text, '\0', length) != NULL)
    m365_misuse(L, field, "a non-empty string without zero bytes");
  return text;
}
