#include "bridge/cjson.h"

#include <locale.h>
#include <stdbool.h>
#include <lauxlib.h>

/* some of the locales with a comma: one is there where the host uses one */
/* clang-format off */
static const char *const commas[] = {
    "",      "de_DE.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8", "it_IT.UTF-8",
    "nl_NL.UTF-8", "pt_BR.UTF-8", "ru_RU.UTF-8", "pl_PL.UTF-8", "sv_SE.UTF-8",
    "da_DK.UTF-8", "nb_NO.UTF-8", "fi_FI.UTF-8", "cs_CZ.UTF-8", "tr_TR.UTF-8",
    "de_AT.UTF-8", "fr_CA.UTF-8", "de_DE",       "fr_FR",       NULL};
/* clang-format on */

/* Calls the function on the top with `arguments` in a locale of this thread,
   as lua_pcall does; (locale_t)0: in the one that is set. */
static int call_in(lua_State *L, locale_t locale, int arguments) {
  locale_t before = locale != (locale_t)0 ? uselocale(locale) : (locale_t)0;
  int status = lua_pcall(L, arguments, 1, 0);
  if (locale != (locale_t)0)
    uselocale(before);
  return status;
}

/* Does the module on the top read a number with a point in this locale? Then
   its decimal point is that of the locale. */
static bool fits(lua_State *L, locale_t locale) {
  bool fine;
  lua_getfield(L, -1, "decode");
  lua_pushliteral(L, "[1.5]");
  fine = call_in(L, locale, 1) == LUA_OK && lua_istable(L, -1);
  lua_pop(L, 1);
  return fine;
}

/* The locale in which an instance of the module on the top is to be made, so
   that the decimal point stays; (locale_t)0: the one that is set. */
static locale_t fitting(lua_State *L) {
  locale_t locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  if (locale != (locale_t)0 && fits(L, locale))
    return locale;
  if (locale != (locale_t)0)
    freelocale(locale);
  if (fits(L, (locale_t)0))
    return (locale_t)0;
  for (size_t i = 0; commas[i] != NULL; i++) {
    locale = newlocale(LC_NUMERIC_MASK, commas[i], (locale_t)0);
    if (locale != (locale_t)0 && fits(L, locale))
      return locale;
    if (locale != (locale_t)0)
      freelocale(locale);
  }
  return (locale_t)0;
}

/* Replaces the module on the top by a new instance. */
static void make(lua_State *L) {
  locale_t locale = fitting(L);
  int status;
  lua_getfield(L, -1, "new");
  status = call_in(L, locale, 0);
  if (locale != (locale_t)0)
    freelocale(locale);
  if (status != LUA_OK)
    lua_error(L);
  lua_remove(L, -2);
}

/* Pushes what the host has loaded under either name; false: nothing. */
static bool push_loaded(lua_State *L) {
  static const char *const names[] = {"cjson", "cjson.safe"};
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (lua_getfield(L, -1, names[i]) == LUA_TTABLE) {
      lua_remove(L, -2);
      return true;
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return false;
}

/* Where the host has not loaded it yet, it shall not find it loaded: it would
   be opened in the host's locale of then. */
void m365_cjson_push(lua_State *L) {
  bool loaded = push_loaded(L);
  if (!loaded) {
    lua_getglobal(L, "require");
    lua_pushliteral(L, "cjson");
    lua_call(L, 1, 1);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushnil(L);
    lua_setfield(L, -2, "cjson");
    lua_pop(L, 1);
  }
  make(L);
}
