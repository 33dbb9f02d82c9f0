#include "fault.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "advice.h"
#include "plain.h"
#include "text.h"

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

/* Is the function at `function` a member of the table on the top? Then its key
   takes the table's place. */
static bool replace_by_key(lua_State *L, int function) {
  int table = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    bool same = lua_rawequal(L, -1, function) != 0;
    lua_pop(L, 1);
    if (same && lua_type(L, -1) == LUA_TSTRING) {
      lua_replace(L, table);
      return true;
    }
  }
  lua_settop(L, table - 1);
  return false;
}

/* Pushes "system.run: ", the function that is running; of one that is no
   member of its module, a method, the name by which it was called. */
static void push_function(lua_State *L) {
  static const char *const modules[] = {"system", "crypto"};
  lua_Debug ar;
  int top = lua_gettop(L);
  luaL_checkstack(L, 8, "an error message");
  if (!lua_getstack(L, 0, &ar) || !lua_getinfo(L, "nf", &ar)) {
    lua_pushliteral(L, "");
    return;
  }
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    lua_pushfstring(L, "m365restore.%s", modules[i]);
    if (lua_rawget(L, top + 2) == LUA_TTABLE && replace_by_key(L, top + 1)) {
      lua_pushfstring(L, "%s.%s: ", modules[i], lua_tostring(L, -1));
      lua_replace(L, top + 1);
      lua_settop(L, top + 1);
      return;
    }
    lua_settop(L, top + 2);
  }
  lua_pushfstring(L, ar.name != NULL ? "%s: " : "%s",
                  ar.name != NULL ? ar.name : "");
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

int m365_misuse(lua_State *L, const char *field, const char *expected) {
  push_function(L);
  return luaL_error(L, "%s%s must be %s", lua_tostring(L, -1), field, expected);
}

static bool is_known(const char *name, const char *const known[]) {
  for (; *known != NULL; known++)
    if (strcmp(name, *known) == 0)
      return true;
  return false;
}

/* The key is at -2, as lua_next left it. */
static void refuse_option(lua_State *L, const char *const known[]) {
  const char *name = luaL_tolstring(L, -2, NULL), *like = NULL;
  size_t least = strlen(name); /* worse than that is no likeness at all */
  push_function(L);
  for (; *known != NULL; known++) {
    size_t distance = m365_text_distance(name, *known);
    if (distance < least) {
      least = distance;
      like = *known;
    }
  }
  if (like != NULL)
    luaL_error(L, "%sunknown option '%s'; did you mean '%s'?",
               lua_tostring(L, -1), name, like);
  luaL_error(L, "%sunknown option '%s'", lua_tostring(L, -1), name);
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
