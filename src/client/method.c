/*** @submodule m365restore.core */
#include "client/method.h"

#include <stdio.h>
#include <string.h>

#include "client/call.h"
#include "bridge/json.h"
#include "client/pager.h"
#include "client/resource.h"
#include "bridge/field.h"

/* nils behind the arguments of a method, for those that were not given: an
   id, a body and options */
#define SPARE_ARGUMENTS 3

/*
** Paths
*/

/* Pushes the resource's own path. */
static void push_path(lua_State *L, int index) {
  const struct m365_resource *r = lua_touserdata(L, index);
  if (lua_getiuservalue(L, index, M365_RESOURCE_HOME) == LUA_TNIL) {
    lua_pop(L, 1);
    if (r->type->home == NULL)
      luaL_error(L, "%s has no path of its own", r->type->name);
    lua_pushstring(L, r->type->home);
  }
  lua_pushliteral(L, "/");
  if (m365_resource_push_id(L, index, r->type) != LUA_TSTRING)
    luaL_error(L, "%s has no id", r->type->name);
  m365_call_escape(L);
  lua_concat(L, 3);
}

/* What the placeholders of a row's path stand for. */
struct places {
  int self;         /* stack index of the receiver */
  bool has_id;      /* it is a resource with an id */
  int argument;     /* stack index of the next argument */
  const char *what; /* for messages */
};

static void push_argument(lua_State *L, struct places *p, const char *name) {
  lua_pushfstring(L, "%s: %s", p->what, name);
  lua_pushstring(L,
                 m365_options_check_id(L, p->argument++, lua_tostring(L, -1)));
  lua_remove(L, -2);
  m365_call_escape(L);
}

/* Pushes what the placeholder at `at` stands for. */
static void push_place(lua_State *L, struct places *p, const char *at) {
  const struct m365_resource *r = lua_touserdata(L, p->self);
  if (strncmp(at, "{self}", 6) == 0) {
    push_path(L, p->self);
  } else if (strncmp(at, "{id}", 4) == 0 && p->has_id) {
    if (m365_resource_push_id(L, p->self, r->type) != LUA_TSTRING)
      luaL_error(L, "%s has no id", r->type->name);
    m365_call_escape(L);
  } else {
    push_argument(L, p, "id");
  }
}

/* Pushes the path of a row, all places filled in. */
static void push_row_path(lua_State *L, const char *path, struct places *p) {
  lua_pushliteral(L, "");
  for (;;) {
    const char *open = strchr(path, '{');
    if (open == NULL)
      break;
    lua_pushlstring(L, path, (size_t)(open - path));
    push_place(L, p, open);
    lua_concat(L, 3);
    path = strchr(open, '}') + 1;
  }
  lua_pushstring(L, path);
  lua_concat(L, 2);
}

/*
** Methods
*/

/* A method call, as far as its arguments are read. */
struct method {
  const struct m365_action *row;
  const char *what; /* "sharePoint.create_session" */
  int client, path; /* stack indexes */
  bool refresh;     /* the receiver is replaced by the answer */
  struct m365_query query;
};

/* Pushes the client of the receiver at 1. */
static int push_client(lua_State *L) {
  if (m365_resource_test(L, 1) != NULL)
    lua_getiuservalue(L, 1, M365_RESOURCE_CLIENT);
  else
    lua_pushvalue(L, 1);
  m365_client_check(L, lua_gettop(L));
  return lua_gettop(L);
}

static void check_receiver(lua_State *L, const struct m365_action *row,
                           bool refresh) {
  const struct m365_resource *r = m365_resource_test(L, 1);
  if (r == NULL && strcmp(row->on, "client") == 0 && !refresh)
    m365_client_check(L, 1);
  else if (r == NULL || (!refresh && !m365_type_derives(r->type, row->on)))
    luaL_error(L,
               "%s: called on %s; was it called with a dot instead of a "
               "colon?",
               row->verb, luaL_tolstring(L, 1, NULL));
}

/* Reads the body at the next argument: its index, or 0. */
static int read_body(lua_State *L, const struct method *m, int *argument) {
  int index = *argument;
  if (m->row->body == M365_BODY_NONE)
    return 0;
  (*argument)++;
  if (m->row->body == M365_BODY_OPTIONAL && lua_isnoneornil(L, index))
    return 0;
  if (m->row->body == M365_BODY_DEFAULT && lua_isnoneornil(L, index)) {
    lua_newtable(L);
    lua_replace(L, index);
  }
  if (!lua_istable(L, index) && m365_resource_test(L, index) == NULL)
    luaL_error(L, "%s: body: a table was expected, got %s", m->what,
               luaL_typename(L, index));
  return index;
}

static void read_options(lua_State *L, struct method *m, int index) {
  m365_call_query(L, m->client, index, m->what,
                  strcmp(m->row->method, "GET") == 0, &m->query);
}

/* Reads the arguments behind the receiver; the body's index or 0. Leaves the
   row's path on the stack. */
static int read_arguments(lua_State *L, struct method *m) {
  int body;
  const struct m365_resource *r = m365_resource_test(L, 1);
  struct places places = {1, r != NULL && r->type->key != NULL, 2, m->what};
  const char *path = m->row->path;
  if (m->refresh && strstr(path, "{item}") != NULL)
    path = "{self}";
  push_row_path(L, path, &places);
  m->path = lua_gettop(L);
  body = read_body(L, m, &places.argument);
  read_options(L, m, places.argument);
  if (places.argument < m->client - 1 - SPARE_ARGUMENTS)
    luaL_error(L, "%s: too many arguments", m->what);
  return body;
}

/* Pushes the URL. */
static const char *push_url(lua_State *L, const struct method *m) {
  const struct m365_client *c = lua_touserdata(L, m->client);
  lua_pushfstring(L, "%s/%s" M365_ROOT "%s", c->base, m365_client_version(c),
                  lua_tostring(L, m->path));
  m365_call_add_queries(L, &m->query);
  return lua_tostring(L, -1);
}

static double grace_until(lua_State *L, const struct method *m) {
  const struct m365_resource *r = m365_resource_test(L, 1);
  if (r != NULL && r->type->key != NULL)
    m365_resource_push_id(L, 1, r->type);
  else
    lua_pushvalue(L, 2);
  return m365_client_grace_until(L, m->client);
}

/* Copies the fields of the table at `from` into that at `to`; raises where one
   is there already. */
static void merge(lua_State *L, int from, int to, const char *what) {
  for (lua_pushnil(L); lua_next(L, from) != 0;) {
    lua_pushvalue(L, -2);
    if (lua_type(L, -3) != LUA_TSTRING || lua_rawget(L, to) != LUA_TNIL)
      luaL_error(L, "%s.extra: '%s' is known: give it beside extra", what,
                 luaL_tolstring(L, -3, NULL));
    lua_pop(L, 1);
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, to);
  }
}

/* Pushes the body with what its `extra` holds beside what it has; false: it
   has none. */
static bool push_with_extra(lua_State *L, int body, const char *what) {
  int whole;
  if (!lua_istable(L, body) || lua_getfield(L, body, "extra") == LUA_TNIL)
    return false;
  if (!lua_istable(L, -1))
    luaL_error(L, "%s.extra: a table was expected, got %s", what,
               luaL_typename(L, -1));
  lua_newtable(L);
  whole = lua_gettop(L);
  merge(L, body, whole, what);
  lua_pushnil(L);
  lua_setfield(L, whole, "extra");
  merge(L, whole - 1, whole, what);
  return true;
}

static struct m365_buffer *encode(lua_State *L, int body, const char *what) {
  struct m365_buffer *bytes;
  if (body == 0)
    return NULL;
  if (push_with_extra(L, body, what))
    body = lua_gettop(L);
  bytes = m365_call_push_body(L);
  lua_pushfstring(L, "%s: body", what);
  m365_json_encode(L, body, lua_tostring(L, -1), bytes);
  return bytes;
}

static int take_result(lua_State *L, int index, const struct m365_action *row,
                       bool refresh);

/* Goes on when the operation is done; the operation's index is the context.
   Upvalues: the row, and whether this is refresh. */
static int method_done(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  const struct m365_action *row = lua_touserdata(L, lua_upvalueindex(1));
  (void)status;
  if (!m365_call_await(L, index, row->effect == M365_READ))
    return m365_await_yield(L, index, context, method_done);
  return take_result(L, index, row, lua_toboolean(L, lua_upvalueindex(2)));
}

static int submit(lua_State *L, const struct method *m, int body) {
  struct m365_call call = {
      .client = m->client,
      .method = m->row->method,
      .url = push_url(L, m),
      .effect = m->row->effect,
      .settings = m->query.settings,
      .prefer = m->query.extra_prefer,
      .headers = m->query.extra_headers,
      .purpose.operation = m->what,
      .purpose.permission = m->row->permission,
      .grace_until = grace_until(L, m),
  };
  int index;
  call.body = encode(L, body, m->what);
  index = m365_call_submit(L, &call);
  return index == 0 ? 2 : method_done(L, LUA_OK, index);
}

/* The body as a string, which may have to be sent again. */
static int push_body_text(lua_State *L, const struct method *m, int body) {
  const struct m365_buffer *bytes = encode(L, body, m->what);
  if (bytes == NULL)
    lua_pushnil(L);
  else
    lua_pushlstring(L, bytes->bytes, bytes->length);
  return lua_gettop(L);
}

static int make_pager(lua_State *L, struct method *m, int body) {
  const char *url = push_url(L, m);
  body = push_body_text(L, m, body);
  m365_pager_push(L, &(struct m365_list){
                         .client = m->client,
                         .url = url,
                         .home = m->path,
                         .type = m365_type_named(m->row->type),
                         .body = body,
                         .query = &m->query,
                         .purpose.operation = m->what,
                         .purpose.permission = m->row->permission,
                         .grace_until = grace_until(L, m),
                     });
  /* what a generic `for` takes: the iterator, and what it closes */
  lua_pushnil(L);
  lua_pushnil(L);
  lua_pushvalue(L, -3);
  return 4;
}

static bool is_offered(lua_State *L, const struct method *m) {
  const struct m365_client *c = lua_touserdata(L, m->client);
  struct m365_purpose purpose = {.operation = m->what,
                                 .permission = m->row->permission};
  if (m->row->versions & (c->beta ? M365_BETA : M365_V1))
    return true;
  lua_pushnil(L);
  m365_failure_of_code(L, "beta_only", NULL, NULL, &purpose);
  return false;
}

/* Every method of every type. Upvalues: the row, whether this is refresh,
   and its name for messages. */
static int method(lua_State *L) {
  struct method m = {0};
  int body;
  m.row = lua_touserdata(L, lua_upvalueindex(1));
  m.refresh = lua_toboolean(L, lua_upvalueindex(2));
  m.what = lua_tostring(L, lua_upvalueindex(3));
  check_receiver(L, m.row, m.refresh);
  for (int i = 0; i < SPARE_ARGUMENTS; i++)
    lua_pushnil(L);
  m.client = push_client(L);
  body = read_arguments(L, &m);
  if (!is_offered(L, &m))
    return 2;
  if (m.row->result == M365_RESULT_LIST)
    return make_pager(L, &m, body);
  return submit(L, &m, body);
}

/*
** Results
*/

/* Documented answers to a call for one object hold it in `value`, as the
   only member of a list or as it is. The decoded value is on the top. */
static void unwrap(lua_State *L) {
  int object = lua_gettop(L);
  if (lua_getfield(L, object, "value") == LUA_TTABLE) {
    if (lua_rawlen(L, -1) == 1)
      lua_rawgeti(L, -1, 1);
    if (lua_istable(L, -1) && lua_rawlen(L, -1) == 0)
      lua_replace(L, object);
  }
  lua_settop(L, object);
}

/* The collection that a new resource of this row stands in: it was read
   from there, or made there by POST. */
static int push_home(lua_State *L, const struct m365_action *row, int self) {
  char path[128];
  const struct m365_type *type = m365_type_named(row->type);
  const char *item = strstr(row->path, "/{item}");
  struct places places = {self, true, 0, row->verb};
  if (type->home != NULL || type->key == NULL ||
      (item == NULL && strcmp(row->method, "POST") != 0))
    return 0;
  if (item == NULL)
    item = row->path + strlen(row->path);
  snprintf(path, sizeof path, "%.*s", (int)(item - row->path), row->path);
  push_row_path(L, path, &places);
  return lua_gettop(L);
}

static int bad_shape(lua_State *L, const struct m365_operation *op) {
  lua_pushnil(L);
  m365_failure_of_answer(L, "bad_answer", "an object with its id was expected",
                         &op->job, &op->purpose);
  return 2;
}

/* Is the value on the top an object, with the id that its type has? Without
   one, what is done to it later would go to another place. */
static bool is_sound(lua_State *L, const struct m365_action *row) {
  const struct m365_type *type = m365_type_named(row->type);
  bool sound = lua_istable(L, -1);
  if (sound && type->key != NULL && row->result == M365_RESULT_ITEM) {
    sound =
        lua_getfield(L, -1, type->key) == LUA_TSTRING && lua_rawlen(L, -1) > 0;
    lua_pop(L, 1);
  }
  return sound;
}

/* Does a row make a thing, whose id has to come with the answer? */
static bool makes_item(const struct m365_action *row) {
  return row->result == M365_RESULT_ITEM && strcmp(row->method, "POST") == 0 &&
         m365_type_named(row->type)->key != NULL;
}

/* The object is on the top. */
static int new_item(lua_State *L, const struct m365_action *row, int client) {
  int data = lua_gettop(L);
  int home = push_home(L, row, 1);
  m365_resource_push(L, client, m365_type_named(row->type), data, home);
  if (row->effect == M365_WRITE && strcmp(row->method, "POST") == 0) {
    lua_getfield(L, data, "id");
    m365_client_note_created(L, client);
  }
  return 1;
}

/* self's object = the one on the top, over what is left of the old one. A
   plain copy would lose what an action does not repeat. */
static int new_state(lua_State *L, bool replace) {
  int data = lua_gettop(L);
  if (!replace) {
    lua_newtable(L);
    lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
    for (int source = data + 2; source >= data; source -= 2)
      for (lua_pushnil(L); lua_next(L, source) != 0;) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, data + 1);
      }
    lua_settop(L, data + 1);
  }
  lua_setiuservalue(L, 1, M365_RESOURCE_DATA);
  lua_pushvalue(L, 1);
  return 1;
}

/* A DELETE that was not answered is settled by a 404 on the next one. */
static bool is_settled_delete(lua_State *L, const struct m365_operation *op,
                              const struct m365_action *row) {
  struct m365_resource *r = m365_resource_test(L, 1);
  if (r == NULL || strcmp(row->method, "DELETE") != 0)
    return false;
  if (op->job.verdict == M365_AMBIGUOUS)
    r->delete_unclear = true;
  return r->delete_unclear && op->job.transfer.status == 404;
}

static int take_object(lua_State *L, int index, const struct m365_action *row,
                       bool refresh) {
  const struct m365_operation *op = lua_touserdata(L, index);
  if (!m365_call_decode(L, index))
    return 2;
  if (lua_istable(L, -1))
    unwrap(L);
  if (lua_isnil(L, -1) && row->effect == M365_WRITE && !makes_item(row))
    lua_newtable(L); /* an update may have nothing to say */
  else if (!is_sound(L, row))
    return bad_shape(L, op);
  if (refresh || row->result == M365_RESULT_SELF)
    return new_state(L, refresh);
  lua_getiuservalue(L, index, M365_OPERATION_CLIENT);
  lua_insert(L, -2);
  return new_item(L, row, lua_gettop(L) - 1);
}

static int take_result(lua_State *L, int index, const struct m365_action *row,
                       bool refresh) {
  const struct m365_operation *op = lua_touserdata(L, index);
  bool done = m365_call_succeeded(op);
  if (is_settled_delete(L, op, row))
    done = true;
  if (!done)
    return m365_call_fail(L, index);
  if (row->result == M365_RESULT_NOTHING) {
    lua_pushboolean(L, 1);
    return 1;
  }
  return take_object(L, index, row, refresh);
}

/* methods.verb = the row's method; the methods are on the top. */
static void add_method(lua_State *L, const struct m365_action *row,
                       const char *verb, bool refresh) {
  lua_pushlightuserdata(L, (void *)(size_t)row);
  lua_pushboolean(L, refresh);
  lua_pushfstring(L, "%s.%s", refresh ? row->type : row->on, verb);
  lua_pushcclosure(L, method, 3);
  lua_setfield(L, -2, verb);
}

static void add_rows(lua_State *L, const struct m365_type *type) {
  const struct m365_action *reader = m365_type_reader(type);
  for (const struct m365_action *a = m365_actions; a->verb != NULL; a++)
    if (m365_type_derives(type, a->on))
      add_method(L, a, a->verb, false);
  /* what has no key can be read again if there is only one of it */
  if (reader != NULL &&
      (type->key != NULL || strchr(reader->path, '{') == NULL))
    add_method(L, reader, "refresh", true);
}

void m365_method_open(lua_State *L) {
  for (const struct m365_type *t = m365_types; t->name != NULL; t++) {
    m365_resource_push_methods(L, t);
    add_rows(L, t);
    lua_pop(L, 1);
  }
}

/*
** For Lua
*/

static const struct m365_type *check_type(lua_State *L, int index) {
  const struct m365_type *type = m365_type_named(luaL_checkstring(L, index));
  luaL_argcheck(L, type != NULL, index, "unknown type");
  return type;
}

/***
Adds methods to a type and to all that derive from it.
@function extend
@tparam string type Graph's name, or "client", or a service's name
@tparam table methods name -> function
*/
static int f_extend(lua_State *L) {
  const struct m365_type *base = check_type(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  for (const struct m365_type *t = m365_types; t->name != NULL; t++) {
    if (!m365_type_derives(t, base->name))
      continue;
    m365_resource_push_methods(L, t);
    for (lua_pushnil(L); lua_next(L, 2) != 0;) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_rawset(L, -4);
    }
    lua_pop(L, 1);
  }
  return 0;
}

/***
Says which methods are written in Lua, without loading them: that is done when
the first of them is asked for.
@function defer
@tparam table names a list of the methods' names, whatever their type
@tparam function load loads them all, which calls @{extend}
*/
static int f_defer(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  m365_resource_defer_methods(L, 1, 2);
  return 0;
}

/***
A method of a type, as it is now.
@function method
@tparam string type
@tparam string name
@treturn ?function
*/
static int f_method(lua_State *L) {
  m365_resource_push_methods(L, check_type(L, 1));
  lua_pushstring(L, luaL_checkstring(L, 2));
  lua_rawget(L, -2);
  return 1;
}

/***
The Graph type of a resource.
@function type
@param value anything
@treturn ?string Graph's name of the type, or nil if the value is no resource
*/
static int f_type(lua_State *L) {
  const struct m365_resource *r;
  luaL_checkany(L, 1);
  r = m365_resource_test(L, 1);
  lua_pushstring(L, r != NULL ? r->type->name : NULL);
  return 1;
}

/***
The path of the collection that a resource was found in, where its type does
not tell it.
@function home
@tparam resource resource
@treturn ?string from /solutions/backupRestore on, escaped
*/
static int f_home(lua_State *L) {
  luaL_argexpected(L, m365_resource_test(L, 1) != NULL, 1, "resource");
  lua_getiuservalue(L, 1, M365_RESOURCE_HOME);
  return 1;
}

/* The row of a type's method that reads one resource by its id. */
static const struct m365_action *
check_reader(lua_State *L, const struct m365_type *type, const char *verb) {
  for (const struct m365_action *a = m365_actions; a->verb != NULL; a++)
    if (strcmp(a->verb, verb) == 0 && m365_type_derives(type, a->on))
      return a;
  luaL_error(L, "%s has no '%s'", type->name, verb);
  return NULL;
}

/***
A resource of which no more is known than its id: what a method does by id
alone needs no request before it.
@function reference
@tparam client|resource owner
@tparam string verb the owner's method that would read it
@tparam string id
@tparam string what names the call in an error
@treturn resource
*/
static int f_reference(lua_State *L) {
  const struct m365_resource *r = m365_resource_test(L, 1);
  const struct m365_type *type =
      r != NULL ? r->type : m365_type_named("client");
  const struct m365_action *row;
  int home, client;
  lua_settop(L, 4);
  row = check_reader(L, type, luaL_checkstring(L, 2));
  lua_pushfstring(L, "%s: id", luaL_checkstring(L, 4));
  m365_options_check_id(L, 3, lua_tostring(L, -1));
  client = push_client(L);
  type = m365_type_named(row->type);
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, 3);
  lua_setfield(L, -2, type->key);
  home = push_home(L, row, 1);
  m365_resource_push(L, client, type, client + 1, home);
  return 1;
}

/***
The contract table, for tools and tests.
@function actions
@treturn table a list of rows: `on`, `verb`, `method`, `path`, `effect`,
`v1`, `beta`, `body` (none, object, optional or default), `result` (nothing,
self, item or list), `type`, `permission`, `source`; `title` and `page`, the
title and the address of Microsoft's page; `home`, the collection in which the
type that it is on stands
*/
static int f_actions(lua_State *L) {
  static const char *const bodies[] = {[M365_BODY_NONE] = "none",
                                       [M365_BODY_OBJECT] = "object",
                                       [M365_BODY_OPTIONAL] = "optional",
                                       [M365_BODY_DEFAULT] = "default"};
  static const char *const results[] = {[M365_RESULT_NOTHING] = "nothing",
                                        [M365_RESULT_SELF] = "self",
                                        [M365_RESULT_ITEM] = "item",
                                        [M365_RESULT_LIST] = "list"};
  lua_Integer n = 0;
  struct m365_page page;
  lua_newtable(L);
  for (const struct m365_action *a = m365_actions; a->verb != NULL; a++) {
    lua_newtable(L);
    m365_field_text(L, "on", a->on);
    m365_field_text(L, "home", m365_type_named(a->on)->home);
    m365_field_text(L, "verb", a->verb);
    m365_field_text(L, "method", a->method);
    m365_field_text(L, "path", a->path);
    m365_field_text(L, "effect", a->effect == M365_READ ? "read" : "write");
    m365_field_text(L, "type", a->type);
    m365_field_text(L, "body", bodies[a->body]);
    m365_field_text(L, "result", results[a->result]);
    m365_field_text(L, "permission", a->permission);
    m365_field_text(L, "source", a->source);
    m365_action_page(a, &page);
    m365_field_text(L, "title", page.title);
    m365_field_text(L, "page", page.address);
    m365_field_flag(L, "v1", (a->versions & M365_V1) != 0);
    m365_field_flag(L, "beta", (a->versions & M365_BETA) != 0);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

const struct luaL_Reg m365_method_functions[] = {
    {"extend", f_extend},       {"defer", f_defer}, {"method", f_method},
    {"type", f_type},           {"home", f_home},   {"actions", f_actions},
    {"reference", f_reference}, {NULL, NULL},
};
