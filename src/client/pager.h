/*
** pager: a list of the service, walked one page at a time.
**
** It does nothing until it is asked for its first item. In a `for` an error
** is raised; `:next()` returns it; the end is neither.
*/
#ifndef m365_pager_h
#define m365_pager_h

#include <lua.h>

#include "client/call.h"
#include "graph/contract.h"

/* How a list is asked for; stack indexes, and strings anchored there. */
struct m365_list {
  int client;
  const char *url; /* of the first page */
  int home;        /* index of the path that its members stand under */
  int body;        /* index of the text that is sent for the first page by
                      POST, or of nil */
  const struct m365_type *type;
  const struct m365_query *query;
  struct m365_purpose purpose;
  double grace_until; /* monotonic; until then a 404 may be a replica's */
};

void m365_pager_push(lua_State *L, const struct m365_list *list);

void m365_pager_open(lua_State *L);

#endif
