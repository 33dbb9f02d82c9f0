/*
** hooks: lets debug hooks run while C waits.
**
** The lua program answers Ctrl-C with a hook on its main thread, and a hook
** runs only when the VM does. A wait in C calls m365_hooks_run between
** its slices.
*/
#ifndef m365_hooks_h
#define m365_hooks_h

#include <lua.h>

/* LUA_OK, or the status of an error that a hook raised, which is then on the
   top of the stack: release what is held, then pass it on with lua_error. Needs
   one free slot. Never raises by itself, never yields. */
int m365_hooks_run(lua_State *L);

/* lua_pcall for a host's function whose errors are ignored: no hook runs in it,
   because what the hook raises would be lost. */
int m365_hooks_call_without(lua_State *L, int arguments, int results);

#endif
