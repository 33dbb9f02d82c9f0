/*** @submodule m365restore.core */
#include "client/resource.h"

#include <string.h>
#include <lauxlib.h>

#include "graph/advice.h"
#include "graph/catalogue.h"
#include "bridge/json.h"
#include "bridge/options.h"
#include "bridge/printable.h"
#include "base/text.h"
#include "bridge/field.h"

/* registry key of a table: name of a method that is written in Lua -> the
   function that loads it; gone when that was done */
static const char late_key = 'l';

static const struct m365_type *object_type(void) {
  return m365_type_named("object");
}

/*
** Types
*/

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
  if (lua_getfield(L, data, "@odata.type") == LUA_TSTRING)
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

void m365_resource_push_methods(lua_State *L, const struct m365_type *type) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &type->base);
}

void m365_resource_defer_methods(lua_State *L, int names, int load) {
  lua_newtable(L);
  for (lua_Integer i = 1; lua_rawgeti(L, names, i) != LUA_TNIL; i++) {
    lua_pushvalue(L, load);
    lua_rawset(L, -3);
  }
  lua_pop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &late_key);
}

/* Forgets who loads them only when that is done: without what they add, the
   methods that are there already must not be called. */
bool m365_resource_load_method(lua_State *L, int key) {
  bool late;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &late_key) == LUA_TNIL) {
    lua_pop(L, 1);
    return false;
  }
  lua_pushvalue(L, key);
  late = lua_rawget(L, -2) == LUA_TFUNCTION;
  if (late) {
    lua_call(L, 0, 0);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &late_key);
  }
  lua_pop(L, late ? 1 : 2);
  return late;
}

void m365_resource_load_methods(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &late_key) == LUA_TTABLE) {
    lua_pushnil(L);
    if (lua_next(L, -2) != 0) {
      m365_resource_load_method(L, lua_gettop(L) - 1);
      lua_pop(L, 2);
    }
  }
  lua_pop(L, 1);
}

void m365_resource_push(lua_State *L, int client, const struct m365_type *type,
                        int data, int home) {
  struct m365_resource *r =
      lua_newuserdatauv(L, sizeof *r, M365_RESOURCE_VALUES);
  r->type = exact_type(L, data, type);
  r->delete_unclear = false;
  r->owner = r->destination = NULL;
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
** What an unknown method may have meant
*/

/* Does the type have a method of the name at 2? */
static bool has_method(lua_State *L, const struct m365_type *type) {
  bool has;
  m365_resource_push_methods(L, type);
  lua_pushvalue(L, 2);
  has = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return has;
}

/* Is it the client, or one of its services? */
static bool is_owner(const struct m365_type *type) {
  return strcmp(type->name, "client") == 0 || m365_type_is_service(type);
}

/* Pushes what a script writes for the client or a service. */
static const char *push_name(lua_State *L, const struct m365_type *owner) {
  return m365_type_is_service(owner)
             ? lua_pushfstring(L, "client.%s", owner->name)
             : lua_pushstring(L, owner->name);
}

/* Exchange has the words of its siblings, and one thing less. */
static bool is_browsing(lua_State *L, const struct m365_type *owner) {
  return strcmp(owner->name, "exchange") == 0 &&
         strstr(lua_tostring(L, 2), "browse") != NULL;
}

/* Pushes where else the method is: on the client, or on a service. */
static bool push_other_owner(lua_State *L) {
  for (const struct m365_type *t = m365_types; t->name != NULL; t++)
    if (is_owner(t) && has_method(L, t)) {
      lua_pushfstring(L, "it is one of %s", push_name(L, t));
      return true;
    }
  return false;
}

/* Does the row read one resource by its id that has the method at 2? */
static bool leads_there(lua_State *L, const struct m365_action *row) {
  return row->result == M365_RESULT_ITEM && row->effect == M365_READ &&
         strstr(row->path, "{id}") != NULL &&
         has_method(L, m365_type_named(row->type));
}

/* Pushes which resource has the method: one that the owner reads, or one that
   a service does where the owner is the client. */
static bool push_resource(lua_State *L, const struct m365_type *owner) {
  for (const struct m365_action *a = m365_actions; a->verb != NULL; a++) {
    const struct m365_type *on = m365_type_named(a->on);
    if ((on == owner ||
         (!m365_type_is_service(owner) && m365_type_is_service(on))) &&
        leads_there(L, a)) {
      lua_pushfstring(L, "it is one of what %s:%s(id) gives", push_name(L, on),
                      a->verb);
      return true;
    }
  }
  return false;
}

/* Pushes a table whose keys are the owner's methods; those of a client are
   its services, too. */
static void push_names(lua_State *L, const struct m365_type *owner) {
  lua_newtable(L);
  m365_resource_push_methods(L, owner);
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushboolean(L, 1);
    lua_rawset(L, -6);
  }
  lua_pop(L, 1);
  for (const struct m365_type *t = m365_types; t->name != NULL; t++)
    if (!m365_type_is_service(owner) && m365_type_is_service(t))
      m365_field_flag(L, t->name, 1);
}

int m365_resource_refuse_method(lua_State *L, const struct m365_type *owner) {
  const char *what = push_name(L, owner);
  m365_resource_load_methods(L);
  if (is_browsing(L, owner))
    return luaL_error(L,
                      "%s: unknown method '%s'; Exchange has no browsing: "
                      "m365.plan_messages looks for messages",
                      what, lua_tostring(L, 2));
  if (push_other_owner(L) || push_resource(L, owner))
    return luaL_error(L, "%s: unknown method '%s'; %s", what,
                      lua_tostring(L, 2), lua_tostring(L, -1));
  push_names(L, owner);
  return m365_options_refuse_method(L, what);
}

/*
** Properties
*/

static bool is_empty_text(lua_State *L) {
  return lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) == 0;
}

/* destinationType as a literal, which outlives its resource; NULL: none */
static const char *destination_of(lua_State *L, int resource) {
  static const char *const known[] = {"new", "inPlace"};
  const char *found = NULL, *text;
  lua_getiuservalue(L, resource, M365_RESOURCE_DATA);
  lua_getfield(L, -1, "destinationType");
  text = lua_tostring(L, -1);
  for (size_t i = 0; text != NULL && i < 2; i++)
    if (m365_text_same(text, known[i]))
      found = known[i];
  lua_pop(L, 2);
  return found;
}

/* Replaces the table on the top by a view of it. An error remembers what it
   belongs to, because that decides what to do about it. */
static void view(lua_State *L, int resource, const char *property,
                 const struct m365_type *type) {
  const struct m365_resource *of = lua_touserdata(L, resource);
  struct m365_resource *made;
  lua_getiuservalue(L, resource, M365_RESOURCE_CLIENT);
  m365_resource_push(L, lua_gettop(L), type, lua_gettop(L) - 1, 0);
  made = lua_touserdata(L, -1);
  made->owner = of->owner;
  made->destination = of->destination;
  if (property != NULL && strcmp(property, "error") == 0) {
    made->owner = of->type->name;
    made->destination = destination_of(L, resource);
  }
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* Replaces the raw value on the top by what a script sees: nil for null, 3
   for 3.0, a view for an object or a list. `property` gives its type; the
   members of a list have the type of the list. */
static void to_lua(lua_State *L, int resource, const char *property) {
  const struct m365_resource *r = lua_touserdata(L, resource);
  const struct m365_type *type;
  if (!lua_istable(L, -1) && !is_empty_text(L)) {
    m365_json_normalize(L);
    return;
  }
  type = property != NULL ? m365_type_of_property(property) : r->type;
  if (lua_istable(L, -1))
    view(L, resource, property, type);
  else if (type != object_type()) { /* "createdBy": "" is documented */
    lua_pop(L, 1);
    lua_pushnil(L);
  }
}

/* Is the value on the top, that of an error's key, to be told by the code? An
   empty message says nothing. */
static bool is_untold(lua_State *L, const char *key) {
  return lua_isnil(L, -1) ||
         (strcmp(key, "message") == 0 &&
          (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) == 0));
}

static const char *told_by_code(const struct m365_entry *entry,
                                const struct m365_resource *r,
                                const char *key) {
  const char *const seen[] = {r->destination, NULL};
  if (strcmp(key, "class") == 0)
    return entry->class;
  if (strcmp(key, "message") == 0)
    return entry->fact;
  return m365_advice(entry->code, r->owner, seen);
}

/* class, message and remedy of an error of the service, by its code; one that
   is not known has no class */
static bool push_advice(lua_State *L, const struct m365_resource *r, int data,
                        const char *key) {
  const struct m365_entry *entry = NULL;
  if (strcmp(key, "class") != 0 && strcmp(key, "message") != 0 &&
      strcmp(key, "remedy") != 0)
    return false;
  lua_pushliteral(L, "code");
  if (lua_rawget(L, data) == LUA_TSTRING)
    entry = m365_catalogue_service(lua_tostring(L, -1));
  lua_pop(L, 1);
  if (entry == NULL && strcmp(key, "class") == 0)
    return false;
  if (entry == NULL)
    entry = m365_catalogue_service("UnknownError");
  lua_pushstring(L, told_by_code(entry, r, key));
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

/* Pushes the method that the key at 2 names; the methods are the upvalue. */
static int push_method(lua_State *L) {
  lua_pushvalue(L, 2);
  return lua_rawget(L, lua_upvalueindex(1));
}

/* __index(resource, key), with the methods of its type as upvalue. A method
   comes first: no answer of the service can take one away. Most properties
   are texts, which a script sees as they are. */
static int resource_index(lua_State *L) {
  int type;
  lua_settop(L, 2);
  if (push_method(L) != LUA_TNIL)
    return m365_resource_load_method(L, 2) ? resource_index(L) : 1;
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  lua_pushvalue(L, 2);
  type = lua_rawget(L, -2);
  if (type == LUA_TNIL && m365_resource_load_method(L, 2))
    push_method(L);
  else if (type != LUA_TSTRING || is_empty_text(L))
    to_lua(L, 1, lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL);
  return 1;
}

/* The same for a service, which has methods and nothing else: an unknown one
   is a mistake, which shows where it is made. */
static int service_index(lua_State *L) {
  const struct m365_resource *r = lua_touserdata(L, 1);
  lua_settop(L, 2);
  m365_resource_load_method(L, 2);
  if (push_method(L) != LUA_TNIL || lua_type(L, 2) != LUA_TSTRING)
    return 1;
  return m365_resource_refuse_method(L, r->type);
}

/* The same for errors, which know more than the service said. */
static int error_index(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) /* a member of a list */
    return resource_index(L);
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
    return 1;
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  take_first_error(L, 4);
  lua_pushvalue(L, 2);
  lua_rawget(L, 4);
  if (!is_untold(L, lua_tostring(L, 2)) ||
      !push_advice(L, lua_touserdata(L, 1), 4, lua_tostring(L, 2)))
    to_lua(L, 1, lua_tostring(L, 2));
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

/* Does reading give a method for the key, even where the service sent one? */
static bool is_hidden(lua_State *L, const struct m365_type *type, int key) {
  bool hidden;
  m365_resource_load_method(L, key);
  m365_resource_push_methods(L, type);
  lua_pushvalue(L, key);
  hidden = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return hidden;
}

/* The step of __pairs, with the data as upvalue: the resource may be refreshed
   on the way. Yields what reading gives, and skips what it gives no value of
   the service for. */
static int resource_next(lua_State *L) {
  const struct m365_resource *r = check(L, 1);
  lua_settop(L, 2);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 2); /* resource, data, key */
  while (lua_next(L, 2) != 0) {
    to_lua(L, 1, lua_type(L, 3) == LUA_TSTRING ? lua_tostring(L, 3) : NULL);
    if (!lua_isnil(L, 4) && !is_hidden(L, r->type, 3))
      return 2;
    lua_pop(L, 1);
  }
  return 0;
}

static int resource_pairs(lua_State *L) {
  check(L, 1);
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  lua_pushcclosure(L, resource_next, 1);
  lua_pushvalue(L, 1);
  return 2;
}

/* Replaces the data at 2 by a copy with what an error knows beside it. */
static void add_advice(lua_State *L, const struct m365_resource *r) {
  static const char *const keys[] = {"class", "message", "remedy"};
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, 2) != 0;) { /* copy, key, value */
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, 3);
  }
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    lua_pushstring(L, keys[i]);
    lua_rawget(L, 2);
    if (is_untold(L, keys[i]) && push_advice(L, r, 2, keys[i]))
      lua_setfield(L, 3, keys[i]);
    lua_settop(L, 3);
  }
  lua_replace(L, 2);
}

/* The same for errors: of several, the first one, and with our advice. */
static int error_pairs(lua_State *L) {
  check(L, 1);
  lua_settop(L, 1);
  lua_getiuservalue(L, 1, M365_RESOURCE_DATA);
  take_first_error(L, 2);
  add_advice(L, lua_touserdata(L, 1));
  lua_pushcclosure(L, resource_next, 1);
  lua_pushvalue(L, 1);
  return 2;
}

/* Pushes the value of the property that identifies the resource. */
int m365_resource_push_id(lua_State *L, int index,
                          const struct m365_type *type) {
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
              m365_resource_push_id(L, 1, a->type) == LUA_TSTRING &&
              m365_resource_push_id(L, 2, b->type) == LUA_TSTRING &&
              lua_rawequal(L, -1, -2);
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
  if (m365_resource_push_id(L, 1, r->type) == LUA_TSTRING) {
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
  } else {
    lua_pop(L, 2);
  }
  m365_printable_top(L);
  return 1;
}

/* Appends a field of the error at 1 to the strings on the stack: how many. */
static int push_said(lua_State *L, const char *before, const char *name) {
  lua_pushstring(L, before);
  if (lua_getfield(L, 1, name) == LUA_TSTRING)
    return 2;
  lua_pop(L, 2);
  return 0;
}

/* An error of an artifact and the like, as those of calls are shown. */
static int error_tostring(lua_State *L) {
  int n;
  check(L, 1);
  lua_settop(L, 1);
  n = push_said(L, "", "code");
  n += push_said(L, n > 0 ? ": " : "", "message");
  n += push_said(L, " - ", "remedy");
  lua_concat(L, n);
  m365_printable_top(L);
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
** Opening
*/

static bool is_error(const struct m365_type *type) {
  return strcmp(type->name, "publicError") == 0;
}

static lua_CFunction index_of(const struct m365_type *type) {
  if (m365_type_is_service(type))
    return service_index;
  return is_error(type) ? error_index : resource_index;
}

static void open_type(lua_State *L, const struct m365_type *type) {
  static const struct luaL_Reg meta[] = {
      {"__newindex", resource_newindex}, {"__len", resource_len},
      {"__pairs", resource_pairs},       {"__eq", resource_eq},
      {"__tostring", resource_tostring}, {"__close", resource_close},
      {"__json", resource_json},         {NULL, NULL},
  };
  luaL_newlib(L, meta);
  lua_pushfstring(L, "m365restore.%s", type->name);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__name");
  lua_setfield(L, -2, "__metatable");
  lua_newtable(L); /* metatable, methods */
  m365_field_function(L, "table", resource_table);
  m365_field_function(L, "client", resource_client);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &type->base); /* the methods */
  lua_pushcclosure(L, index_of(type), 1);
  lua_setfield(L, -2, "__index");
  if (is_error(type)) {
    m365_field_function(L, "__pairs", error_pairs);
    m365_field_function(L, "__tostring", error_tostring);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, type);
}

void m365_resource_open(lua_State *L) {
  for (const struct m365_type *t = m365_types; t->name != NULL; t++)
    open_type(L, t);
}
