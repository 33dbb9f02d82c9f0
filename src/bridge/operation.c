#include "bridge/operation.h"

#include <string.h>
#include <lauxlib.h>

#include "bridge/runtime.h"

/* The tasks that wait for an operation stand in a list, which is on the top
   here, in the order in which they came. Where making one ready raises, those
   before it are not made ready twice. */
static void wake_all(lua_State *L) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
  for (lua_Integer i = 1; i <= n; i++) {
    if (lua_rawgeti(L, -1, i) == LUA_TTHREAD)
      m365_runtime_make_ready(L);
    else
      lua_pop(L, 1);
    lua_pushboolean(L, 0);
    lua_rawseti(L, -2, i);
  }
}

/* The task on the top waits for an operation; pops it. */
void m365_operation_await(lua_State *L, const void *op) {
  m365_runtime_push_part(L, M365_RUNTIME_WAITING);
  if (lua_rawgetp(L, -1, op) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, -3, op);
  }
  lua_pushvalue(L, -3); /* task, waiting, list, task */
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 3);
}

/* Marks an operation as done, and the tasks that wait as ready. What may
   raise comes first, so that it can be done again. */
void m365_operation_complete(lua_State *L, struct m365_operation *op) {
  m365_runtime_push_part(L, M365_RUNTIME_WAITING);
  if (lua_rawgetp(L, -1, op) == LUA_TTABLE)
    wake_all(L);
  lua_pop(L, 2);
  lua_pushnil(L);
  m365_runtime_note(L, M365_RUNTIME_WAITING, op);
  lua_pushnil(L);
  m365_runtime_note(L, M365_RUNTIME_FLIGHT, op);
  op->done = true;
  op->in_flight = false;
}

struct m365_operation *m365_operation_push(lua_State *L) {
  struct m365_operation *op;
  struct m365_runtime *r;
  m365_runtime_check_engine(L);
  op = lua_newuserdatauv(L, sizeof *op, M365_OPERATION_VALUES);
  memset(op, 0, sizeof *op);
  op->job.state = M365_IDLE;
  luaL_setmetatable(L, M365_OPERATION);
  r = m365_runtime_push(L);
  lua_pop(L, 1);
  op->engine = &r->engine;
  op->job.owner = op;
  lua_toclose(L, -1);
  return op;
}

void m365_operation_submit(lua_State *L, int index) {
  struct m365_operation *op = lua_touserdata(L, index);
  lua_pushvalue(L, index);
  m365_runtime_note(L, M365_RUNTIME_FLIGHT,
                    op); /* before the engine has it: this may raise */
  op->in_flight = true;
  op->job.owner = op;
  m365_engine_submit(*op->engine, &op->job);
}

bool m365_operation_repeat(lua_State *L, int index) {
  struct m365_operation *op = lua_touserdata(L, index);
  lua_pushvalue(L, index);
  m365_runtime_note(L, M365_RUNTIME_FLIGHT, op);
  if (op->closed || *op->engine == NULL ||
      !m365_engine_repeat(*op->engine, &op->job)) {
    lua_pushnil(L);
    m365_runtime_note(L, M365_RUNTIME_FLIGHT, op);
    return false;
  }
  op->done = false;
  op->in_flight = true;
  return true;
}

void m365_operation_sleep(lua_State *L, int index, struct m365_origin *origin,
                          double seconds) {
  struct m365_operation *op = lua_touserdata(L, index);
  lua_pushvalue(L, index);
  m365_runtime_note(L, M365_RUNTIME_FLIGHT, op);
  op->in_flight = true;
  m365_job_init(&op->job, origin, 0, 0);
  op->job.owner = op;
  m365_engine_sleep(*op->engine, &op->job, seconds);
}

/* Survives anything: a second call, a call in any order at lua_close, when
   the engine may be gone and has let go of the job already. */
static void release(struct m365_operation *op) {
  if (*op->engine != NULL)
    m365_engine_withdraw(*op->engine, &op->job);
  op->in_flight = false;
  m365_job_free(&op->job);
}

int m365_operation_gc(lua_State *L) {
  struct m365_operation *op = luaL_testudata(L, 1, M365_OPERATION);
  if (op != NULL && op->engine != NULL)
    release(op);
  return 0;
}

/* Leaving the method early, by an error or a closed coroutine, takes its
   request along. */
int m365_operation_close(lua_State *L) {
  struct m365_operation *op = luaL_checkudata(L, 1, M365_OPERATION);
  m365_operation_gc(L);
  if (!op->done) {
    op->closed = true;
    m365_operation_complete(L, op); /* others may wait for it too */
  }
  return 0;
}
