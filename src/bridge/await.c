/*** @submodule m365restore.core */
#include "bridge/await.h"

#include <math.h>
#include <string.h>
#include <lauxlib.h>

#include "bridge/compat.h"
#include "base/clock.h"
#include "bridge/log.h"
#include "bridge/options.h"
#include "bridge/hooks.h"
#include "bridge/field.h"

/* the longest stretch without a look at hooks, in seconds */
#define SLICE 0.05

/* the pause between two turns of tasks that do nothing but yield, in seconds */
#define IDLE_PAUSE 0.001

/*
** Running tasks
*/

/* Pushes the finisher of the task at `index`, or true, or nil. */
static int push_task(lua_State *L, int index) {
  int type;
  index = lua_absindex(L, index);
  m365_runtime_push_part(L, M365_RUNTIME_TASKS);
  lua_pushvalue(L, index);
  type = lua_rawget(L, -2);
  lua_remove(L, -2);
  return type;
}

/* tasks[task at index] = the value on the top; pops it. */
static void set_task(lua_State *L, int index) {
  index = lua_absindex(L, index);
  m365_runtime_push_part(L, M365_RUNTIME_TASKS);
  lua_pushvalue(L, index);
  lua_rotate(L, -3, -1); /* tasks, task, value */
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

static void set_current(lua_State *L, int index) {
  index = lua_absindex(L, index);
  m365_runtime_push(L);
  lua_pushvalue(L, index);
  lua_setiuservalue(L, -2, M365_RUNTIME_CURRENT);
  lua_pop(L, 1);
}

bool m365_task_is_current(lua_State *L, int index) {
  bool same;
  index = lua_absindex(L, index);
  m365_runtime_push_part(L, M365_RUNTIME_CURRENT);
  same = lua_isthread(L, -1) && lua_rawequal(L, -1, index);
  lua_pop(L, 1);
  return same;
}

/* What a task yielded, `n` values on its stack, decides when it goes on: an
   operation, when that is done; anything else (the user's own yield), at the
   next turn, which is no progress. The task is on the top of L; pops it. */
static bool park(lua_State *L, lua_State *task, int n) {
  struct m365_operation *op =
      n == 1 ? luaL_testudata(task, -1, M365_OPERATION) : NULL;
  lua_pop(task, n);
  if (op != NULL && !op->done)
    m365_operation_await(L, op);
  else
    m365_runtime_make_ready(L);
  return op != NULL;
}

/* The task on the top has ended; pops it. The error of a user's task goes to
   whoever drives the scheduler; that of a forgotten one to nobody. */
static void finish(lua_State *L, lua_State *task, int status) {
  int type = push_task(L, -1);
  lua_pushnil(L);
  set_task(L, -3);
  if (status != LUA_OK)
    m365_compat_close_thread(task, L); /* the error stays */
  if (type == LUA_TFUNCTION) {         /* task, finisher */
    lua_pushvalue(L, -2);
    lua_pushboolean(L, status == LUA_OK);
    lua_call(L, 2, 0);
    lua_pop(L, 1);
    return;
  }
  lua_pop(L, 2);
  if (status != LUA_OK && type != LUA_TNIL) {
    lua_xmove(task, L, 1);
    lua_error(L);
  }
}

/* Has somebody else run the task to its end? */
static bool is_dead(lua_State *task) {
  return lua_status(task) == LUA_OK && lua_gettop(task) == 0;
}

/* Resumes the task on the top; pops it. true: it made progress. */
static bool run(lua_State *L) {
  lua_State *task = lua_tothread(L, -1);
  int status, n;
  if (is_dead(task)) {
    m365_task_cancel(L);
    return true;
  }
  m365_runtime_push_part(
      L, M365_RUNTIME_CURRENT); /* task, the one that ran before */
  set_current(L, -2);
  n = lua_status(task) == LUA_OK ? lua_gettop(task) - 1 : 0;
  status = lua_resume(task, L, n, &n);
  set_current(L, -1);
  lua_pop(L, 1);
  if (status == LUA_YIELD)
    return park(L, task, n);
  finish(L, task, status);
  return true;
}

/* One turn of the queue as it stands now. A user's task runs only where the
   scheduler is driven; a cancelled one never. The number that progressed. */
static int run_ready(lua_State *L, bool everyone) {
  struct m365_runtime *r = m365_runtime_push(L);
  lua_Integer n = r->last - r->first + 1;
  int progressed = 0;
  lua_pop(L, 1);
  for (; n > 0 && m365_runtime_take_ready(L); n--) {
    int type = push_task(L, -1);
    lua_pop(L, 1);
    if (type == LUA_TNIL)
      lua_pop(L, 1);
    else if (everyone || type == LUA_TFUNCTION)
      progressed += run(L);
    else
      m365_runtime_make_ready(L);
  }
  return progressed;
}

/* A job leaves the engine when its operation is complete, and not before:
   that may raise for want of memory, and is done again by the next turn. */
static int collect(lua_State *L, struct m365_engine *e) {
  struct m365_job *job;
  int n = 0;
  for (; (job = m365_engine_finished(e)) != NULL; n++) {
    m365_operation_complete(L, job->owner);
    m365_engine_withdraw(e, job);
  }
  return n;
}

/* Pushes the operation of a job that is ASKING, or nil. */
static struct m365_operation *push_asking(lua_State *L,
                                          const struct m365_job *job) {
  m365_runtime_push_part(L, M365_RUNTIME_FLIGHT);
  if (job != NULL)
    lua_rawgetp(L, -1, job->owner);
  else
    lua_pushnil(L);
  lua_remove(L, -2);
  return lua_touserdata(L, -1);
}

/* Asking for a token may run the collector, a clock, and with them anything,
   even what ends other operations. So this one and the next are held, and a
   next one that is no longer ASKING ends the round: another one comes. */
static void authorize(lua_State *L, struct m365_engine *e) {
  struct m365_operation *op = push_asking(L, m365_engine_asking(e, NULL));
  while (op != NULL && op->job.state == M365_ASKING) {
    struct m365_operation *next =
        push_asking(L, m365_engine_asking(e, &op->job));
    op->authorize(L, op, lua_gettop(L) - 1);
    lua_remove(L, -2);
    op = next;
  }
  lua_pop(L, 1);
}

/* As many as there are now: a log function that makes requests makes new
   ones. The engine is asked for each time, because that function may do
   anything. */
void m365_await_tell(lua_State *L) {
  struct m365_engine *e = m365_runtime_engine(L);
  struct m365_event event;
  size_t n = e != NULL ? m365_engine_events(e)->count : 0;
  for (; n > 0 && (e = m365_runtime_engine(L)) != NULL; n--) {
    if (!m365_event_take(m365_engine_events(e), &event))
      return;
    m365_log_tell(L, m365_engine_events(e), &event);
  }
}

/* Takes what has come, and starts what was asked for. The number of
   operations that are complete now. */
static int serve_engine(lua_State *L) {
  struct m365_engine *e = m365_runtime_engine(L);
  int n;
  if (e == NULL)
    return 0;
  m365_engine_advance(e);
  authorize(L, e);
  n = (e = m365_runtime_engine(L)) != NULL ? collect(L, e) : 0;
  m365_await_tell(L);
  return n;
}

/* One round of the tasks that can go on now, without waiting. The caller gets
   its turn after each round, because there may be no last one: a task may make
   others ready, or itself. true: something went on. */
static bool run_round(lua_State *L, bool everyone) {
  int n;
  luaL_checkstack(L, LUA_MINSTACK, "m365restore");
  if (m365_runtime_engine(L) == NULL) /* the state is closing: nothing starts */
    return false;
  n = serve_engine(L);
  n += run_ready(L, everyone);
  if (n > 0)
    serve_engine(L); /* what the tasks have asked for */
  return n > 0;
}

/*
** Waiting
*/

/* Was this coroutine resumed by the scheduler, and not by somebody else? */
static bool is_task(lua_State *L) {
  bool current;
  if (!lua_isyieldable(L))
    return false;
  lua_pushthread(L);
  current = m365_task_is_current(L, -1);
  lua_pop(L, 1);
  return current;
}

/* Looks at hooks: between any two rounds. */
static void run_hooks(lua_State *L) {
  if (m365_hooks_run(L) != LUA_OK)
    lua_error(L);
}

/* Waits, then lets tasks go on. true: something went on. */
static bool wait_slice(lua_State *L, bool everyone, double seconds) {
  bool busy;
  m365_engine_step(m365_runtime_check_engine(L), fmin(seconds, SLICE));
  busy = run_round(L, everyone);
  run_hooks(L);
  return busy;
}

bool m365_await(lua_State *L, int index) {
  const struct m365_operation *op = lua_touserdata(L, index);
  bool busy;
  if (op->done)
    return true;
  if (is_task(L))
    return false;
  busy = run_round(L, false);
  while (!op->done)
    busy = wait_slice(L, false, busy ? 0 : SLICE);
  return true;
}

int m365_await_yield(lua_State *L, int index, lua_KContext context,
                     lua_KFunction k) {
  lua_pushvalue(L, index);
  return lua_yieldk(L, 1, context, k);
}

/*
** Tasks
*/

void m365_task_spawn(lua_State *L, int n, bool finisher) {
  lua_State *task = lua_newthread(L);
  lua_insert(L, -(n + 2)); /* task, function, arguments */
  if (!lua_checkstack(task, n + LUA_MINSTACK))
    luaL_error(L, "spawn: too many arguments");
  lua_xmove(L, task, n + 1);
  if (finisher)
    lua_insert(L, -2); /* task, finisher */
  else
    lua_pushboolean(L, 1);
  set_task(L, -2);
  lua_pushvalue(L, -1);
  m365_runtime_make_ready(L);
}

/* A coroutine that has resumed somebody, or runs, cannot be closed. */
static bool is_busy(lua_State *task) {
  lua_Debug level;
  return lua_status(task) == LUA_OK && lua_getstack(task, 0, &level) == 1;
}

void m365_task_cancel(lua_State *L) {
  lua_State *task = lua_tothread(L, -1);
  lua_pushnil(L);
  set_task(L, -2);
  if (!is_busy(task))
    m365_compat_close_thread(task, L);
  lua_pop(L, 1);
}

/***
Starts a function as a task of the scheduler. In it, every method of this
library yields to the other tasks instead of blocking. It runs when the
scheduler is driven: by @{step} or by `m365.gather`.
@function spawn
@tparam function fn
@param ... its arguments
@treturn thread the task's coroutine
*/
static int f_spawn(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  m365_task_spawn(L, lua_gettop(L) - 1, false);
  return 1;
}

/***
Ends a task: its coroutine is closed, its requests are withdrawn. A restore
that it was watching goes on.
@function cancel
@tparam thread task
*/
static int f_cancel(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTHREAD);
  lua_settop(L, 1);
  luaL_argcheck(L, !is_busy(lua_tothread(L, 1)), 1,
                "a task that is running cannot be cancelled");
  m365_task_cancel(L);
  return 0;
}

static bool has_ready(lua_State *L) {
  struct m365_runtime *r = m365_runtime_push(L);
  lua_pop(L, 1);
  return r->first <= r->last;
}

/***
Drives the scheduler. Where tasks can go on, each of them does so once, and
the network is looked at; else this waits for the network, a timer or the time
that is given, and then each task that can go on does so once. What a task
makes ready, itself among others, goes on in the next call, so that a host's
loop gets its turn whatever the tasks do. Never yields. An error of a task is
raised here.
@function step
@tparam[opt=0] number|string timeout how long to wait at most, in seconds or
like "1s"; at most 0.05 seconds are waited in one call, so that hooks are seen
*/
static int f_step(lua_State *L) {
  double seconds =
      lua_isnoneornil(L, 1) ? 0 : m365_options_check_duration(L, 1, "timeout");
  serve_engine(L);
  if (!has_ready(L)) {
    wait_slice(L, true, seconds);
    return 0;
  }
  run_round(L, true);
  m365_engine_step(m365_runtime_check_engine(L), 0);
  serve_engine(L);
  run_hooks(L);
  return 0;
}

/***
How long a host's own loop may sleep before it calls @{step}.
@function timeout
@treturn ?number seconds; nil where nothing is due
*/
static int f_timeout(lua_State *L) {
  struct m365_engine *e = m365_runtime_check_engine(L);
  double seconds;
  /* what a task asked for just before an error ended the step, and what was
     asked for outside of one, has not been started yet */
  m365_engine_advance(e);
  seconds = has_ready(L) ? 0 : m365_engine_timeout(e);
  if (seconds == M365_NEVER)
    return 0;
  lua_pushnumber(L, seconds);
  return 1;
}

/***
The descriptors that a host's own loop watches before it calls @{step}.
@function pollfds
@treturn table a list of `{ fd =, events = "r"|"w"|"rw" }`
*/
static int f_pollfds(lua_State *L) {
  static const char *const names[] = {"", "r", "w", "rw"};
  size_t n;
  const struct pollfd *d =
      m365_engine_pollfds(m365_runtime_check_engine(L), &n);
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    lua_createtable(L, 0, 2);
    m365_field_integer(L, "fd", d[i].fd);
    lua_pushstring(L, names[(d[i].events & POLLIN ? 1 : 0) |
                            (d[i].events & POLLOUT ? 2 : 0)]);
    lua_setfield(L, -2, "events");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* also the continuation: the operation is on the top in both cases */
static int wait_for_top(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  (void)status;
  if (!m365_await(L, index))
    return m365_await_yield(L, index, context, wait_for_top);
  lua_pushboolean(L, 1);
  return 1;
}

/***
Waits, in real time. May yield.
@function sleep
@tparam number|string seconds a duration
@treturn boolean true
*/
static int f_sleep(lua_State *L) {
  double seconds = m365_options_check_duration(L, 1, "seconds");
  m365_operation_push(L);
  m365_operation_sleep(L, lua_gettop(L), NULL, seconds);
  return wait_for_top(L, LUA_OK, lua_gettop(L));
}

/***
An event: something that one task waits for until another sets it.
@function event
@treturn event with `:set()`, and `:wait()`, which may yield
*/
static int f_event(lua_State *L) {
  struct m365_operation *op = lua_newuserdatauv(L, sizeof *op, 1);
  memset(op, 0, sizeof *op);
  op->job.state = M365_IDLE;
  luaL_setmetatable(L, M365_OPERATION);
  return 1;
}

static int event_set(lua_State *L) {
  struct m365_operation *op = luaL_checkudata(L, 1, M365_OPERATION);
  if (!op->done)
    m365_operation_complete(L, op);
  return 0;
}

/* Outside of a task nobody else would run, and so nobody could set it: here
   the waiting drives everyone. */
static int event_wait(lua_State *L) {
  const struct m365_operation *op = luaL_checkudata(L, 1, M365_OPERATION);
  bool busy;
  lua_settop(L, 1);
  if (!op->done && is_task(L))
    return m365_await_yield(L, 1, 1, wait_for_top);
  busy = run_round(L, true);
  while (!op->done)
    busy = wait_slice(L, true, busy ? 0 : has_ready(L) ? IDLE_PAUSE : SLICE);
  lua_pushboolean(L, 1);
  return 1;
}

const struct luaL_Reg m365_await_functions[] = {
    {"spawn", f_spawn},     {"cancel", f_cancel},   {"step", f_step},
    {"timeout", f_timeout}, {"pollfds", f_pollfds}, {"sleep", f_sleep},
    {"event", f_event},     {NULL, NULL},
};

/*
** Opening
*/

static void open_operations(lua_State *L) {
  static const struct luaL_Reg methods[] = {
      {"set", event_set}, {"wait", event_wait}, {NULL, NULL}};
  luaL_newmetatable(L, M365_OPERATION);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  m365_field_function(L, "__gc", m365_operation_gc);
  m365_field_function(L, "__close", m365_operation_close);
  m365_field_flag(L, "__metatable", 0);
  lua_pop(L, 1);
}

void m365_await_open(lua_State *L) {
  m365_runtime_open(L);
  open_operations(L);
}
