/*
** text: UTF-8 as it comes from outside, and what of it may be shown.
**
** No Lua. What a terminal, a log or a page gets passes m365_text_printable:
** names and messages are written by others, and must not move a cursor, start
** a new line or turn the direction of writing.
*/
#ifndef m365_text_h
#define m365_text_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the character at the start of `text`, and its code; 0: there
   is none, because the bytes are not UTF-8 or `length` is 0. */
size_t m365_text_decode(const char *text, size_t length, uint32_t *code);

/* The small letter of a capital from A to Z; any other byte as it is. */
char m365_text_lower(char c);

/* Are two texts the same, but for the capitals of A to Z? In Turkish,
   strcasecmp says no for I and i. */
bool m365_text_same(const char *a, const char *b);

/* The same for their first `n` bytes, or what is before their ends. */
bool m365_text_same_start(const char *a, const char *b, size_t n);

/* The largest length of at most `most` that does not cut a character. */
size_t m365_text_cut(const char *text, size_t length, size_t most);

/* what each byte may become when a text is repaired */
#define M365_TEXT_GROWTH 3

/* Copies `text` to `to`, which has room for M365_TEXT_GROWTH times `length`
   bytes and is not `text`. Each byte that is not part of a character becomes
   U+FFFD. Returns the length of the copy. */
size_t m365_text_repair(const char *text, size_t length, char *to);

/* Copies `text` to `to`, which has room for `length` bytes and may be `text`
   itself. Line ends and tabs become a blank; other controls, marks that turn
   the direction of writing and bytes that are not UTF-8 become "?". Returns
   the length of the copy, which is never longer. */
size_t m365_text_printable(const char *text, size_t length, char *to);

/* How many characters have to be put in, left out or changed to make one word
   of the other (Levenshtein's distance, by bytes). */
size_t m365_text_distance(const char *a, const char *b);

/* The one of the known names, which end with NULL, that is most like `name`;
   NULL where none is alike. */
const char *m365_text_nearest(const char *name, const char *const known[]);

#endif
