/*
** The model: Lua code in a state of its own, asked by one thread at a time.
**
** The module has new(options_json) -> { handle = f, call = g, connect = h }.
** handle takes a request table and returns an answer table; call takes a name
** and JSON and returns JSON; connect returns what becomes of a new connection,
** as an answer table. Everything that touches the state runs protected, so
** that neither an error nor a lack of memory reaches the server.
*/
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <microhttpd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static void push_text(lua_State *L, const struct m365_buffer *t) {
  lua_pushlstring(L, t->length > 0 ? t->bytes : "", t->length);
}

/* {====== Opening ====== */

static void set_package(lua_State *L, const char *field, const char *value) {
  if (value == NULL)
    return;
  lua_getglobal(L, "package");
  lua_pushstring(L, value);
  lua_setfield(L, -2, field);
  lua_pop(L, 1);
}

/* registry[name] = top[name], which has to be a function */
static void keep(lua_State *L, const char *name) {
  if (lua_getfield(L, -1, name) != LUA_TFUNCTION)
    luaL_error(L, "the model has no function '%s'", name);
  lua_setfield(L, LUA_REGISTRYINDEX, name);
}

static int load_model(lua_State *L) {
  const struct model_options *o = lua_touserdata(L, 1);
  luaL_openlibs(L);
  set_package(L, "path", o->path);
  set_package(L, "cpath", o->cpath);
  lua_getglobal(L, "require");
  lua_pushstring(L, o->module);
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "new");
  lua_pushstring(L, o->options);
  lua_call(L, 1, 1);
  keep(L, "handle");
  keep(L, "call");
  keep(L, "connect");
  return 0;
}

static void explain(lua_State *L, struct m365_buffer *why) {
  const char *message = lua_tostring(L, -1);
  if (message == NULL)
    message = "error object is not a string";
  (void)m365_buffer_append(why, message, strlen(message));
}

int sim_model_open(struct model *m, const struct model_options *o,
                   struct m365_buffer *why) {
  int code;
  m->L = luaL_newstate();
  if (m->L == NULL)
    return ENOMEM;
  lua_pushcfunction(m->L, load_model);
  lua_pushlightuserdata(m->L, (void *)o);
  if (lua_pcall(m->L, 1, 0, 0) == LUA_OK) {
    code = pthread_mutex_init(&m->lock, NULL);
  } else {
    code = EINVAL;
    explain(m->L, why);
  }
  if (code != 0)
    lua_close(m->L);
  return code;
}

void sim_model_close(struct model *m) {
  lua_close(m->L);
  pthread_mutex_destroy(&m->lock);
}

/* }====== */

/* {====== Requests ====== */

/* Names are lowered; a header that came twice is joined as HTTP joins. */
static void add_header(lua_State *L, const char *name, const char *value) {
  luaL_Buffer lowered;
  luaL_buffinit(L, &lowered);
  for (; *name; name++)
    luaL_addchar(&lowered, *name >= 'A' && *name <= 'Z'
                               ? (char)(*name - 'A' + 'a')
                               : *name);
  luaL_pushresult(&lowered);
  lua_pushvalue(L, -1);
  if (lua_rawget(L, -3) == LUA_TNIL)
    lua_pushstring(L, value);
  else
    lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), value);
  lua_remove(L, -2); /* headers, name, value */
  lua_rawset(L, -3);
}

static void push_headers(lua_State *L, const struct m365_buffer *headers) {
  const char *at = headers->bytes;
  const char *end = headers->length > 0 ? at + headers->length : at;
  lua_newtable(L);
  while (at < end) {
    const char *value = at + strlen(at) + 1;
    add_header(L, at, value);
    at = value + strlen(value) + 1;
  }
}

static void push_request(lua_State *L, const struct request *r) {
  lua_createtable(L, 0, 7);
  lua_pushstring(L, r->method);
  lua_setfield(L, -2, "method");
  push_text(L, &r->target);
  lua_setfield(L, -2, "target");
  push_headers(L, &r->headers);
  lua_setfield(L, -2, "headers");
  push_text(L, &r->body);
  lua_setfield(L, -2, "body");
  lua_pushinteger(L, (lua_Integer)r->connection);
  lua_setfield(L, -2, "connection");
  lua_pushboolean(L, r->truncated);
  lua_setfield(L, -2, "truncated");
  lua_pushnumber(L, sim_monotonic());
  lua_setfield(L, -2, "monotonic");
}

/* }====== */

/* {====== Answers: the table is at index 1 ====== */

static double number_field(lua_State *L, const char *name, double none) {
  double value;
  lua_getfield(L, 1, name);
  value = luaL_optnumber(L, -1, none);
  lua_pop(L, 1);
  return value;
}

static size_t offset_field(lua_State *L, const char *name) {
  double value = number_field(L, name, -1);
  return value < 0 ? (size_t)-1 : (size_t)value;
}

static enum action action_field(lua_State *L) {
  static const char *const names[] = {"answer", "drop",    "reset",
                                      "raw",    "silence", NULL};
  enum action action;
  lua_getfield(L, 1, "action");
  action = (enum action)luaL_checkoption(L, -1, "answer", names);
  lua_pop(L, 1);
  return action;
}

static struct MHD_Response *make_response(lua_State *L, struct gate *gate) {
  size_t pause_at = offset_field(L, "pause_at");
  size_t cut_at = offset_field(L, "cut_at");
  double seconds = number_field(L, "pause", 0);
  struct MHD_Response *response;
  size_t size;
  const char *body;
  lua_getfield(L, 1, "body");
  body = luaL_optlstring(L, -1, "", &size);
  if (pause_at == (size_t)-1 && cut_at == (size_t)-1)
    response = MHD_create_response_from_buffer(size, (void *)body,
                                               MHD_RESPMEM_MUST_COPY);
  else
    response = sim_broken_body(gate, body, size, pause_at, seconds, cut_at);
  lua_pop(L, 1);
  return response;
}

/* The name and the value are on the top. A name with a line break is refused
   there, and then not sent. */
static void set_header(lua_State *L, struct MHD_Response *response) {
  MHD_add_response_header(response, luaL_checkstring(L, -2),
                          luaL_checkstring(L, -1));
}

/* One header for each text of the list on the top, under its name. */
static void set_header_list(lua_State *L, struct MHD_Response *response) {
  lua_Integer n = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_pushvalue(L, -2);
    lua_geti(L, -2, i);
    set_header(L, response);
    lua_pop(L, 2);
  }
}

static void set_headers(lua_State *L, struct MHD_Response *response) {
  if (lua_getfield(L, 1, "headers") == LUA_TTABLE) {
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
      if (lua_istable(L, -1))
        set_header_list(L, response);
      else
        set_header(L, response);
      lua_pop(L, 1); /* the value; the name stays for lua_next */
    }
  }
  lua_pop(L, 1);
}

static void read_raw(lua_State *L, struct m365_buffer *raw) {
  size_t size;
  const char *bytes;
  lua_getfield(L, 1, "raw");
  bytes = luaL_optlstring(L, -1, "", &size);
  m365_buffer_init(raw, size);
  (void)m365_buffer_append(raw, bytes, size);
  lua_pop(L, 1);
}

static void read_answer(lua_State *L, struct gate *gate, struct answer *a) {
  luaL_checktype(L, 1, LUA_TTABLE);
  a->action = action_field(L);
  a->wait = number_field(L, "wait", 0);
  a->status = (unsigned int)number_field(L, "status", 200);
  if (a->action == ACTION_RAW)
    read_raw(L, &a->raw);
  if (a->action != ACTION_ANSWER)
    return;
  a->response = make_response(L, gate);
  if (a->response != NULL)
    set_headers(L, a->response);
}

/* }====== */

/* {====== Asking ====== */

struct question {
  struct model *model;
  struct request *request;
  struct answer *answer;
};

static int ask(lua_State *L) {
  struct question *q = lua_touserdata(L, 1);
  lua_settop(L, 0);
  lua_getfield(L, LUA_REGISTRYINDEX, "handle");
  push_request(L, q->request);
  lua_call(L, 1, 1);
  read_answer(L, q->model->gate, q->answer);
  return 0;
}

/* A fault of the model itself: the client sees it, the host lives on. */
static void confess(lua_State *L, struct answer *a) {
  struct m365_buffer why;
  m365_buffer_init(&why, SIZE_MAX);
  explain(L, &why);
  if (a->response != NULL)
    MHD_destroy_response(a->response);
  m365_buffer_free(&a->raw);
  a->action = ACTION_ANSWER;
  a->wait = 0;
  a->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
  a->response = MHD_create_response_from_buffer(why.length, why.bytes,
                                                MHD_RESPMEM_MUST_COPY);
  m365_buffer_free(&why);
}

void sim_model_answer(struct model *m, struct request *r, struct answer *a) {
  struct question q = {m, r, a};
  pthread_mutex_lock(&m->lock);
  lua_pushcfunction(m->L, ask);
  lua_pushlightuserdata(m->L, &q);
  if (lua_pcall(m->L, 1, 0, 0) != LUA_OK)
    confess(m->L, a);
  lua_settop(m->L, 0);
  pthread_mutex_unlock(&m->lock);
}

static int ask_connect(lua_State *L) {
  struct answer *a = lua_touserdata(L, 1);
  lua_settop(L, 0);
  lua_getfield(L, LUA_REGISTRYINDEX, "connect");
  lua_call(L, 0, 1);
  a->action = action_field(L);
  if (a->action == ACTION_RAW)
    read_raw(L, &a->raw);
  return 0;
}

/* A fault of the model shows in the first request. */
void sim_model_connect(struct model *m, struct answer *a) {
  pthread_mutex_lock(&m->lock);
  lua_pushcfunction(m->L, ask_connect);
  lua_pushlightuserdata(m->L, a);
  if (lua_pcall(m->L, 1, 0, 0) != LUA_OK)
    a->action = ACTION_ANSWER;
  lua_settop(m->L, 0);
  pthread_mutex_unlock(&m->lock);
}

struct order {
  const char *name;
  const char *json;
  struct m365_buffer *result;
};

static int run(lua_State *L) {
  const struct order *o = lua_touserdata(L, 1);
  const char *json;
  size_t size;
  lua_getfield(L, LUA_REGISTRYINDEX, "call");
  lua_pushstring(L, o->name);
  lua_pushstring(L, o->json);
  lua_pushnumber(L, sim_monotonic());
  lua_call(L, 3, 1);
  json = luaL_checklstring(L, -1, &size);
  if (!m365_buffer_append(o->result, json, size))
    luaL_error(L, "not enough memory");
  return 0;
}

bool sim_model_call(struct model *m, const char *name, const char *json,
                    struct m365_buffer *result) {
  struct order o = {name, json, result};
  bool ok;
  pthread_mutex_lock(&m->lock);
  lua_pushcfunction(m->L, run);
  lua_pushlightuserdata(m->L, &o);
  ok = lua_pcall(m->L, 1, 0, 0) == LUA_OK;
  if (!ok)
    explain(m->L, result);
  lua_settop(m->L, 0);
  pthread_mutex_unlock(&m->lock);
  return ok;
}

/* }====== */
