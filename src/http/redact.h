/*
** redact: what must not be shown is struck out of a text.
**
** No Lua. A text that a server, a gateway, a proxy or a program wrote, and
** libcurl's own messages, may quote what they were given. Whatever of them goes
** into an error or an event passes through here first: the secrets that a job
** was sent with are struck out, and then what looks like a secret.
*/
#ifndef m365_redact_h
#define m365_redact_h

#include <stddef.h>

struct m365_job;

/* Strikes out what looks like a secret, in place: user and password of a URL,
   tokens, and values whose name says that they are secret. */
void m365_redact(char *text, size_t length);

/* Strikes out the secret value of a header line, in place; a line whose name
   means no secret has none. */
void m365_redact_header(const char *line, char *text, size_t length);

/* Strikes out the secrets that a job was sent with, in place. */
void m365_redact_job(const struct m365_job *job, char *text, size_t length);

#endif
