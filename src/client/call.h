/*
** call: one request from a method's arguments to its result.
**
** Methods build a call, submit it, wait, and take the answer. What differs
** between them is in the contract's rows; this is what they share.
*/
#ifndef m365_call_h
#define m365_call_h

#include <stdbool.h>
#include <lua.h>

#include "bridge/options.h"
#include "client/client_state.h"

/* What one call is made of. Strings must be anchored on the stack until
   m365_call_submit returns. */
struct m365_call {
  int client; /* stack index */
  const char *method;
  const char *url;
  enum m365_effect effect;
  struct m365_settings settings;
  struct m365_buffer *body; /* NULL: none; ownership moves on submit */
  const char *prefer;       /* further preferences, or NULL */
  int headers;              /* stack index of more headers, or 0 */
  double grace_until;
  struct m365_purpose purpose;
};

/* How a list is asked for. Also the query of anything else that is read. */
struct m365_query {
  struct m365_settings settings; /* first: settings rows fill it */
  const char *filter, *orderby, *select, *expand, *search;
  unsigned top, skip, page_size;
  bool count;
  int extra_query, extra_headers;         /* stack indexes of tables, or 0 */
  const char *extra_prefer, *extra_field; /* anchored there, too, or NULL */
};

extern const struct m365_option m365_setting_rows[], m365_query_rows[];

/* Fills the query of one call from the option table at `index`, starting from
   what the client has set; `reads`: it takes a query at all. What `extra`
   holds, and the texts of lists, stay on the stack. */
void m365_call_query(lua_State *L, int client, int index, const char *what,
                     bool reads, struct m365_query *to);

/* Appends one query parameter to the string on the top, escaped; `name` as
   it stands. */
void m365_call_add_query(lua_State *L, const char *name, const char *value);

/* Appends the table at `index`, name -> value, to the URL on the top; nil
   there is nothing. Raises, naming `field`, on what cannot be sent. */
void m365_call_add_query_table(lua_State *L, int index, const char *field);

/* Pushes the headers of the table at `index`, checked, and returns their
   index, or 0 where nil is there. Prefer is told apart, because there is one
   already. Raises, naming `field`, on what cannot be sent. */
int m365_call_push_own_headers(lua_State *L, int index, const char *field,
                               const char **prefer);

/* Appends all that `query` asks for to the URL on the top. */
void m365_call_add_queries(lua_State *L, const struct m365_query *query);

/* Replaces the string on the top by itself, escaped for one path segment. */
void m365_call_escape(lua_State *L);

/* Pushes the URL that the link leads to from the page at `page`; false: it
   leads to no page of the client's API, and nothing is pushed. */
bool m365_call_push_link(lua_State *L, const struct m365_client *c,
                         const char *page, const char *link);

/* A body that is released with the Lua stack, until a call takes it. */
struct m365_buffer *m365_call_push_body(lua_State *L);

/* Adds the headers of the table at `headers`, name -> value, which were
   checked when they were read; 0: none. */
bool m365_call_add_headers(lua_State *L, struct m365_request *r, int headers);

/* Pushes the headers of the answer, by their names in lower case. */
void m365_call_push_headers(lua_State *L, const struct m365_transfer *t);

/* Pushes the operation, submitted, and returns its index; or 0, having
   pushed nil and an error. */
int m365_call_submit(lua_State *L, const struct m365_call *call);

/* Is what the operation at `index` brought a success? */
bool m365_call_succeeded(const struct m365_operation *op);

/* Moves what `body` holds, if anything, into the request. */
void m365_call_take_body(struct m365_request *r, struct m365_buffer *body);

/* Pushes nil and the failure of the operation at `index`. */
int m365_call_fail(lua_State *L, int index);

/* Waits as m365_await does, and looks at what came: a read whose answer is
   garbage is sent again while it has attempts. `full`: an empty answer is
   garbage, too. */
bool m365_call_await(lua_State *L, int index, bool full);

/* Pushes the decoded body of the operation at `index`, nil where there is
   none; false: pushes nil and an error. Frees the body. */
bool m365_call_decode(lua_State *L, int index);

/* The same, as a plain copy. */
bool m365_call_decode_plain(lua_State *L, int index);

#endif
