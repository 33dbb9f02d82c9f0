/*
** libcurl: the library's own header, and what it may lack. Which options are
** there is decided by the library that is loaded and not by the headers that
** were compiled against; the numbers of options never change. An option that
** the loaded library does not know is answered with an error, which
** m365_libcurl_knows tells from a fault.
*/
#ifndef m365_libcurl_h
#define m365_libcurl_h

#include <curl/curl.h>
#include <stdbool.h>

#include "base/version.h"

#if LIBCURL_VERSION_NUM < M365_LIBCURL_OLDEST
#error "m365restore needs libcurl 7.80 or newer"
#endif

/* since 7.85: texts instead of the bits of the option before it */
#define M365_CURLOPT_PROTOCOLS_STR ((CURLoption)10318)
#define M365_CURLOPT_PROTOCOLS ((CURLoption)181)

/* since 7.87 and 8.20: no wait for a resolver's thread at the end */
#define M365_CURLOPT_QUICK_EXIT ((CURLoption)322)
#define M365_CURLMOPT_QUICK_EXIT ((CURLMoption)21)

/* since 8.6 */
#define M365_CURLE_TOO_LARGE ((CURLcode)100)

static inline bool m365_libcurl_knows(CURLcode code) {
  return code != CURLE_UNKNOWN_OPTION && code != CURLE_NOT_BUILT_IN;
}

#endif
