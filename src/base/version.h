/*
** version: ours, and those that are promised: of Lua, of libcurl. The one
** place for them; the rockspecs, the Lua side and the documentation repeat
** them, and spec/project/platform_spec.lua compares.
*/
#ifndef m365_version_h
#define m365_version_h

/* the rockspec's "scm" stands for what follows */
#define M365_VERSION "0.1.0"

/* LUA_VERSION_NUM of the oldest and of the newest one */
#define M365_LUA_OLDEST 504
#define M365_LUA_NEWEST 505

/* LIBCURL_VERSION_NUM, and how it is written */
#define M365_LIBCURL_OLDEST 0x075000
#define M365_LIBCURL_OLDEST_TEXT "7.80"

#endif
