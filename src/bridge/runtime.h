/*
** runtime: what one Lua state keeps: the engine, and tables of the scheduler.
*/
#ifndef m365_runtime_h
#define m365_runtime_h

#include <stdbool.h>
#include <lua.h>

#include "http/engine.h"

/* user values of the runtime */
enum {
  M365_RUNTIME_FLIGHT = 1, /* address of an operation -> it, in flight */
  M365_RUNTIME_WAITING,    /* the same -> list of tasks that wait */
  M365_RUNTIME_TASKS,      /* task -> its finisher, or true */
  M365_RUNTIME_READY,      /* queue of tasks to resume */
  M365_RUNTIME_CURRENT,    /* the task that runs, or nil */
  M365_RUNTIME_VALUES = M365_RUNTIME_CURRENT
};

struct m365_runtime {
  struct m365_engine *engine; /* NULL: closed */
  lua_Integer first, last;    /* of the queue */
};

/* Makes the runtime; raises if there is no memory. */
void m365_runtime_open(lua_State *L);

struct m365_runtime *m365_runtime_push(lua_State *L);

/* Pushes one of the runtime's tables; nothing else is left on the stack. */
struct m365_runtime *m365_runtime_push_part(lua_State *L, int part);

/* The engine of this state, or NULL once it was closed. */
struct m365_engine *m365_runtime_engine(lua_State *L);

/* The same where there must be one; raises otherwise. */
struct m365_engine *m365_runtime_check_engine(lua_State *L);

/* Appends the task on the top of the stack to the queue; pops it. */
void m365_runtime_make_ready(lua_State *L);

/* Pushes the next task; false: nothing is pushed. */
bool m365_runtime_take_ready(lua_State *L);

/* part[address of op] = the value on the top; pops it. */
void m365_runtime_note(lua_State *L, int part, const void *op);

#endif
