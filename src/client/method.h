/*
** method: every method of every type, from the contract's rows.
**
** One implementation reads the arguments that a row asks for, fills in its
** path, makes the call, and turns the answer into what the row says comes of
** it.
*/
#ifndef m365_method_h
#define m365_method_h

#include <lua.h>
#include <lauxlib.h>

/* Gives each type its methods. */
void m365_method_open(lua_State *L);

/* for Lua: extend(type, methods), method(type, name), type(value),
   actions() */
extern const struct luaL_Reg m365_method_functions[];

#endif
