/*
** contract: Graph's resources and actions, as one const table.
**
** The only place that knows Graph's paths. A new operation is a new row, and
** `resource` serves it; nothing else has to change.
*/
#ifndef m365_contract_h
#define m365_contract_h

#include <stdbool.h>
#include <stddef.h>

#include "http/retry.h"

/* the path that all rows are relative to, after host and version */
#define M365_ROOT "/solutions/backupRestore"

enum m365_version { M365_V1 = 1, M365_BETA = 2, M365_BOTH = 3 };

/* What an action takes in its body. */
enum m365_body {
  M365_BODY_NONE,
  M365_BODY_OBJECT,   /* a table from the caller */
  M365_BODY_OPTIONAL, /* a table, or nothing at all */
  M365_BODY_DEFAULT   /* a table, or {} where none is given */
};

/* What comes of its answer. */
enum m365_result {
  M365_RESULT_NOTHING, /* true */
  M365_RESULT_SELF,    /* the receiver, brought up to date */
  M365_RESULT_ITEM,    /* a new resource */
  M365_RESULT_LIST     /* a pager over resources */
};

/* A type of resource. `name` is Graph's; `base` is the type whose methods it
   shares; `home` is the collection under which its own path stands, where
   that does not depend on where it was found; `key` is the property that
   identifies it. */
struct m365_type {
  const char *name;
  const char *base;
  const char *home;
  const char *key;
};

/* An action. In `path`, {self} is the receiver's own path, {id} its id (or
   the first argument, where the receiver has none), {item} an argument. A
   list that is not asked for by GET goes on with GET along its links. */
struct m365_action {
  const char *on;   /* the type that has the method */
  const char *verb; /* the method's name in Lua */
  const char *method;
  const char *path;
  enum m365_effect effect;
  enum m365_version versions;
  enum m365_body body;
  enum m365_result result;
  const char *type; /* of the result, or of its members */
  const char *permission;
  const char *source; /* the page that documents it, or why it is here */
  const char *title;  /* of that page; NULL: there is none */
};

/* where Microsoft's reference stands */
#define M365_REFERENCE "https://learn.microsoft.com/graph/api/"

/* A page of it. */
struct m365_page {
  char title[96], address[160];
};

extern const struct m365_type m365_types[];     /* ended by a NULL name */
extern const struct m365_action m365_actions[]; /* ended by a NULL verb */

/* The row of a type, by Graph's name in any case and with or without the
   "#microsoft.graph." in front; NULL: not known. */
const struct m365_type *m365_type_named(const char *name);

/* Is it the type of that name, or one that derives from it? */
bool m365_type_derives(const struct m365_type *type, const char *from);

/* Is it one of the three services, on which methods hang? */
bool m365_type_is_service(const struct m365_type *type);

/* The type it derives from, or NULL. */
const struct m365_type *m365_type_base(const struct m365_type *type);

/* The action that reads one resource of that type again, or NULL. */
const struct m365_action *m365_type_reader(const struct m365_type *type);

/* The action that an error's `operation` names, such as "client.session", or
   that its page tells of; NULL: none. */
const struct m365_action *m365_action_of(const char *operation);

/* The page that tells of an action. */
void m365_action_page(const struct m365_action *action, struct m365_page *page);

/* The type of a property whose value is an object, by the property's name,
   which means the same all over this part of Graph. */
const struct m365_type *m365_type_of_property(const char *property);

#endif
