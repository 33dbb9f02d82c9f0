/*
** field: fields of the table on the top of the stack, and tables that must be
** some.
*/
#ifndef m365_field_h
#define m365_field_h

#include <stdbool.h>
#include <lauxlib.h>
#include <lua.h>

/* NULL: nothing is set. */
static inline void m365_field_text(lua_State *L, const char *field,
                                   const char *value) {
  if (value != NULL) {
    lua_pushstring(L, value);
    lua_setfield(L, -2, field);
  }
}

static inline void m365_field_number(lua_State *L, const char *field,
                                     double value) {
  lua_pushnumber(L, value);
  lua_setfield(L, -2, field);
}

static inline void m365_field_integer(lua_State *L, const char *field,
                                      lua_Integer value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, field);
}

static inline void m365_field_flag(lua_State *L, const char *field,
                                   bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, field);
}

static inline void m365_field_function(lua_State *L, const char *field,
                                       lua_CFunction value) {
  lua_pushcfunction(L, value);
  lua_setfield(L, -2, field);
}

/* Raises, naming `field`, unless a table is at `index`. */
static inline void m365_field_check_table(lua_State *L, int index,
                                          const char *field) {
  if (!lua_istable(L, index))
    luaL_error(L, "%s: a table was expected, got %s", field,
               luaL_typename(L, index));
}

#endif
