/*** @submodule m365restore.core */
#include "bridge/options.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <lauxlib.h>

#include "base/text.h"

/* a hundred years: beyond it a duration is a mistake, not a wish */
#define LONGEST_DURATION 3155760000.0

/* a part of a name that says something by itself has so many letters */
#define SHORTEST_PART 4

/*
** Durations
*/

static double unit_seconds(char unit) {
  switch (unit) {
  case 's':
    return 1;
  case 'm':
    return 60;
  case 'h':
    return 3600;
  case 'd':
    return 86400;
  default:
    return 0;
  }
}

/* "1h30m" -> 5400; negative: not a duration. Digits and units alternate. */
static double parse_duration(const char *text, size_t length) {
  const char *end = text + length;
  double total = 0;
  if (length == 0)
    return -1;
  while (text < end) {
    double n = 0, scale = 1;
    const char *start = text;
    for (; *text >= '0' && *text <= '9'; text++)
      n = n * 10 + (*text - '0');
    if (*text == '.' && text > start)
      for (text++; *text >= '0' && *text <= '9'; text++)
        n += (*text - '0') * (scale /= 10);
    if (text == start || unit_seconds(*text) <= 0)
      return -1;
    total += n * unit_seconds(*text++);
  }
  return total;
}

double m365_options_check_duration(lua_State *L, int index, const char *field) {
  double seconds = -1;
  if (lua_type(L, index) == LUA_TNUMBER)
    seconds = lua_tonumber(L, index);
  else if (lua_type(L, index) == LUA_TSTRING)
    seconds = parse_duration(lua_tostring(L, index), lua_rawlen(L, index));
  if (!(seconds >= 0 && seconds <= LONGEST_DURATION)) /* NaN fails too */
    luaL_error(L,
               "%s: a duration was expected, in seconds or like \"90s\", "
               "\"12h\" or \"1h30m\", got %s",
               field, luaL_tolstring(L, index, NULL));
  return seconds;
}

/*
** Strings
*/

const char *m365_options_check_line(lua_State *L, int index,
                                    const char *field) {
  size_t length;
  const char *s;
  if (lua_type(L, index) != LUA_TSTRING)
    luaL_error(L, "%s: a string was expected, got %s", field,
               luaL_typename(L, index));
  s = lua_tolstring(L, index, &length);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
      luaL_error(L, "%s: control characters are not allowed", field);
  return s;
}

const char *m365_options_check_id(lua_State *L, int index, const char *field) {
  const char *id = m365_options_check_line(L, index, field);
  if (*id == '\0' || strpbrk(id, "/?#%\\") != NULL || strcmp(id, ".") == 0 ||
      strcmp(id, "..") == 0)
    luaL_error(L, "%s: an id was expected, without / ? # %% or \\", field);
  return id;
}

/*
** The nearest known key, for a helpful message
*/

static const char *nearest(const struct m365_option *const *groups,
                           const char *key) {
  const char *best = NULL;
  size_t least = strlen(key); /* worse than that is no likeness at all */
  for (; *groups != NULL; groups++)
    for (const struct m365_option *o = *groups; o->name != NULL; o++)
      if (m365_text_distance(key, o->name) < least) {
        least = m365_text_distance(key, o->name);
        best = o->name;
      }
  return best;
}

/* How unlike a name is to a word: the changes that make one of the other, or
   few where one holds the other as a whole, as in policies for
   protection_policies. */
static size_t unlikeness(const char *word, const char *name) {
  size_t distance = m365_text_distance(word, name), few = strlen(word) / 4;
  bool holds = strlen(name) >= SHORTEST_PART && strlen(word) >= SHORTEST_PART &&
               (strstr(name, word) != NULL || strstr(word, name) != NULL);
  return holds && few < distance ? few : distance;
}

/* Is the first name a better one for the word than the second? Keys of a table
   have no order, and so equals are told apart by their spelling. */
static bool is_nearer(const char *word, const char *a, const char *b) {
  size_t of_a = unlikeness(word, a), of_b = unlikeness(word, b);
  if (of_a != of_b)
    return of_a < of_b;
  of_a = m365_text_distance(word, a);
  of_b = m365_text_distance(word, b);
  return of_a != of_b ? of_a < of_b : strcmp(a, b) < 0;
}

/***
The name in a table that is most like a word.
@function nearest
@tparam string word
@tparam table names its keys count
@treturn ?string nil where nothing is alike
*/
int m365_options_nearest(lua_State *L) {
  const char *word = luaL_checkstring(L, 1), *best = NULL;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1)) {
    const char *name =
        lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    if (name != NULL && unlikeness(word, name) < strlen(word) &&
        (best == NULL || is_nearer(word, name, best)))
      best = name; /* kept by the table */
  }
  lua_pushstring(L, best);
  return 1;
}

int m365_options_refuse_method(lua_State *L, const char *what) {
  const char *like;
  lua_pushcfunction(L, m365_options_nearest);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -3);
  lua_call(L, 2, 1);
  like = lua_tostring(L, -1);
  if (like != NULL)
    return luaL_error(L, "%s: unknown method '%s'; did you mean '%s'?", what,
                      lua_tostring(L, 2), like);
  return luaL_error(L, "%s: unknown method '%s'", what, lua_tostring(L, 2));
}

/*
** Reading
*/

static const struct m365_option *
find_option(const struct m365_option *const *groups, const char *key) {
  for (; *groups != NULL; groups++)
    for (const struct m365_option *o = *groups; o->name != NULL; o++)
      if (strcmp(o->name, key) == 0)
        return o;
  return NULL;
}

static void refuse_key(lua_State *L, const char *what,
                       const struct m365_option *const *groups) {
  const char *key = luaL_tolstring(L, -2, NULL);
  const char *like = nearest(groups, key);
  if (like != NULL)
    luaL_error(L, "%s: unknown option '%s'; did you mean '%s'?", what, key,
               like);
  luaL_error(L, "%s: unknown option '%s'", what, key);
}

static lua_Integer check_whole(lua_State *L, const char *field,
                               lua_Integer least) {
  int is_whole = 0;
  lua_Integer n = 0;
  if (lua_type(L, -1) == LUA_TNUMBER)
    n = lua_tointegerx(L, -1, &is_whole);
  if (!is_whole || n < least || n > 2147483647)
    luaL_error(L, "%s: a whole number of at least %I was expected, got %s",
               field, least, luaL_tolstring(L, -1, NULL));
  return n;
}

static bool check_flag(lua_State *L, const char *field) {
  if (lua_type(L, -1) != LUA_TBOOLEAN)
    luaL_error(L, "%s: true or false was expected, got %s", field,
               luaL_typename(L, -1));
  return lua_toboolean(L, -1) != 0;
}

/* the value is on the top of the stack */
static void read_option(lua_State *L, const struct m365_option *o,
                        const char *field, void *to) {
  char *slot = (char *)to + o->offset;
  switch (o->kind) {
  case M365_DURATION:
    *(double *)(void *)slot =
        m365_options_check_duration(L, lua_gettop(L), field);
    break;
  case M365_COUNT:
    *(unsigned *)(void *)slot =
        (unsigned)check_whole(L, field, (lua_Integer)o->least);
    break;
  case M365_SIZE:
    *(size_t *)(void *)slot = (size_t)check_whole(L, field, 1);
    break;
  case M365_FLAG:
    *(bool *)(void *)slot = check_flag(L, field);
    break;
  case M365_TEXT:
    *(const char **)(void *)slot =
        m365_options_check_line(L, lua_gettop(L), field);
    break;
  case M365_VALUE:
    break;
  }
}

void m365_options_read(lua_State *L, int index, const char *what,
                       const struct m365_option *const *groups, void *to) {
  index = lua_absindex(L, index);
  if (lua_isnoneornil(L, index))
    return;
  if (!lua_istable(L, index))
    luaL_error(L, "%s: a table of options was expected, got %s", what,
               luaL_typename(L, index));
  for (lua_pushnil(L); lua_next(L, index) != 0;) {
    const struct m365_option *o = NULL;
    if (lua_type(L, -2) == LUA_TSTRING)
      o = find_option(groups, lua_tostring(L, -2));
    if (o == NULL)
      refuse_key(L, what, groups);
    lua_pushfstring(L, "%s.%s", what, o->name);
    lua_insert(L, -2); /* key, field, value */
    read_option(L, o, lua_tostring(L, -2), to);
    lua_settop(L, -3); /* key: lua_next goes on from it */
  }
}
