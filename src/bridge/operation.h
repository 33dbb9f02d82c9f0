/*
** operation: something whose end tasks wait for: a request, a timer, or an
** event that is set.
*/
#ifndef m365_operation_h
#define m365_operation_h

#include <stdbool.h>
#include <lua.h>

#include "http/engine.h"
#include "bridge/failure.h"

/* the metatable of operations */
#define M365_OPERATION "m365restore.operation"

/* user values of an operation that is a request */
enum {
  M365_OPERATION_CLIENT = 1,
  M365_OPERATION_ERROR,
  M365_OPERATION_ANSWER, /* what was decoded, until it is taken */
  M365_OPERATION_VALUES = M365_OPERATION_ANSWER
};

struct m365_operation;

/* Gets a job that is ASKING its token, sooner or later; the operation is at
   the given index. */
typedef void m365_authorizer(lua_State *L, struct m365_operation *op,
                             int index);

/* Something that ends: a request, a timer, or an event that is set. */
struct m365_operation {
  struct m365_engine *const *engine; /* where the runtime keeps it */
  struct m365_job job;
  struct m365_purpose purpose;
  bool in_flight;
  bool done;
  bool closed;         /* its method was left before it was done */
  unsigned generation; /* of the token that it last went out with */
  bool awaits_token;   /* a renewal was under way for it */
  bool decoded;        /* the answer was looked at */
  const char *problem; /* the code of what is wrong with it, or NULL */
  m365_authorizer *authorize;
};

/* Pushes a new operation that is closed when the C function that called
   this returns. */
struct m365_operation *m365_operation_push(lua_State *L);

/* Hands a request, or a timer, to the engine; a timer with an origin ends
   when that is closed. */
void m365_operation_submit(lua_State *L, int index);
void m365_operation_sleep(lua_State *L, int index, struct m365_origin *origin,
                          double seconds);

/* Sends a read that is done again, because its answer is of no use; false: it
   has had its attempts, or its time. */
bool m365_operation_repeat(lua_State *L, int index);

/* Marks it as done, and the tasks that wait for it as ready. */
void m365_operation_complete(lua_State *L, struct m365_operation *op);

/* The task on the top waits for an operation; pops it. */
void m365_operation_await(lua_State *L, const void *op);

/* __gc and __close */
int m365_operation_gc(lua_State *L);
int m365_operation_close(lua_State *L);

#endif
