/*
** options: reading option tables, one way for all of them.
**
** A table of rows says which keys exist and what they must be. Everything is
** read and checked before anything is acquired, because the caller's table
** may have metamethods that run code or raise.
*/
#ifndef m365_options_h
#define m365_options_h

#include <stdbool.h>
#include <stddef.h>
#include <lua.h>

enum m365_option_kind {
  M365_DURATION, /* double, seconds: a number, or "90s", "12h", "1h30m" */
  M365_COUNT,    /* unsigned, at least the row's `least` */
  M365_SIZE,     /* size_t, bytes, at least 1 */
  M365_FLAG,     /* bool */
  M365_TEXT,     /* const char *, kept alive by the option table */
  M365_VALUE     /* anything; checked elsewhere */
};

struct m365_option {
  const char *name;
  enum m365_option_kind kind;
  size_t offset; /* in the struct that is filled */
  unsigned least;
};

/* Fills `to` from the table at `index`; nothing or nil there is no option.
   Raises, naming `what` and the key, on a wrong type or an unknown key.
   `groups` is a NULL-terminated list of row tables, each ended by a NULL
   name. */
void m365_options_read(lua_State *L, int index, const char *what,
                       const struct m365_option *const *groups, void *to);

/* The value at `index` as seconds; raises naming `field`. */
double m365_options_check_duration(lua_State *L, int index, const char *field);

/* A string at `index` fit for one path segment; raises naming `field`. */
const char *m365_options_check_id(lua_State *L, int index, const char *field);

/* A string without control characters; raises naming `field`. */
const char *m365_options_check_line(lua_State *L, int index, const char *field);

/* Raises: the key at 2 is no method of `what`. The nearest of the keys of the
   table on the top is named. */
int m365_options_refuse_method(lua_State *L, const char *what);

/* core.nearest(word, names) */
int m365_options_nearest(lua_State *L);

#endif
