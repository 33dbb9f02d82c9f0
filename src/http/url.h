/*
** url: what is wrong with a URL, how text gets into one, and where the link of
** an answer leads, read as a browser reads it.
**
** No Lua. A token goes to its own origin only: a link elsewhere is refused.
*/
#ifndef m365_url_h
#define m365_url_h

#include <stdbool.h>
#include <stddef.h>

/* Is nothing in the link but blanks? Then there is no next page. */
bool m365_url_is_blank(const char *link);

/* The URL that `link` leads to from the page at `page`, of the API at `base`,
   as a new block; NULL: it leads elsewhere, or there is no memory. Blanks and
   what no URL has are escaped; relative links are resolved, and those from the
   root that leave the version out are of `version`. */
char *m365_url_resolve(const char *base, const char *version, const char *page,
                       const char *link);

/* What is wrong with a URL, or NULL: it must be https, or plain http to this
   machine (with `nearby`, also to an address); `plain` tells which. */
const char *m365_url_problem(const char *text, bool nearby, bool *plain);

/* Writes a character as it stands, where RFC 3986 does not reserve it or it is
   one of `also`, or escaped. The number of bytes: 1 or 3. */
size_t m365_url_escape(char *to, unsigned char c, const char *also);

#endif
