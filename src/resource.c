#include "resource.h"

#include <stdio.h>
#include <string.h>
#include <lauxlib.h>

#include "call.h"
#include "catalogue.h"
#include "instant.h"
#include "json.h"
#include "pager.h"

/* nils behind the arguments of a method, for those that were not given: an
   id, a body and options */
#define SPARE_ARGUMENTS 3

static const struct m365_type *object_type(void) {
  return m365_type_named("object");
}

/*
** Types
*/

static bool derives(const struct m365_type *type, const char *from) {
  for (; type != NULL; type = m365_type_base(type))
    if (strcmp(type->name, from) == 0)
      return true;
  return false;
}

static const struct m365_type *root(const struct m365_type *type) {
  const struct m365_type *base;
  while ((base = m365_type_base(type)) != NULL)
    type = base;
  return type;
}

/* What the service says that the object at `data` is, as far as that fits
   what it was asked for. */
static const struct m365_type *exact_type(lua_State *L, int data,
                                          const struct m365_type *asked) {
  const struct m365_type *said = NULL;
  lua_pushliteral(L, "@odata.type");
  if (lua_rawget(L, data) == LUA_TSTRING)
    said = m365_type_named(lua_tostring(L, -1));
  lua_pop(L, 1);
  if (said != NULL && (asked == object_type() || root(said) == root(asked)))
    return said;
  return asked;
}

/*
** Making and recognizing
*/

/* The registry holds a type's metatable under the address of its row, and
   its methods under that of the row's second member. */
static void push_metatable(lua_State *L, const struct m365_type *type) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, type);
}

void m365_methods_push(lua_State *L, const struct m365_type *type) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &type->base);
}

void m365_resource_push(lua_State *L, int client, const struct m365_type *type,
                        int data, int home) {
  struct m365_resource *r =
      lua_newuserdatauv(L, sizeof *r, M365_RESOURCE_VALUES);
  r->type = exact_type(L, data, type);
  r->delete_unclear = false;
  lua_pushvalue(L, client);
  lua_setiuservalue(L, -2, M365_RESOURCE_CLIENT);
  lua_pushvalue(L, data);
  lua_setiuservalue(L, -2, M365_RESOURCE_DATA);
  if (home != 0) {
    lua_pushvalue(L, home);
    lua_setiuservalue(L, -2, M365_RESOURCE_HOME);
  }
  push_metatable(L, r->type);
  lua_setmetatable(L, -2);
}

/* Reads the type only from a block that is large enough, and believes it
   only if it is one of ours with the metatable that belongs to it. */
struct m365_resource *m365_resource_test(lua_State *L, int index) {
  struct m365_resource *r = lua_touserdata(L, index);
  bool same;
  if (lua_type(L, index) != LUA_TUSERDATA ||
      lua_rawlen(L, index) != sizeof *r || !lua_getmetatable(L, index))
    return NULL;
  push_metatable(L, r->type);
  same = lua_istable(L, -1) && lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same ? r : NULL;
}

static struct m365_resource *check(lua_State *L, int index) {
  struct m365_resource *r = m365_resource_test(L, index);
  if (r == NULL)
    luaL_typeerror(L, index, "m365restore resource");
  return r;
}

/*
** Properties
*/

static bool is_empty_text(lua_State *L) {
  return lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) == 0;
}

/* Replaces the raw value on the top by what a script sees: nil for null, 3
   for 3.0, a view for an object or a list. `property` gives its type; the
   members of a list have the type of the list. */
static void settle(lua_State *L, int resource, const char *property) {
  const struct m365_resource *r = lua_touserdata(L, resource);
  const struct m365_type *type;
  type = property != NULL ? m365_type_of_property(property) : r->type;
  if (!lua_istable(L, -1)) {
    if (type != object_type() && is_empty_text(L))
      lua_pushnil(L); /* "createdBy": "" is documented */
    else
      m365_json_settle(L);
    return;
  }
  lua_getiuservalue(L, resource, M365_RESOURCE_CLIENT);
  m365_resource_push(L, lua_gettop(L), type, lua_gettop(L) - 1, 0);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* class and remedy of an error of the service, by its code */
static bool push_advice(lua_State *L, int data, const char *key) {
  const struct m365_entry *entry = NULL;
  bool class = strcmp(key, "class") == 0;
  if (!class && strcmp(key, "remedy") != 0)
    return false;
  lua_pushliteral(L, "code");
  if (lua_rawget(L, data) == LUA_TSTRING)
    entry = m365_catalogue_find(lua_tostring(L, -1));
  lua_pop(L, 1);
  if (entry == NULL)
    return false;
  lua_pushstring(L, class ? entry->class : entry->remedy);
  return true;
}

/* Errors come as a list, too: then the first one speaks for them. Replaces
   the data at `data`. */
static void take_first_error(lua_State *L, int data) {
  if (lua_rawgeti(L, data, 1) == LUA_TTABLE)
    lua_replace(L, data);
  else
    lua_pop(L, 1);
}

/* __index(resource, key), with the methods of its type as upvalue. A method
   comes first: no answer of the service can take one away. */
static int resource_index(lua_State *L) {
  const struct m365_resource *r;
  const char *key = NULL;
  bool is_error;
  lua_settop(L, 2);
  if (lua_type(L, 2) == LUA_TSTRING) {
    key = lua_tostring(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
      return 1;
    lua_settop(L, 2);
  }
  r = lua_touserdata(L, 1);
  is_error = key != NULL && strcmp(r->type->name, "publicError") == 0;
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  if (is_error)
    take_first_error(L, 3);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, 3) == LUA_TNIL && is_error && push_advice(L, 3, key))
    return 1;
  settle(L, 1, key);
  return 1;
}

static int resource_newindex(lua_State *L) {
  const struct m365_resource *r = check(L, 1);
  return luaL_error(L, "%s.%s cannot be assigned: the service owns it",
                    r->type->name, luaL_tolstring(L, 2, NULL));
}

static int resource_len(lua_State *L) {
  check(L, 1);
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
  return 1;
}

/* The step of __pairs: skips what is null. */
static int resource_next(lua_State *L) {
  check(L, 1);
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  lua_insert(L, 2); /* resource, data, key */
  while (lua_next(L, 2) != 0) {
    settle(L, 1, lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL);
    if (!lua_isnil(L, -1))
      return 2;
    lua_pop(L, 1);
  }
  return 0;
}

static int resource_pairs(lua_State *L) {
  check(L, 1);
  lua_pushcfunction(L, resource_next);
  lua_pushvalue(L, 1);
  return 2;
}

/* Pushes the value of the property that identifies the resource. */
static int push_id(lua_State *L, int index, const struct m365_type *type) {
  lua_getiuservalue(L, index, M365_RESOURCE_DATA);
  lua_getfield(L, -1, type->key != NULL ? type->key : "id");
  lua_remove(L, -2);
  return lua_type(L, -1);
}

/* Two resources are the same if they are the same thing of the service,
   whatever state of it each of them holds. */
static int resource_eq(lua_State *L) {
  const struct m365_resource *a = m365_resource_test(L, 1);
  const struct m365_resource *b = m365_resource_test(L, 2);
  bool same = a != NULL && b != NULL && root(a->type) == root(b->type) &&
              push_id(L, 1, a->type) == LUA_TSTRING &&
              push_id(L, 2, b->type) == LUA_TSTRING && lua_rawequal(L, -1, -2);
  lua_pushboolean(L, same);
  return 1;
}

/* What the encoder writes for a resource. */
static int resource_json(lua_State *L) {
  check(L, 1);
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  return 1;
}

static int resource_tostring(lua_State *L) {
  const struct m365_resource *r = check(L, 1);
  lua_pushstring(L, r->type->name);
  if (push_id(L, 1, r->type) == LUA_TSTRING) {
    lua_pushliteral(L, " ");
    lua_insert(L, -2);
    lua_concat(L, 3);
  } else {
    lua_pop(L, 1);
  }
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  if (lua_getfield(L, -1, "status") == LUA_TSTRING) {
    lua_remove(L, -2);
    lua_pushfstring(L, "%s (%s)", lua_tostring(L, -2), lua_tostring(L, -1));
    return 1;
  }
  lua_pop(L, 2);
  return 1;
}

/* Nothing to release: leaving a block that holds a session never touches the
   restore. */
static int resource_close(lua_State *L) {
  (void)L;
  return 0;
}

/***
A plain, deep copy of all that the service sent.
@function resource:table
@treturn table without nulls; numbers that are whole are integers
*/
static int resource_table(lua_State *L) {
  check(L, 1);
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  m365_json_copy(L);
  return 1;
}

/***
The client that a resource came from.
@function resource:client
@treturn client
*/
static int resource_client(lua_State *L) {
  check(L, 1);
  lua_getiuservalue(L, 1, M365_RESOURCE_CLIENT);
  return 1;
}

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
  if (push_id(L, index, r->type) != LUA_TSTRING)
    luaL_error(L, "%s has no id", r->type->name);
  m365_call_escape(L);
  lua_concat(L, 3);
}

/* What the placeholders of a row's path stand for. */
struct places {
  int self;        /* stack index of the receiver */
  bool has_id;     /* it is a resource with an id */
  int argument;    /* stack index of the next argument */
  const char *what; /* for messages */
};

static void push_argument(lua_State *L, struct places *p, const char *name) {
  lua_pushfstring(L, "%s: %s", p->what, name);
  lua_pushstring(L, m365_check_id(L, p->argument++, lua_tostring(L, -1)));
  lua_remove(L, -2);
  m365_call_escape(L);
}

/* Pushes what the placeholder at `at` stands for. */
static void push_place(lua_State *L, struct places *p, const char *at) {
  const struct m365_resource *r = lua_touserdata(L, p->self);
  if (strncmp(at, "{self}", 6) == 0) {
    push_path(L, p->self);
  } else if (strncmp(at, "{id}", 4) == 0 && p->has_id) {
    push_id(L, p->self, r->type);
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
  const char *what;    /* "sharePoint.create_session" */
  int client, path;    /* stack indexes */
  bool refresh;        /* the receiver is replaced by the answer */
  struct m365_query query;
};

/* Pushes the client of the receiver at 1. */
static int push_client(lua_State *L) {
  if (m365_resource_test(L, 1) != NULL)
    lua_getiuservalue(L, 1, M365_RESOURCE_CLIENT);
  else
    lua_pushvalue(L, 1);
  m365_check_client(L, lua_gettop(L));
  return lua_gettop(L);
}

static void check_receiver(lua_State *L, const struct m365_action *row,
                           bool refresh) {
  const struct m365_resource *r = m365_resource_test(L, 1);
  if (r == NULL && strcmp(row->on, "client") == 0 && !refresh)
    m365_check_client(L, 1);
  else if (r == NULL || (!refresh && !derives(r->type, row->on)))
    luaL_error(L, "%s: called on %s; was it called with a dot instead of a "
                  "colon?", row->verb, luaL_tolstring(L, 1, NULL));
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
  if (strcmp(m->row->method, "GET") == 0)
    m365_call_query(L, m->client, index, m->what, &m->query);
  else
    m365_call_settings(L, m->client, index, m->what, &m->query.settings);
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

static double newborn_until(lua_State *L, const struct method *m) {
  const struct m365_resource *r = m365_resource_test(L, 1);
  if (r != NULL && r->type->key != NULL)
    push_id(L, 1, r->type);
  else
    lua_pushvalue(L, 2);
  return m365_client_newborn_until(L, m->client);
}

static struct m365_buffer *encode(lua_State *L, int body, const char *what) {
  struct m365_buffer *bytes;
  if (body == 0)
    return NULL;
  bytes = m365_call_push_body(L);
  lua_pushfstring(L, "%s: body", what);
  m365_json_encode(L, body, lua_tostring(L, -1), bytes);
  return bytes;
}

static int take_result(lua_State *L, int index, const struct m365_action *row,
                       bool refresh);

/* Goes on when the exchange is done; the operation's index is the context.
   Upvalues: the row, and whether this is refresh. */
static int method_done(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  const struct m365_action *row = lua_touserdata(L, lua_upvalueindex(1));
  (void)status;
  if (!m365_await(L, index))
    return m365_yield(L, index, context, method_done);
  return take_result(L, index, row, lua_toboolean(L, lua_upvalueindex(2)));
}

static int submit(lua_State *L, const struct method *m, int body) {
  struct m365_call call = {
      .client = m->client,
      .method = m->row->method,
      .url = push_url(L, m),
      .effect = m->row->effect,
      .settings = m->query.settings,
      .deed = {m->what, m->row->permission},
      .newborn_until = newborn_until(L, m),
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
                         .deed = {m->what, m->row->permission},
                     });
  /* what a generic `for` takes: the iterator, and what it closes */
  lua_pushnil(L);
  lua_pushnil(L);
  lua_pushvalue(L, -3);
  return 4;
}

static bool is_offered(lua_State *L, const struct method *m) {
  const struct m365_client *c = lua_touserdata(L, m->client);
  struct m365_deed deed = {m->what, m->row->permission};
  if (m->row->versions & (c->beta ? M365_BETA : M365_V1))
    return true;
  lua_pushnil(L);
  m365_failure_of_code(L, "beta_only", NULL, NULL, &deed);
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

/* A get that answers with a collection is documented: its first member is
   meant. The decoded value is on the top. */
static void unwrap(lua_State *L) {
  int object = lua_gettop(L);
  if (lua_getfield(L, object, "value") == LUA_TTABLE &&
      lua_rawlen(L, -1) == 1 && lua_rawgeti(L, -1, 1) == LUA_TTABLE)
    lua_replace(L, object);
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
  m365_failure_of_code(L, "bad_answer", "an object was expected", &op->job,
                       &op->deed);
  return 2;
}

/* The object is on the top. */
static int new_item(lua_State *L, const struct m365_action *row, int client) {
  int data = lua_gettop(L);
  int home = push_home(L, row, 1);
  m365_resource_push(L, client, m365_type_named(row->type), data, home);
  if (row->effect == M365_WRITE) {
    lua_getfield(L, data, "id");
    m365_client_note_newborn(L, client);
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
  lua_settop(L, 1);
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
  if (lua_isnil(L, -1) && row->effect == M365_WRITE)
    lua_newtable(L); /* an update may have nothing to say */
  if (!lua_istable(L, -1))
    return bad_shape(L, op);
  unwrap(L);
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

/*
** Opening
*/

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
    if (derives(type, a->on))
      add_method(L, a, a->verb, false);
  if (reader != NULL && type->key != NULL)
    add_method(L, reader, "refresh", true);
}

static void open_type(lua_State *L, const struct m365_type *type) {
  static const struct luaL_Reg meta[] = {
      {"__newindex", resource_newindex}, {"__len", resource_len},
      {"__pairs", resource_pairs},       {"__eq", resource_eq},
      {"__tostring", resource_tostring}, {"__close", resource_close},
      {"__json", resource_json},
      {NULL, NULL},
  };
  luaL_newlib(L, meta);
  lua_pushfstring(L, "m365restore.%s", type->name);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__name");
  lua_setfield(L, -2, "__metatable");
  lua_newtable(L); /* metatable, methods */
  lua_pushcfunction(L, resource_table);
  lua_setfield(L, -2, "table");
  lua_pushcfunction(L, resource_client);
  lua_setfield(L, -2, "client");
  add_rows(L, type);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &type->base); /* the methods */
  lua_pushcclosure(L, resource_index, 1);
  lua_setfield(L, -2, "__index");
  lua_rawsetp(L, LUA_REGISTRYINDEX, type);
}

void m365_resource_open(lua_State *L) {
  for (const struct m365_type *t = m365_types; t->name != NULL; t++)
    open_type(L, t);
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
    if (!derives(t, base->name))
      continue;
    m365_methods_push(L, t);
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
A method of a type, as it is now.
@function method
@tparam string type
@tparam string name
@treturn ?function
*/
static int f_method(lua_State *L) {
  m365_methods_push(L, check_type(L, 1));
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
  check(L, 1);
  lua_getiuservalue(L, 1, M365_RESOURCE_HOME);
  return 1;
}

static void set(lua_State *L, const char *field, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, field);
}

/***
The contract table, for tools and tests.
@function actions
@treturn table a list of rows: `on`, `verb`, `method`, `path`, `effect`,
`v1`, `beta`, `type`, `permission`, `source`; `home`, the collection in which
the type that it is on stands
*/
static int f_actions(lua_State *L) {
  lua_Integer n = 0;
  lua_newtable(L);
  for (const struct m365_action *a = m365_actions; a->verb != NULL; a++) {
    lua_newtable(L);
    set(L, "on", a->on);
    set(L, "home", m365_type_named(a->on)->home);
    set(L, "verb", a->verb);
    set(L, "method", a->method);
    set(L, "path", a->path);
    set(L, "effect", a->effect == M365_READ ? "read" : "write");
    set(L, "type", a->type);
    set(L, "permission", a->permission);
    set(L, "source", a->source);
    lua_pushboolean(L, (a->versions & M365_V1) != 0);
    lua_setfield(L, -2, "v1");
    lua_pushboolean(L, (a->versions & M365_BETA) != 0);
    lua_setfield(L, -2, "beta");
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

const struct luaL_Reg m365_resource_functions[] = {
    {"extend", f_extend}, {"method", f_method},   {"type", f_type},
    {"actions", f_actions}, {"home", f_home},     {NULL, NULL},
};
