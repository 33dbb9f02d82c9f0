/*
** failure: every failure as one Lua error object.
**
** A table with these fields, and a __tostring that reads well:
**   code, message, status, request_id, client_request_id, retry_after,
**   attempts, operation, sent (false, true or "unknown"), class, remedy,
**   service_code, target, details, permission, cause, help
** Codes are stable; texts are not. No field ever holds a secret.
*/
#ifndef m365_failure_h
#define m365_failure_h

#include <lua.h>

#include "http/job.h"

/* What was being done, for the error object. */
struct m365_purpose {
  const char *operation;
  const char *permission; /* NULL: none is documented */
  bool list;              /* it reads a list */
};

void m365_failure_open(lua_State *L);

/* Pushes the failure of a job that is done. */
void m365_failure_of_job(lua_State *L, const struct m365_job *job,
                         const struct m365_purpose *purpose);

/* Pushes a failure with a code of ours; `job` may be NULL. */
void m365_failure_of_code(lua_State *L, const char *code, const char *message,
                          const struct m365_job *job,
                          const struct m365_purpose *purpose);

/* The same for an answer that came and cannot be used: after a write nobody
   knows what it would have said. */
void m365_failure_of_answer(lua_State *L, const char *code, const char *message,
                            const struct m365_job *job,
                            const struct m365_purpose *purpose);

/* m365restore.core.failure(fields): a failure made in Lua; `class` and
   `remedy` are filled in from `code` where they are missing. */
int m365_failure_new(lua_State *L);

/* core.refused(status, body, fields): what a member of a batch failed with */
int m365_failure_refused(lua_State *L);

/* core.describe(code, operation, seen): class, remedy and fact, or nothing. */
int m365_failure_describe(lua_State *L);

/* core.redact(text): a foreign text without what looks like a secret. */
int m365_failure_redact(lua_State *L);

/* core.codes(): the list of all codes. */
int m365_failure_codes(lua_State *L);

#endif
