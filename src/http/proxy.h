/*
** proxy: where a proxy is set, and what is wrong with it.
**
** libcurl takes much for a proxy that is none, and quotes all of it, with its
** password, when it cannot be used: so it is looked at where it is set.
*/
#ifndef m365_proxy_h
#define m365_proxy_h

#include <stddef.h>

/* What is wrong with a proxy's address, or NULL. Never quotes it. */
const char *m365_proxy_problem(const char *text);

/* The variables of the environment that libcurl takes a proxy for https from,
   the first one that is set; NULL: there are no more. */
const char *m365_proxy_variable(size_t i);

#endif
