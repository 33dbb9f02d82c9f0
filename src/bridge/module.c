#include "bridge/module.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "graph/advice.h"
#include "graph/catalogue.h"
#include "bridge/printable.h"
#include "base/text.h"
#include "bridge/field.h"

#define FAILURE_TYPE "m365restore.fault"

static int failure_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_pushliteral(L, "message");
  /* a message that somebody took away must not make tostring raise */
  if (lua_rawget(L, 1) != LUA_TSTRING)
    lua_pushliteral(L, FAILURE_TYPE);
  lua_pushliteral(L, "remedy");
  if (lua_rawget(L, 1) == LUA_TSTRING) {
    lua_pushliteral(L, " - ");
    lua_insert(L, -2);
    lua_concat(L, 3);
  } else {
    lua_pop(L, 1);
  }
  m365_printable_top(L);
  return 1;
}

static void push_failure_type(lua_State *L) {
  if (luaL_newmetatable(L, FAILURE_TYPE))
    m365_field_function(L, "__tostring", failure_tostring);
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

int m365_module_failure(lua_State *L, const char *code, const char *format,
                        ...) {
  const struct m365_entry *entry = m365_catalogue_find(code);
  va_list arguments;
  luaL_checkstack(L, 5, "an error object");
  lua_pushnil(L);
  lua_createtable(L, 0, 6);
  m365_field_text(L, "code", code);
  m365_field_text(L, "class", entry != NULL ? entry->class : "ask");
  push_function(L); /* the one that fails */
  lua_pushstring(L, m365_advice(code, lua_tostring(L, -1), NULL));
  lua_setfield(L, -3, "remedy");
  lua_pop(L, 1);
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  lua_setfield(L, -2, "message");
  push_failure_type(L);
  lua_setmetatable(L, -2);
  return 2;
}

static void push_got(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TSTRING)
    lua_pushfstring(L, "a string of %I bytes",
                    (lua_Integer)lua_rawlen(L, index));
  else if (lua_type(L, index) == LUA_TNUMBER)
    luaL_tolstring(L, index, NULL);
  else
    lua_pushstring(L, luaL_typename(L, index));
}

int m365_module_misuse(lua_State *L, const char *field, const char *expected,
                       int index) {
  push_got(L, index);
  push_function(L);
  return luaL_error(L, "%s%s: %s was expected, got %s", lua_tostring(L, -1),
                    field, expected, lua_tostring(L, -2));
}

static bool is_known(const char *name, const char *const known[]) {
  for (; *known != NULL; known++)
    if (strcmp(name, *known) == 0)
      return true;
  return false;
}

/* The key is at -2, as lua_next left it. */
static void refuse_option(lua_State *L, const char *const known[]) {
  const char *name = luaL_tolstring(L, -2, NULL);
  const char *like = m365_text_nearest(name, known);
  push_function(L);
  if (like != NULL)
    luaL_error(L, "%sunknown option '%s'; did you mean '%s'?",
               lua_tostring(L, -1), name, like);
  luaL_error(L, "%sunknown option '%s'", lua_tostring(L, -1), name);
}

void m365_module_check_options(lua_State *L, int index,
                               const char *const known[]) {
  if (lua_isnoneornil(L, index))
    return;
  if (!lua_istable(L, index))
    m365_module_misuse(L, "options", "a table", index);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    /* a key is looked at only as a string: tostring on it would confuse next */
    if (lua_type(L, -2) != LUA_TSTRING || !is_known(lua_tostring(L, -2), known))
      refuse_option(L, known);
    lua_pop(L, 1); /* the value; the key stays for lua_next */
  }
}

/* Pushes "one of PS256, RS256". */
static const char *push_names(lua_State *L, const char *const names[]) {
  lua_pushfstring(L, "one of %s", *names);
  while (*++names != NULL) {
    lua_pushfstring(L, ", %s", *names);
    lua_concat(L, 2);
  }
  return lua_tostring(L, -1);
}

static int refuse_name(lua_State *L, int index, const char *field,
                       const char *const names[]) {
  const char *given = lua_tostring(L, index),
             *like = m365_text_nearest(given, names);
  const char *expected = push_names(L, names);
  push_function(L);
  if (like != NULL)
    return luaL_error(L, "%s%s: %s was expected, got '%s'; did you mean '%s'?",
                      lua_tostring(L, -1), field, expected, given, like);
  return luaL_error(L, "%s%s: %s was expected, got '%s'", lua_tostring(L, -1),
                    field, expected, given);
}

int m365_module_check_name(lua_State *L, int index, const char *field,
                           const char *const names[]) {
  int n = 0;
  if (lua_type(L, index) != LUA_TSTRING)
    return m365_module_misuse(L, field, push_names(L, names), index);
  while (names[n] != NULL && strcmp(lua_tostring(L, index), names[n]) != 0)
    n++;
  return names[n] != NULL ? n : refuse_name(L, index, field, names);
}

const char *m365_module_check_cstring(lua_State *L, int index,
                                      const char *field) {
  size_t length;
  const char *text;
  if (lua_type(L, index) != LUA_TSTRING)
    m365_module_misuse(L, field, "a string", index);
  text = lua_tolstring(L, index, &length);
  if (length == 0 || memchr(text, '\0', length) != NULL)
    m365_module_misuse(L, field, "a non-empty string without zero bytes",
                       index);
  return text;
}
