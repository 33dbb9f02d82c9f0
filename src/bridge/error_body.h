/*
** error_body: what an answer says went wrong.
**
** One reader for whole answers and for the members of a batch. Graph's form
** is { error = { code, message, target, details, innerError } }; services and
** gateways behind it also send that object without its envelope, OData's older
** forms, OAuth's pair, problem+json, a page of HTML, plain text, or nothing.
*/
#ifndef m365_error_body_h
#define m365_error_body_h

#include <lua.h>

/* Reads the body on the top, a text or a decoded value, and pops it. Sets
   service_code, message, target, details (a list of tables) and request_id
   of the table at `object`, each only where the body says it. */
void m365_error_body_take(lua_State *L, int object);

#endif
