/*
** compat: what differs between the versions of Lua that this builds for, and
** between compilers.
*/
#ifndef m365_compat_h
#define m365_compat_h

#include <lua.h>

#include "base/version.h"

#if !defined LUA_VERSION_NUM || LUA_VERSION_NUM < M365_LUA_OLDEST ||           \
    LUA_VERSION_NUM > M365_LUA_NEWEST
#error "m365restore needs the headers of Lua 5.4 or 5.5"
#endif

/* The Makefile hides every name; what `require` looks up is shown again. */
#if defined __GNUC__
#define M365_EXPORT __attribute__((visibility("default")))
#else
#define M365_EXPORT
#endif

/* Closes what is to be closed in a coroutine that has ended or waits, and
   leaves its error on its stack. 5.4.5 alone has the second argument under
   the first name; before 5.4.3 the function forgets the error that the
   coroutine ended with. */
static inline int m365_compat_close_thread(lua_State *thread, lua_State *from) {
#if LUA_VERSION_RELEASE_NUM >= 50406
  return lua_closethread(thread, from);
#elif LUA_VERSION_RELEASE_NUM == 50405
  return lua_resetthread(thread, from);
#elif LUA_VERSION_RELEASE_NUM >= 50403
  (void)from;
  return lua_resetthread(thread);
#else
  int before = lua_status(thread), after;
  if (before > LUA_YIELD)
    lua_xmove(thread, from, 1);
  after = lua_resetthread(thread);
  if (before <= LUA_YIELD)
    return after;
  if (after == LUA_OK) /* what it closed did not fail, too */
    lua_xmove(from, thread, 1);
  else
    lua_pop(from, 1);
  return after == LUA_OK ? before : after;
#endif
}

/* Closes one slot early. Before 5.4.3 there is no such function, and
   lua_settop, which follows, closes the slot just as well. */
static inline void m365_compat_close_slot(lua_State *L, int index) {
#if LUA_VERSION_RELEASE_NUM >= 50403
  lua_closeslot(L, index);
#else
  (void)L, (void)index;
#endif
}

#endif
