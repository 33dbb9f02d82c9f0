/*
** log: events, as a client's log function sees them.
**
** The one place where what may be seen is chosen: an event has the fields of
** one list, and nothing else passes. The function is called protected, and
** what it raises is dropped: a log never breaks a call.
*/
#ifndef m365_log_h
#define m365_log_h

#include <lua.h>

#include "http/event.h"

void m365_log_open(lua_State *L);

/* Makes the function at `index` hear the events of the log whose number is
   returned. The caller anchors the function. */
unsigned m365_log_attach(lua_State *L, int index);

/* Tells an event that was taken from the ring, and before it how many were
   lost. */
void m365_log_tell(lua_State *L, struct m365_event_ring *ring,
                   const struct m365_event *event);

/* Tells the event whose fields are in the table on the top; pops it. */
void m365_log_emit(lua_State *L, unsigned log);

/* Pushes a function that does so with its argument. */
void m365_log_push(lua_State *L, unsigned log);

#endif
