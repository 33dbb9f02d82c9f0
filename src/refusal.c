#include "refusal.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <lauxlib.h>

#include "catalogue.h"
#include "json.h"
#include "text.h"

/* longer messages are cut: an error is read by a person */
#define LONGEST_MESSAGE 2000

/* of a page or a text that is no JSON, the start is enough */
#define LONGEST_EXCERPT 300

/* errors in errors in errors */
#define DEEPEST 8

/*
** Texts
*/

/* Pushes a text, cut where a character ends. */
static void push_cut(lua_State *L, const char *text, size_t length,
                     size_t most) {
  lua_pushlstring(L, text, m365_text_cut(text, length, most));
}

/* Sets `field` of the table at `object` to the text on the top, unless that is
   empty or no text; pops it. True: it was set. */
static bool set_text(lua_State *L, int object, const char *field) {
  size_t length = 0;
  const char *text =
      lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
  if (length > 0) {
    push_cut(L, text, length, LONGEST_MESSAGE);
    lua_setfield(L, object, field);
  }
  lua_pop(L, 1);
  return length > 0;
}

/* Takes a text property of the table on the top. */
static bool take_text(lua_State *L, int object, const char *property,
                      const char *field) {
  lua_getfield(L, -1, property);
  return set_text(L, object, field);
}

/* Takes the message of the table on the top: a text, or OData's table with the
   text in `value`. */
static bool take_message(lua_State *L, int object) {
  static const char *const names[] = {"message", "Message", "error_description",
                                      "detail", "title"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (lua_getfield(L, -1, names[i]) == LUA_TTABLE) {
      lua_getfield(L, -1, "value");
      lua_remove(L, -2);
    }
    if (set_text(L, object, "message"))
      return true;
  }
  return false;
}

/*
** Objects
*/

/* Pushes the inner error of the table on the top, in either of its spellings;
   false: nothing is pushed. */
static bool push_inner(lua_State *L) {
  static const char *const spellings[] = {"innerError", "innererror"};
  for (size_t i = 0; i < 2; i++) {
    if (lua_getfield(L, -1, spellings[i]) == LUA_TTABLE)
      return true;
    lua_pop(L, 1);
  }
  return false;
}

/* The innermost code that is known to be the service's says most; without one
   the outer counts. The error is on the top. */
static void take_inner(lua_State *L, int object) {
  int base = lua_gettop(L);
  luaL_checkstack(L, DEEPEST + 10, "an error in errors");
  for (int depth = 0; depth < DEEPEST && push_inner(L); depth++) {
    if (lua_getfield(L, -1, "code") == LUA_TSTRING &&
        m365_catalogue_service(lua_tostring(L, -1)) != NULL)
      lua_setfield(L, object, "service_code");
    else
      lua_pop(L, 1);
    take_text(L, object, "request-id", "request_id");
  }
  lua_settop(L, base);
}

/* Turns the member on the top into a table: a text is a message. False: it
   says nothing, as null does. */
static bool as_detail(lua_State *L) {
  if (lua_type(L, -1) == LUA_TSTRING) {
    lua_newtable(L);
    lua_insert(L, -2);
    lua_setfield(L, -2, "message");
  }
  return lua_istable(L, -1);
}

/* Takes the details of the error on the top, those that say something. */
static void take_details(lua_State *L, int object) {
  int list = lua_gettop(L) + 1;
  lua_Integer n = 0;
  if (lua_getfield(L, -1, "details") == LUA_TTABLE) {
    lua_newtable(L);
    for (lua_Unsigned i = 1; i <= lua_rawlen(L, list); i++) {
      lua_rawgeti(L, list, (lua_Integer)i);
      if (as_detail(L)) {
        m365_json_copy(L);
        lua_rawseti(L, -2, ++n);
      } else {
        lua_pop(L, 1);
      }
    }
    lua_setfield(L, object, "details");
  }
  lua_settop(L, list - 1);
}

/* Takes what the error object on the top says, and pops it. */
static void take_error(lua_State *L, int object) {
  take_text(L, object, "code", "service_code");
  take_text(L, object, "target", "target");
  take_message(L, object);
  take_inner(L, object);
  take_details(L, object);
  lua_pop(L, 1);
}

/* The word that stands where Graph has an object is on the top of the table: a
   code if OAuth's description is beside it, else all that is said. Pops it. */
static void take_word(lua_State *L, int object) {
  bool explained = lua_getfield(L, -2, "error_description") == LUA_TSTRING;
  lua_pop(L, 1);
  set_text(L, object, explained ? "service_code" : "message");
}

/* Takes from the decoded table on the top, and pops it. */
static void take_table(lua_State *L, int object) {
  static const char *const envelopes[] = {"error", "odata.error"};
  for (size_t i = 0; i < 2; i++) {
    if (lua_getfield(L, -1, envelopes[i]) == LUA_TTABLE) {
      lua_remove(L, -2);
      take_error(L, object);
      return;
    }
    take_word(L, object);
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
    if (strncasecmp(text, word, n) == 0)
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
  for (; text < end && luaL_bufflen(b) < LONGEST_EXCERPT + 4;
       text++) {
    if (*text == '<' || (*text == '>' && inside)) {
      inside = *text == '<';
      gap = true;
    } else if (isspace((unsigned char)*text)) {
      gap = true;
    } else if (!inside) {
      if (gap && luaL_bufflen(b) > 0)
        luaL_addchar(b, ' ');
      gap = false;
      luaL_addchar(b, *text);
    }
  }
}

/* Takes from a text that is no JSON, on the top, and pops it. What has zero
   bytes is no text for a person. */
static void take_page(lua_State *L, int object) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length), *end = text + length;
  if (memchr(text, '\0', length) == NULL) {
    luaL_Buffer b;
    find_title(&text, &end);
    luaL_buffinit(L, &b);
    add_words(&b, text, end);
    luaL_pushresult(&b);
    text = lua_tolstring(L, -1, &length);
    push_cut(L, text, length, LONGEST_EXCERPT);
    set_text(L, object, "message");
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

void m365_refusal_take(lua_State *L, int object) {
  if (lua_type(L, -1) == LUA_TSTRING) {
    lua_pushvalue(L, -1);
    if (!m365_json_decode(L)) {
      lua_pop(L, 1);
      take_page(L, object);
      return;
    }
    lua_remove(L, -2);
  }
  if (lua_istable(L, -1))
    take_table(L, object);
  else
    set_text(L, object, "message");
}
