/*
** catalogue: every error code, with its class and the fact that it stands for.
** What to do about it is told by `advice`.
**
** The service's codes stand beside our own, because a person who reads one
** at night does not care who named it. Classes:
**   retry      the same call may work later
**   queue      it will work when something else has ended
**   refuse     it will never work as it stands
**   ambiguous  nobody knows whether it was done: read before acting
**   ask        a person has to decide or to change something
*/
#ifndef m365_catalogue_h
#define m365_catalogue_h

#include <stdbool.h>
#include <stddef.h>

struct m365_entry {
  const char *code;
  const char *class;
  const char *fact; /* a message where nothing more exact is known */
};

/* The row of a code, in any case; NULL: not known. */
const struct m365_entry *m365_catalogue_find(const char *code);

/* The same for a code that a service gave: what we call by the same name is
   not meant. */
const struct m365_entry *m365_catalogue_service(const char *code);

/* The row of an HTTP status; never NULL. */
const struct m365_entry *m365_catalogue_status(long status);

/* The n-th row, from 0; NULL: there are no more. */
const struct m365_entry *m365_catalogue_row(size_t n);

/* The service's own Backup Storage codes: where one of them came, the
   service has spoken, and nothing is unclear about a write. */
bool m365_catalogue_is_backup(const char *code);

#endif
