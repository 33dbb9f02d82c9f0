/*
** journal: a file of lines that survives a crash, is locked and synced.
*/
#ifndef m365_journal_h
#define m365_journal_h

#include <lua.h>

void m365_journal_open_type(lua_State *L); /* registers it; pushes nothing */
int m365_journal_open(lua_State *L);
int m365_journal_holder(lua_State *L);

#endif
