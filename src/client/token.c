/*** @submodule m365restore.core */
/*
** token: who a client is, at this moment.
**
** One cache for each client.
*/
#include "client/token.h"

#include <stdlib.h>
#include <string.h>
#include <lauxlib.h>

#include "base/clock.h"
#include "bridge/hooks.h"
#include "http/redact.h"

/* larger than any token that a proxy lets through */
#define LONGEST_TOKEN 65536

#define HEADER "Authorization: Bearer "

void m365_token_forget(struct m365_token *t) {
  if (t->line != NULL) {
    m365_buffer_wipe(t->line, strlen(t->line));
    free(t->line);
  }
  t->line = NULL;
}

/* The clock is on the top: it stays. A clock without monotonic() is one that
   is never set. */
static void push_reader(lua_State *L) {
  if (lua_getfield(L, -1, "monotonic") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_getfield(L, -1, "now");
  }
}

double m365_token_now(lua_State *L, int client) {
  double t = m365_clock_monotonic();
  lua_getiuservalue(L, client, M365_CLIENT_CLOCK);
  if (!lua_isnil(L, -1)) {
    push_reader(L);
    lua_insert(L, -2);
    if (m365_hooks_call_without(L, 1, 1) == LUA_OK && lua_isnumber(L, -1))
      t = lua_tonumber(L, -1);
  }
  lua_pop(L, 1);
  return t;
}

const char *m365_token_problem(lua_State *L, int index) {
  size_t length;
  const char *s;
  if (lua_type(L, index) != LUA_TSTRING)
    return "a token must be a string";
  s = lua_tolstring(L, index, &length);
  if (length == 0 || length > LONGEST_TOKEN)
    return "a token must not be empty, or longer than 64 KiB";
  for (size_t i = 0; i < length; i++)
    if (s[i] <= 0x20 || s[i] == 0x7f)
      return "a token must not hold blanks, line breaks or control characters";
  return NULL;
}

bool m365_token_keep(struct m365_token *t, const char *token) {
  size_t room = sizeof HEADER + strlen(token);
  char *line = malloc(room);
  if (line == NULL)
    return false;
  memcpy(line, HEADER, sizeof HEADER - 1);
  memcpy(line + sizeof HEADER - 1, token, strlen(token) + 1);
  m365_token_forget(t);
  t->line = line;
  t->generation++;
  t->expires = t->renew_at = M365_NEVER;
  t->hold = 0;
  return true;
}

void m365_token_set(lua_State *L, struct m365_client *c, int index) {
  const char *what = m365_token_problem(L, index);
  if (what != NULL)
    luaL_error(L, "client.credential: %s", what);
  if (!m365_token_keep(&c->token, lua_tostring(L, index)))
    luaL_error(L, "client.credential: not enough memory");
}

/* Strikes out the secret values of the table of headers at 3. */
static void strike_headers(lua_State *L, char *text, size_t length) {
  for (lua_pushnil(L); lua_next(L, 3) != 0; lua_pop(L, 1)) {
    const char *name = luaL_tolstring(L, -2, NULL);
    const char *value = luaL_tolstring(L, -2, NULL);
    lua_pushfstring(L, "%s: %s", name, value);
    m365_redact_header(lua_tostring(L, -1), text, length);
    lua_pop(L, 3);
  }
}

/***
A text that a server wrote, without the client's token and without the secrets
of headers.
@function without_secrets
@tparam client client
@tparam string text
@tparam table headers name -> text: what was sent
@treturn string as long as the text
*/
int m365_token_strike(lua_State *L) {
  const struct m365_client *c = m365_client_check(L, 1);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  char *to;
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 3);
  to = lua_newuserdatauv(L, length, 0);
  memcpy(to, text, length);
  if (c->token.line != NULL)
    m365_redact_header(c->token.line, to, length);
  strike_headers(L, to, length);
  lua_pushlstring(L, to, length);
  return 1;
}

/***
The middle part of the client's token, where it is a JWT: what it says of
itself, for display. Nothing in it is a secret, and nothing is to be trusted.
@function payload
@tparam client client
@treturn ?string base64url; nil where there is no token, or no such part
*/
int m365_token_payload(lua_State *L) {
  const struct m365_client *c = m365_client_check(L, 1);
  const char *first = c->token.line, *second;
  first = first != NULL ? strchr(first, '.') : NULL;
  second = first != NULL ? strchr(first + 1, '.') : NULL;
  if (second == NULL)
    return 0;
  lua_pushlstring(L, first + 1, (size_t)(second - first - 1));
  return 1;
}
