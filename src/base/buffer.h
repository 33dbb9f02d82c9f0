/*
** buffer: bytes that are born with a ceiling.
**
** Nothing grows without a bound that was stated when it was made. An append
** that does not fit frees what was there and records why, so that a caller
** inside libcurl has nothing left to clean up.
*/
#ifndef m365_buffer_h
#define m365_buffer_h

#include <stdbool.h>
#include <stddef.h>

enum m365_buffer_failure {
  M365_BUFFER_FINE,
  M365_BUFFER_FULL,     /* the ceiling was reached */
  M365_BUFFER_NO_MEMORY /* the system had no more to give */
};

struct m365_buffer {
  char *bytes; /* NULL while empty; not terminated */
  size_t length;
  size_t capacity;
  size_t ceiling;
  enum m365_buffer_failure failure;
  bool secret; /* wiped wherever it is let go of; set by the owner */
};

void m365_buffer_init(struct m365_buffer *b, size_t ceiling);

/* Makes room for `n` bytes that were announced, within reason. */
void m365_buffer_expect(struct m365_buffer *b, size_t n);

/* false: the bytes did not fit; `failure` tells why, and the buffer is empty
   and stays so until it is reset */
bool m365_buffer_append(struct m365_buffer *b, const void *bytes, size_t n);

/* empty and usable again; keeps its memory */
void m365_buffer_reset(struct m365_buffer *b);

void m365_buffer_free(struct m365_buffer *b);

/* overwrites bytes that held a secret, in a way no compiler removes */
void m365_buffer_wipe(void *bytes, size_t n);

#endif
