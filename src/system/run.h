/*
** run: a program, run without a shell.
*/
#ifndef m365_run_h
#define m365_run_h

#include <lua.h>

int m365_run(lua_State *L);

#endif
