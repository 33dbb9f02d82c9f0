/*
** resource: ONE implementation for all the types of the contract table.
**
** A resource is a type, a client, and the decoded object that the service
** sent; its methods are the contract's rows for that type. It owns nothing
** that has to be released, and so it has no finalizer: a page of a thousand
** would pay for each.
*/
#ifndef m365_resource_h
#define m365_resource_h

#include <stdbool.h>
#include <lua.h>
#include <lauxlib.h>

#include "graph/contract.h"

/* user values of a resource */
enum {
  M365_RESOURCE_CLIENT = 1,
  M365_RESOURCE_DATA, /* the object, as it was decoded; never changed */
  M365_RESOURCE_HOME, /* the collection it stands in, or nil */
  M365_RESOURCE_VALUES = M365_RESOURCE_HOME
};

struct m365_resource {
  const struct m365_type *type;
  bool delete_unclear; /* a DELETE was sent, and no answer came */
  /* of an error: the type of what it belongs to, and where that was to go */
  const char *owner, *destination;
};

/* Pushes a resource over the object at `data`; `home` is the stack index of
   its collection's path, or 0 for the type's own. The object's @odata.type
   may name a more exact type. */
void m365_resource_push(lua_State *L, int client, const struct m365_type *type,
                        int data, int home);

/* The resource at `index`, or NULL. */
struct m365_resource *m365_resource_test(lua_State *L, int index);

/* Pushes the table of methods of a type. */
void m365_resource_push_methods(lua_State *L, const struct m365_type *type);

/* Methods that are written in Lua are loaded when one of them is first asked
   for: `names` is the index of the list of all their names, `load` of the
   function that loads them all. */
void m365_resource_defer_methods(lua_State *L, int names, int load);

/* Loads them, if the key at `key` is one of their names and it was not done
   yet. false: there was nothing to load. */
bool m365_resource_load_method(lua_State *L, int key);

/* Loads them in any case, so that all names are there. */
void m365_resource_load_methods(lua_State *L);

/* Pushes the property that identifies the resource at `index`; its type. */
int m365_resource_push_id(lua_State *L, int index,
                          const struct m365_type *type);

/* Raises: the key at 2 is no method of `owner`, which is the client's type or
   that of a service. Names what has a method of that name, or the nearest
   name. */
int m365_resource_refuse_method(lua_State *L, const struct m365_type *owner);

/* Makes the metatables, with methods that need no request. */
void m365_resource_open(lua_State *L);

#endif
