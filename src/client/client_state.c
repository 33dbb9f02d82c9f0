#include "client/client_state.h"

#include <string.h>
#include <lauxlib.h>

#include "base/clock.h"
#include "base/text.h"

/* how long a thing that we made may be unknown to a replica, in seconds */
#define GRACE 60.0

/* things made by us that are remembered before the old ones are swept out */
#define MOST_CREATED 256

struct m365_client *m365_client_check(lua_State *L, int index) {
  return luaL_checkudata(L, index, M365_CLIENT);
}

/*
** Things that were just made
*/

static void sweep(lua_State *L, int table, double now) {
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
    if (lua_tonumber(L, -1) + GRACE < now) {
      lua_pushvalue(L, -2);
      lua_pushnil(L);
      lua_rawset(L, table);
    }
}

void m365_client_note_created(lua_State *L, int client) {
  double now = m365_clock_monotonic();
  int table, n = 0;
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    return;
  }
  lua_getiuservalue(L, client, M365_CLIENT_CREATED);
  table = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
    n++;
  if (n >= MOST_CREATED)
    sweep(L, table, now);
  lua_pushvalue(L, -2);
  lua_pushnumber(L, now);
  lua_rawset(L, table);
  lua_pop(L, 2);
}

double m365_client_grace_until(lua_State *L, int client) {
  double until = 0;
  lua_getiuservalue(L, client, M365_CLIENT_CREATED);
  lua_insert(L, -2);
  if (lua_type(L, -1) == LUA_TSTRING && lua_rawget(L, -2) == LUA_TNUMBER)
    until = lua_tonumber(L, -1) + GRACE;
  lua_pop(L, 2);
  return until;
}

/*
** URLs
*/

const char *m365_client_version(const struct m365_client *c) {
  return c->beta ? "beta" : "v1.0";
}

/* Only an address can be trusted to be near: a name may lead anywhere. */
static bool is_address(const char *host) {
  return strspn(host, "0123456789.") == strlen(host);
}

static bool is_loopback_name(const char *host) {
  return m365_text_same(host, "localhost") || strcmp(host, "[::1]") == 0 ||
         (strncmp(host, "127.", 4) == 0 && is_address(host));
}

static const char *check_scheme(const char *scheme, const char *host,
                                bool nearby, bool *plain) {
  *plain = strcmp(scheme, "http") == 0;
  if (!*plain)
    return strcmp(scheme, "https") == 0 ? NULL : "an https URL was expected";
  if (is_loopback_name(host) || (nearby && is_address(host)))
    return NULL;
  return "plain http is only allowed to this machine: use https";
}

static const char *check_parts(CURLU *url, bool nearby, bool *plain) {
  char *scheme = NULL, *host = NULL, *part = NULL;
  const char *problem = "an https URL was expected";
  curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
  curl_url_get(url, CURLUPART_HOST, &host, 0);
  if (scheme != NULL && host != NULL)
    problem = check_scheme(scheme, host, nearby, plain);
  if (curl_url_get(url, CURLUPART_USER, &part, 0) == CURLUE_OK) {
    problem = "a URL without user and password was expected";
    curl_free(part);
  }
  curl_free(scheme);
  curl_free(host);
  return problem;
}

const char *m365_url_problem(const char *text, bool nearby, bool *plain) {
  CURLU *url = curl_url();
  const char *problem = "it cannot be understood as a URL";
  if (url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK)
    problem = check_parts(url, nearby, plain);
  curl_url_cleanup(url);
  return problem;
}
