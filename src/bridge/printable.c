/*** @submodule m365restore.core */
#include "bridge/printable.h"

#include <lauxlib.h>

#include "base/text.h"

void m365_printable_top(lua_State *L) {
  luaL_Buffer plain;
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  char *to = luaL_buffinitsize(L, &plain, length);
  luaL_pushresultsize(&plain, m365_text_printable(text, length, to));
  lua_replace(L, -2);
}

/***
What may be shown of a text on a terminal, in a log or on a page. Line ends and
tabs become a blank; other control characters, marks that turn the direction of
writing and bytes that are not UTF-8 become "?". Never yields.
@function plain
@param text a string, or any value, which is shown as tostring shows it
@tparam[opt] integer most the text is cut to this many bytes, between characters
@treturn string
*/
int m365_printable(lua_State *L) {
  const char *text;
  size_t length;
  lua_Integer most = luaL_optinteger(L, 2, LUA_MAXINTEGER);
  luaL_checkany(L, 1);
  luaL_argcheck(L, most >= 0, 2, "must not be negative");
  luaL_tolstring(L, 1, NULL);
  m365_printable_top(L);
  text = lua_tolstring(L, -1, &length);
  lua_pushlstring(L, text, m365_text_cut(text, length, (size_t)most));
  return 1;
}
