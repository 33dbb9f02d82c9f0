/*
** json_text: a JSON text as the decoder reads it, from every writer and
** in every locale the host runs.
**
** No Lua. A text that is fine is left alone, at the price of one look at it.
** These are mended:
**   a byte order mark                      is left out
**   half of a UTF-16 pair as an escape     becomes U+FFFD
**   in strings: bytes that are not UTF-8,
**   and NUL as it is                       become U+FFFD
**   1.5                                    becomes 15e-1, the same number:
**                                          a decimal point is read by locale
** What is no JSON stays what it is, for the decoder to refuse.
*/
#ifndef m365_json_text_h
#define m365_json_text_h

#include <stdbool.h>
#include <stddef.h>

/* Writes the mended text to `to`, unless that is NULL; false: there is nothing
   to mend. `used` is its length. */
bool m365_json_text_repair(const char *text, size_t length, char *to,
                           size_t *used);

#endif
