/*
** url: where the link of an answer leads, read as a browser reads it.
**
** No Lua. A token goes to its own origin only: a link elsewhere is refused.
*/
#ifndef m365_url_h
#define m365_url_h

#include <stdbool.h>

/* Is nothing in the link but blanks? Then there is no next page. */
bool m365_url_is_blank(const char *link);

/* The URL that `link` leads to from the page at `page`, of the API at `base`,
   as a new block; NULL: it leads elsewhere, or there is no memory. Blanks and
   what no URL has are escaped; relative links are resolved, and those from the
   root that leave the version out are of `version`. */
char *m365_url_resolve(const char *base, const char *version, const char *page,
                       const char *link);

#endif
