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

#include "bridge/operation.h"
#include "bridge/runtime.h"

/* Makes the runtime; raises if there is no memory. */
void m365_await_open(lua_State *L);

/* Tells the log functions what the engine has written down. */
void m365_await_tell(lua_State *L);

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
