/*
** resolve: a resolver with one name, for specs. Preloaded, it gives the
** addresses in ADDRESSES, in that order, for the name in NAME; where there is
** no ADDRESSES, it never comes back.
*/
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int resolver(const char *, const char *, const struct addrinfo *,
                     struct addrinfo **);

int getaddrinfo(const char *name, const char *service,
                const struct addrinfo *hints, struct addrinfo **result) {
  resolver *real = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
  const char *known = getenv("NAME"), *list = getenv("ADDRESSES");
  struct addrinfo **next = result, numeric = *hints;
  int status = 0;
  if (known == NULL || name == NULL || strcmp(name, known))
    return real(name, service, hints, result);
  while (list == NULL)
    pause();
  *result = NULL;
  numeric.ai_family = AF_UNSPEC;
  for (char *copy = strdup(list), *one = strtok(copy, " ");
       one != NULL && status == 0; one = strtok(NULL, " ")) {
    status = real(one, service, &numeric, next);
    while (status == 0 && *next != NULL)
      next = &(*next)->ai_next;
  }
  return status;
}
