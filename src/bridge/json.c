#include "bridge/json.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "bridge/cjson.h"
#include "base/json_text.h"
#include "base/text.h"
#include "bridge/field.h"

/* deeper than this is a cycle, or an attack */
#define DEEPEST 100

/* integers up to here survive a double: 2^53 */
#define EXACT 9007199254740992.0

/* from here on, in bytes, a text matters to the collector */
#define LONG_TEXT ((size_t)64 << 10)

/* Lua values take about four times the bytes of their text; as much again is
   for what a script makes of them */
#define GROWTH 8

/* in KiB */
#define LARGEST_LOAN 16384

/* a heap of fewer loans than this is mostly the page's */
#define SMALL_HEAP 4

/* registry keys: their addresses are unique, their values are not used */
static const char decode_key = 'd', array_key = 'a', loan_key = 'l';

/*
** Reading
*/

/* An instance is made from the module as the host sees it, or from one that
   the host never sees: which locale its numbers are read in is a static of the
   library, set whenever it is opened or an instance is made. */
void m365_json_open(lua_State *L) {
  m365_cjson_push(L);
  lua_getfield(L, -1, "decode_invalid_numbers");
  lua_pushboolean(L, 0);
  lua_call(L, 1, 0);
  lua_getfield(L, -1, "decode");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &decode_key);
  lua_pop(L, 1);
  lua_newtable(L); /* the metatable that marks a list */
  m365_field_text(L, "__name", "m365restore.array");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &array_key);
}

/*
** A page lives as long as it is walked, and is garbage as a whole when the
** next one is asked for. A collection in between would look at all of it,
** free nothing, and in generational mode make it old before its time. So the
** collector is lent about the memory that a long text will take, in the
** currency it counts in, and gets it back, with the chance to work, when the
** value is gone. One loan at a time, and a bounded one: whatever becomes of
** a page, no more than that is ever collected late. A host that has stopped
** the collector is not meddled with.
*/

void m365_json_discarded(lua_State *L) {
  int loan;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loan_key);
  loan = (int)lua_tointeger(L, -1);
  lua_pop(L, 1);
  if (loan == 0 || lua_gc(L, LUA_GCISRUNNING) != 1)
    return;
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &loan_key);
  /* what is young and dead goes first, unless much else lives: this ends the
     pause that a collector makes */
  if (lua_gc(L, LUA_GCCOUNT) < SMALL_HEAP * loan)
    lua_gc(L, LUA_GCSTEP, 0);
  lua_gc(L, LUA_GCSTEP, loan);
}

static void lend(lua_State *L, size_t length) {
  size_t loan = length / 1024 * GROWTH;
  m365_json_discarded(L);
  if (lua_gc(L, LUA_GCISRUNNING) != 1)
    return;
  loan = loan < LARGEST_LOAN ? loan : LARGEST_LOAN;
  lua_pushinteger(L, (lua_Integer)loan);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &loan_key);
  lua_gc(L, LUA_GCSTEP, -(int)loan);
}

/* Replaces the text on the top by one that the decoder reads in any locale. */
static void mend(lua_State *L) {
  size_t length, used;
  const char *text = lua_tolstring(L, -1, &length);
  luaL_Buffer b;
  if (!m365_json_text_repair(text, length, NULL, &used))
    return;
  m365_json_text_repair(text, length, luaL_buffinitsize(L, &b, used), &used);
  luaL_pushresultsize(&b, used);
  lua_replace(L, -2);
}

/* Raises on the marks with which UTF-16 begins. */
static void refuse_utf16(lua_State *L) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  if (length >= 2 &&
      (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
    lua_pushliteral(L, "the text is UTF-16, and JSON is UTF-8");
    lua_error(L);
  }
}

/*
** What is called protected, so that a lack of memory keeps its name
*/

/* text -> value */
static int decode(lua_State *L) {
  size_t length = lua_rawlen(L, -1);
  if (LUA_VERSION_NUM == 504 && length >= LONG_TEXT)
    lend(L, length);
  refuse_utf16(L);
  mend(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &decode_key);
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  return 1;
}

/* buffer -> value; its bytes are freed first, since decoding takes several
   times as many */
static int decode_buffer(lua_State *L) {
  struct m365_buffer *text = lua_touserdata(L, 1);
  lua_pushlstring(L, text->bytes, text->length);
  m365_buffer_free(text);
  return decode(L);
}

/* strtod, which the decoder calls, reads "1,2" as one number where the locale
   has a decimal comma: this thread has none meanwhile. */
static const char *run(lua_State *L, lua_CFunction f) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before;
  int status;
  lua_pushcfunction(L, f);
  lua_insert(L, -2);
  before = uselocale(plain);
  status = lua_pcall(L, 1, 1, 0);
  uselocale(before);
  if (plain != (locale_t)0)
    freelocale(plain);
  return status == LUA_OK       ? NULL
         : status == LUA_ERRMEM ? "no_memory"
                                : "bad_json";
}

static int copy(lua_State *L) {
  m365_json_copy(L);
  return 1;
}

const char *m365_json_plain(lua_State *L) {
  return run(L, copy);
}

const char *m365_json_decode(lua_State *L) {
  return run(L, decode);
}

const char *m365_json_take(lua_State *L, struct m365_buffer *text) {
  const char *problem;
  lua_pushlightuserdata(L, text);
  problem = run(L, decode_buffer);
  m365_buffer_free(text);
  return problem;
}

/* The only light userdata that a decoder makes is its null. */
void m365_json_normalize(lua_State *L) {
  if (lua_islightuserdata(L, -1)) {
    lua_pop(L, 1);
    lua_pushnil(L);
  } else if (lua_type(L, -1) == LUA_TNUMBER && !lua_isinteger(L, -1)) {
    lua_Number n = lua_tonumber(L, -1);
    if (n == floor(n) && fabs(n) <= EXACT) {
      lua_pop(L, 1);
      lua_pushinteger(L, (lua_Integer)n);
    }
  }
}

void m365_json_field(lua_State *L, const char *field, double value) {
  if (value < 0)
    return;
  lua_pushnumber(L, value);
  m365_json_normalize(L);
  lua_setfield(L, -2, field);
}

/* A null in the middle of a list would be a hole; it is kept as it is. */
void m365_json_copy(lua_State *L) {
  m365_json_normalize(L);
  if (!lua_istable(L, -1))
    return;
  luaL_checkstack(L, 6, "json: too deep");
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, -3) != 0;) { /* old, new, key, value */
    m365_json_copy(L);
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
  lua_remove(L, -2);
}

void m365_json_null(lua_State *L) {
  lua_pushlightuserdata(L, NULL);
}

int m365_json_array(lua_State *L) {
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &array_key);
  lua_setmetatable(L, 1);
  return 1;
}

/*
** Writing
*/

struct writer {
  lua_State *L;
  struct m365_buffer *to;
  const char *field; /* where we are, for messages; anchored on the stack */
  int depth;
};

static void write_value(struct writer *w, int index);

static void put(struct writer *w, const char *bytes, size_t n) {
  if (!m365_buffer_append(w->to, bytes, n))
    luaL_error(w->L, "%s: too large to send", w->field);
}

static void put_text(struct writer *w, const char *text) {
  put(w, text, strlen(text));
}

static void put_escaped(struct writer *w, unsigned char c) {
  char text[8];
  if (c == '"' || c == '\\')
    snprintf(text, sizeof text, "\\%c", c);
  else
    snprintf(text, sizeof text, "\\u%04x", c);
  put_text(w, text);
}

static void write_string(struct writer *w, int index) {
  size_t length;
  const char *s = lua_tolstring(w->L, index, &length);
  put(w, "\"", 1);
  for (size_t i = 0; i < length;) {
    uint32_t code;
    size_t n = m365_text_decode(s + i, length - i, &code);
    if (n == 0)
      luaL_error(w->L, "%s: not valid UTF-8", w->field);
    if (n == 1 && ((unsigned char)s[i] < 0x20 || s[i] == '"' || s[i] == '\\'))
      put_escaped(w, (unsigned char)s[i]);
    else
      put(w, s + i, n);
    i += n;
  }
  put(w, "\"", 1);
}

/* Writes a number as the locale of the host does into one as JSON has it: what
   is no digit, sign or exponent is its decimal point, of one byte or more. */
static void put_float(struct writer *w, const char *text) {
  size_t point = strspn(text, "-0123456789");
  size_t behind = point + strcspn(text + point, "e0123456789");
  put(w, text, point);
  if (behind > point)
    put_text(w, ".");
  put_text(w, text + behind);
}

/* As short as it reads back the same, in the same locale. */
static void write_float(struct writer *w, double n) {
  char text[40];
  if (!isfinite(n))
    luaL_error(w->L, "%s: %f cannot be sent as JSON", w->field, n);
  for (int digits = 15; digits <= 17; digits++) { /* 17 are always enough */
    snprintf(text, sizeof text, "%.*g", digits, n);
    if (strtod(text, NULL) == n)
      break;
  }
  put_float(w, text);
}

static void write_number(struct writer *w, int index) {
  char text[40];
  lua_Number n = lua_tonumber(w->L, index);
  if (lua_isinteger(w->L, index))
    snprintf(text, sizeof text, LUA_INTEGER_FMT, lua_tointeger(w->L, index));
  else if (n == floor(n) && fabs(n) <= EXACT)
    snprintf(text, sizeof text, "%.0f", n);
  else {
    write_float(w, n);
    return;
  }
  put_text(w, text);
}

static bool is_marked(lua_State *L, int index) {
  bool marked;
  if (!lua_getmetatable(L, index))
    return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &array_key);
  marked = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return marked;
}

/* A list is what is marked as one, or has an element 1; an empty table that
   is not marked is an object. */
static bool is_list(lua_State *L, int index) {
  return is_marked(L, index) || lua_rawlen(L, index) > 0;
}

static void write_list(struct writer *w, int index) {
  lua_State *L = w->L;
  lua_Integer n = (lua_Integer)lua_rawlen(L, index);
  const char *outer = w->field;
  put(w, "[", 1);
  for (lua_Integer i = 1; i <= n; i++) {
    w->field = lua_pushfstring(L, "%s[%I]", outer, i);
    if (i > 1)
      put(w, ",", 1);
    lua_rawgeti(L, index, i);
    write_value(w, lua_gettop(L));
    lua_pop(L, 2);
  }
  w->field = outer;
  put(w, "]", 1);
}

static int compare_keys(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t count_keys(struct writer *w, int index) {
  size_t n = 0;
  lua_State *L = w->L;
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1), n++)
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L,
                 "%s: a table is either a list or has names for keys; "
                 "found the key %s",
                 w->field, luaL_tolstring(L, -2, NULL));
  return n;
}

/* Pushes a block with the keys, sorted; the strings stay anchored in the
   table itself. */
static const char **push_sorted_keys(lua_State *L, int index, size_t n) {
  const char **keys = lua_newuserdatauv(L, (n + 1) * sizeof *keys, 0);
  size_t i = 0;
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
    keys[i++] = lua_tostring(L, -2);
  qsort(keys, n, sizeof *keys, compare_keys);
  return keys;
}

static void write_object(struct writer *w, int index) {
  lua_State *L = w->L;
  const char *outer = w->field;
  size_t n = count_keys(w, index);
  const char **keys = push_sorted_keys(L, index, n);
  put(w, "{", 1);
  for (size_t i = 0; i < n; i++) {
    w->field = lua_pushfstring(L, "%s.%s", outer, keys[i]);
    if (i > 0)
      put(w, ",", 1);
    lua_pushstring(L, keys[i]);
    write_string(w, lua_gettop(L));
    put(w, ":", 1);
    lua_rawget(L, index); /* the key is replaced by its value */
    write_value(w, lua_gettop(L));
    lua_pop(L, 2);
  }
  lua_pop(L, 1); /* the block of keys */
  w->field = outer;
  put(w, "}", 1);
}

static void write_table(struct writer *w, int index) {
  if (++w->depth > DEEPEST)
    luaL_error(w->L, "%s: nested too deeply, or in itself", w->field);
  luaL_checkstack(w->L, 10, "json: too deep");
  if (is_list(w->L, index)) {
    size_t n = 0;
    for (lua_pushnil(w->L); lua_next(w->L, index) != 0; lua_pop(w->L, 1))
      n++;
    if (n != lua_rawlen(w->L, index))
      luaL_error(w->L, "%s: a list has holes, or names among its numbers",
                 w->field);
    write_list(w, index);
  } else {
    write_object(w, index);
  }
  w->depth--;
}

/* A value that stands for a table, as the library's resources do, has a
   __json that returns it. */
static void write_behind(struct writer *w, int index) {
  lua_State *L = w->L;
  if (luaL_getmetafield(L, index, "__json") == LUA_TNIL)
    luaL_error(L, "%s: a %s cannot be sent as JSON", w->field,
               luaL_typename(L, index));
  lua_pushvalue(L, index);
  lua_call(L, 1, 1);
  write_table(w, lua_gettop(L));
  lua_pop(L, 1);
}

static void write_value(struct writer *w, int index) {
  lua_State *L = w->L;
  switch (lua_type(L, index)) {
  case LUA_TSTRING:
    write_string(w, index);
    break;
  case LUA_TNUMBER:
    write_number(w, index);
    break;
  case LUA_TBOOLEAN:
    put_text(w, lua_toboolean(L, index) ? "true" : "false");
    break;
  case LUA_TLIGHTUSERDATA:
    put_text(w, "null");
    break;
  case LUA_TTABLE:
    write_table(w, index);
    break;
  default:
    write_behind(w, index);
  }
}

void m365_json_encode(lua_State *L, int index, const char *field,
                      struct m365_buffer *to) {
  struct writer w = {L, to, field, 0};
  write_value(&w, lua_absindex(L, index));
}
