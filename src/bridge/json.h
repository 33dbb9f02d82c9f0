/*
** json: between Lua values and the bytes on the wire.
**
** Reading is lua-cjson's, in an instance of our own so that no setting of
** ours or of the host reaches the other. What its two lines disagree about
** (floats for integers, a null that is true) is settled where a value is
** read, by m365_json_normalize: a page of a thousand objects is never walked as
** a whole. Writing is ours, because one of the lines cannot write [].
*/
#ifndef m365_json_h
#define m365_json_h

#include <stdbool.h>
#include <stddef.h>
#include <lua.h>

#include "base/buffer.h"

/* Makes the private instance; raises if lua-cjson is not there. */
void m365_json_open(lua_State *L);

/* Replaces the text on the top by its value and returns NULL; or by what is
   wrong, and returns its code: "bad_json", or "no_memory". */
const char *m365_json_decode(lua_State *L);

/* The same of bytes, which are freed; the value, or what is wrong, is
   pushed. */
const char *m365_json_take(lua_State *L, struct m365_buffer *text);

/* Tells that the value of the last long text is not needed any more: the best
   moment for the garbage collector to work. */
void m365_json_discarded(lua_State *L);

/* Replaces null by nil, and 3.0 by 3, on the top of the stack. Tables are
   left as they are. */
void m365_json_normalize(lua_State *L);

/* Sets a number in the table on the top, 3 for 3.0; a negative one is none. */
void m365_json_field(lua_State *L, const char *field, double value);

/* Replaces the decoded value on the top by a plain deep copy, normalized. The
   second one does not raise: as m365_json_decode. */
void m365_json_copy(lua_State *L);
const char *m365_json_plain(lua_State *L);

/* Appends the value at `index` to `to`; raises, naming the place inside
   `field`, on what JSON cannot say. */
void m365_json_encode(lua_State *L, int index, const char *field,
                      struct m365_buffer *to);

/* m365.array(t?): marks a table so that it is written as a list */
int m365_json_array(lua_State *L);

/* Pushes the value that is written as null. */
void m365_json_null(lua_State *L);

#endif
