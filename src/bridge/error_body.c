#include "bridge/error_body.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "graph/catalogue.h"
#include "bridge/json.h"
#include "base/text.h"

/* longer messages are cut: an error is read by a person */
#define LONGEST_MESSAGE 2000

/* of a page or a text that is no JSON, the start is enough */
#define LONGEST_EXCERPT 300

/* longer codes are cut, too */
#define LONGEST_CODE 200

/* a text without a blank that is longer is data, and not a message */
#define LONGEST_WORD 100

/* errors in errors in errors */
#define DEEPEST 8

/* tables in place of texts are not looked into deeper than this */
#define DEEPEST_TEXT 3

/*
** Members of tables. Services do not agree about capitals in their names.
*/

/* Pushes the member as its name is written; false: there is none, or it is
   null, and nothing is pushed. The table is on the top. */
static bool push_exactly(lua_State *L, const char *name) {
  lua_getfield(L, -1, name);
  m365_json_normalize(L);
  if (!lua_isnil(L, -1))
    return true;
  lua_pop(L, 1);
  return false;
}

static bool push_in_any_case(lua_State *L, const char *name) {
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    m365_json_normalize(L);
    if (lua_type(L, -2) == LUA_TSTRING && !lua_isnil(L, -1) &&
        m365_text_same(lua_tostring(L, -2), name)) {
      lua_remove(L, -2);
      return true;
    }
  }
  return false;
}

static bool push_member(lua_State *L, const char *name) {
  return push_exactly(L, name) || push_in_any_case(L, name);
}

/* Does the object have the field? */
static bool has(lua_State *L, int object, const char *field) {
  bool there = lua_getfield(L, object, field) != LUA_TNIL;
  lua_pop(L, 1);
  return there;
}

/*
** Texts
*/

static bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Replaces the string on the top by valid UTF-8 of at most `most` bytes, no
   character of it cut, without blanks at its ends; false: nothing is left, and
   it is popped. */
static bool tidy(lua_State *L, size_t most) {
  luaL_Buffer b;
  size_t length;
  const char *s = lua_tolstring(L, -1, &length);
  char *to;
  for (; length > 0 && is_blank(*s); s++)
    length--;
  while (length > 0 && is_blank(s[length - 1]))
    length--;
  length = m365_text_cut(s, length, most);
  to = luaL_buffinitsize(L, &b, length * M365_TEXT_GROWTH);
  luaL_pushresultsize(&b, m365_text_repair(s, length, to));
  lua_remove(L, -2);
  if (length > 0)
    return true;
  lua_pop(L, 1);
  return false;
}

/* Sets the field of the object to the text on the top, unless it is set. */
static void set_unless(lua_State *L, int object, const char *field) {
  if (has(L, object, field))
    lua_pop(L, 1);
  else
    lua_setfield(L, object, field);
}

/* Replaces the value on the top by the text that it stands for: itself, or
   that inside of { lang, value }. false: it is none, and it is popped. */
static bool to_text(lua_State *L, size_t most) {
  for (int depth = 0; lua_istable(L, -1) && depth < DEEPEST_TEXT; depth++) {
    if (!push_member(L, "value") && !push_member(L, "message"))
      break;
    lua_remove(L, -2);
  }
  if (lua_type(L, -1) == LUA_TSTRING)
    return tidy(L, most);
  lua_pop(L, 1);
  return false;
}

/* Sets the field of the object to a text member of the table on the top,
   unless it is set. */
static void take_text(lua_State *L, int object, const char *name,
                      const char *field, size_t most) {
  if (!has(L, object, field) && push_member(L, name) && to_text(L, most))
    lua_setfield(L, object, field);
}

static void take_message(lua_State *L, int object) {
  static const char *const names[] = {"message", "error_description", "detail",
                                      "title"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    take_text(L, object, names[i], "message", LONGEST_MESSAGE);
}

/*
** Codes
*/

/* A status in place of a code tells nothing new. */
static bool is_status(const char *code) {
  char *end;
  long status = strtol(code, &end, 10);
  return *end == '\0' && status >= 100 && status < 600;
}

/* Replaces the value on the top by the code that it is; false: it is none, and
   it is popped. */
static bool to_code(lua_State *L) {
  if (!to_text(L, LONGEST_CODE))
    return false;
  if (!is_status(lua_tostring(L, -1)))
    return true;
  lua_pop(L, 1);
  return false;
}

static void take_code(lua_State *L, int object) {
  if (!has(L, object, "service_code") && push_member(L, "code") && to_code(L))
    lua_setfield(L, object, "service_code");
}

/*
** Objects
*/

/* The inner error of the table on the top is pushed; false: there is none, and
   nothing is pushed. */
static bool push_inner(lua_State *L) {
  if (!push_member(L, "innerError"))
    return false;
  if (lua_istable(L, -1))
    return true;
  lua_pop(L, 1);
  return false;
}

/* The innermost code that is known to be the service's says most; without one
   the outer counts. A message inside counts where there is none outside. The
   error is on the top. */
static void take_inner(lua_State *L, int object) {
  int base = lua_gettop(L);
  luaL_checkstack(L, DEEPEST + 10, "an error in errors");
  for (int depth = 0; depth < DEEPEST && push_inner(L); depth++) {
    if (push_member(L, "code") && to_code(L)) {
      if (m365_catalogue_service(lua_tostring(L, -1)) != NULL)
        lua_setfield(L, object, "service_code");
      else
        lua_pop(L, 1);
    }
    take_text(L, object, "request-id", "request_id", LONGEST_CODE);
    take_message(L, object);
  }
  lua_settop(L, base);
}

/* Turns the value on the top into a table of its own: a text is a message.
   false: it says nothing, as null does. */
static bool to_detail(lua_State *L) {
  static const char *const names[] = {"code", "message", "target"};
  if (lua_type(L, -1) == LUA_TSTRING) {
    lua_newtable(L);
    lua_insert(L, -2);
    lua_setfield(L, -2, "message");
  }
  if (!lua_istable(L, -1))
    return false;
  m365_json_copy(L);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (push_exactly(L, names[i])) {
      if (!to_text(L, LONGEST_MESSAGE))
        lua_pushnil(L);
      lua_setfield(L, -2, names[i]);
    }
  return true;
}

/* Pushes the details in the list on the top, those that say something. The
   first message of them counts where the error itself has none. */
static void push_details(lua_State *L, int object) {
  int list = lua_gettop(L);
  lua_Integer n = 0;
  lua_newtable(L);
  for (lua_Unsigned i = 1; i <= lua_rawlen(L, list); i++) {
    lua_rawgeti(L, list, (lua_Integer)i);
    if (to_detail(L)) {
      take_message(L, object);
      lua_rawseti(L, -2, ++n);
    } else {
      lua_pop(L, 1);
    }
  }
}

static void take_details(lua_State *L, int object) {
  int base = lua_gettop(L);
  if (!has(L, object, "details") && push_member(L, "details") &&
      lua_istable(L, -1)) {
    push_details(L, object);
    lua_setfield(L, object, "details");
  }
  lua_settop(L, base);
}

/* Takes from the error object on the top, which stays, what is not known. */
static void take_error(lua_State *L, int object) {
  take_code(L, object);
  take_text(L, object, "target", "target", LONGEST_MESSAGE);
  take_message(L, object);
  take_inner(L, object);
  take_details(L, object);
}

/* The text that stands where Graph has an object is on the top of its table,
   and is popped: a code if OAuth's description is beside it, or else what is
   said where nothing more exact is. */
static void take_word(lua_State *L, int object) {
  bool explained;
  lua_pushvalue(L, -2);
  explained = push_member(L, "error_description");
  lua_pop(L, explained ? 1 : 0);
  take_message(L, object);
  lua_pop(L, 1);
  if (explained && to_code(L))
    lua_setfield(L, object, "service_code");
  else if (!explained && to_text(L, LONGEST_MESSAGE))
    set_unless(L, object, "message");
}

/* Takes from the table on the top, which stays: the error in its envelope, and
   then what stands beside it, which is all there is without an envelope. */
static void take_table(lua_State *L, int object) {
  static const char *const envelopes[] = {"error", "odata.error"};
  for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++) {
    if (!push_member(L, envelopes[i]))
      continue;
    if (lua_type(L, -1) == LUA_TSTRING) {
      take_word(L, object);
      continue;
    }
    if (lua_istable(L, -1))
      take_error(L, object);
    lua_pop(L, 1);
  }
  take_error(L, object);
}

/*
** Pages and plain text
*/

/* Where `word` begins, in any case; NULL: nowhere. */
static const char *find_word(const char *text, const char *end,
                             const char *word) {
  size_t n = strlen(word);
  for (; (size_t)(end - text) >= n; text++)
    if (m365_text_same_start(text, word, n))
      return text;
  return NULL;
}

/* Narrows a page to its title, where it has one. */
static void find_title(const char **text, const char **end) {
  const char *title = find_word(*text, *end, "<title");
  const char *after = title != NULL ? find_word(title, *end, "</title") : NULL;
  if (after != NULL) {
    *text = title;
    *end = after;
  }
}

/* Adds the words outside of tags, one blank between two of them; a little more
   than an excerpt, so that the cut finds whole characters. */
static void add_words(luaL_Buffer *b, const char *text, const char *end) {
  bool inside = false, gap = false;
  for (; text < end && luaL_bufflen(b) < LONGEST_EXCERPT + 4; text++) {
    if (*text == '<' || (*text == '>' && inside)) {
      inside = *text == '<';
      gap = true;
    } else if (is_blank(*text)) {
      gap = true;
    } else if (!inside) {
      if (gap && luaL_bufflen(b) > 0)
        luaL_addchar(b, ' ');
      gap = false;
      luaL_addchar(b, *text);
    }
  }
}

/* Is it meant for a person? Data in base64 has no blanks, and the bytes of
   another protocol are controls. */
static bool is_for_people(const char *text, size_t length) {
  bool word = true;
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)text[i] < 0x20 && !is_blank(text[i]))
      return false;
    word = word && !is_blank(text[i]);
  }
  return !word || length <= LONGEST_WORD;
}

/* Replaces the text on the top, which is not JSON, by what it says to a
   person. */
static void to_excerpt(lua_State *L) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length), *end = text + length;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  if (is_for_people(text, length)) {
    find_title(&text, &end);
    add_words(&b, text, end);
  }
  luaL_pushresult(&b);
  lua_remove(L, -2);
}

/* Replaces the text on the top by the value that it stands for; one that is
   not JSON, by what it says to a person. */
static void decode(lua_State *L) {
  lua_pushvalue(L, -1);
  if (m365_json_decode(L) == NULL) {
    lua_remove(L, -2);
  } else {
    lua_pop(L, 1);
    to_excerpt(L);
  }
}

/* Some services answer with a list of errors. */
static void to_first(lua_State *L) {
  if (lua_istable(L, -1) && lua_rawlen(L, -1) > 0) {
    lua_rawgeti(L, -1, 1);
    lua_remove(L, -2);
  }
}

void m365_error_body_take(lua_State *L, int object) {
  luaL_checkstack(L, 20, "an error object");
  if (lua_type(L, -1) == LUA_TSTRING)
    decode(L);
  to_first(L);
  if (lua_istable(L, -1)) {
    take_table(L, object);
    lua_pop(L, 1);
  } else if (to_text(L, LONGEST_MESSAGE)) {
    lua_setfield(L, object, "message");
  }
}
