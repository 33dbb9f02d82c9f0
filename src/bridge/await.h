/*
** await: how a method waits, and who runs meanwhile.
**
** One runtime per lua_State: the engine, and a scheduler for coroutines. A
** method that has to wait yields if, and only if, its coroutine is one that
** the scheduler resumed; in any other it blocks, in slices short enough for
** Ctrl-C and debug hooks. The method's code is the same in both cases.
**
** A task is a coroutine that the scheduler owns. Tasks with a finisher are
** the library's own (token renewals) and run whoever waits; the others run
** only when somebody drives the scheduler: step, or gather.
*/
#ifndef m365_await_h
#define m365_await_h

#include <stdbool.h>
#include <lua.h>
#include <lauxlib.h>

#include "http/engine.h"
#include "bridge/failure.h"

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

/* Makes the runtime; raises if there is no memory. */
void m365_await_open(lua_State *L);

/* The engine of this state, or NULL once it was closed. */
struct m365_engine *m365_runtime_engine(lua_State *L);

/* Tells the log functions what the engine has written down. */
void m365_await_tell(lua_State *L);

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

/* Waits for the operation at `index`. true: it is done. false: this is a
   task; `return m365_await_yield(...)`, and the continuation asks again. */
bool m365_await(lua_State *L, int index);
int m365_await_yield(lua_State *L, int index, lua_KContext context,
                     lua_KFunction k);

/* Makes a task of the function and its `n` arguments on the top; replaces
   them by the coroutine. With a finisher, a function that stands below them,
   the task is the library's own; it is called with the coroutine and whether
   it ended well. */
void m365_task_spawn(lua_State *L, int n, bool finisher);

/* Forgets a task and closes its coroutine, which is on the top; pops it. One
   that is busy goes on to its next wait, and no further. */
void m365_task_cancel(lua_State *L);

/* Is the coroutine at `index` the task that runs right now? */
bool m365_task_is_current(lua_State *L, int index);

/* the functions that Lua sees: spawn, cancel, step, timeout, pollfds, sleep,
   event */
extern const struct luaL_Reg m365_await_functions[];

#endif
