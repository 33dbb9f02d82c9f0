/*
** advice: what to do about an error, by its code, the operation that met it
** and what was seen. One table; no other place gives advice for a code.
**
** What can be seen:
**   read, write      what the operation does
**   list             it reads a list
**   new, inPlace     where an artifact was to go
**   permission       the operation needs one that is known; the remedy then
**                    has {permission} where its name belongs
**   retry_after      the service said how long to wait
**   proxy            it is the proxy that could not be reached
**   unreachable, resolve, throttled, failing
**                    how the attempts before a deadline ended
**   restoreLocked    the state of the service
**   folder, places, files
**                    what there is where a pattern matches no file
** Operations that are no call: "plan" and "apply"; "RestoreArtifact", the error
** of one; "outcome", the state of a target in a report; "system", files,
** programs and keys.
*/
#ifndef m365_advice_h
#define m365_advice_h

/* `operation` may be NULL; `seen` ends with NULL, or is NULL. NULL: no advice
   is known for the code. */
const char *m365_advice(const char *code, const char *operation,
                        const char *const seen[]);

#endif
