#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

/* the first block: most answers of the service fit into it */
#define FIRST_CAPACITY ((size_t)2048)

/* an announced length is believed up to here, in bytes */
#define LARGEST_HINT ((size_t)4 << 20)

void m365_buffer_init(struct m365_buffer *b, size_t ceiling) {
  memset(b, 0, sizeof *b);
  b->ceiling = ceiling;
}

void m365_buffer_reset(struct m365_buffer *b) {
  b->length = 0;
  b->failure = M365_BUFFER_FINE;
}

void m365_buffer_free(struct m365_buffer *b) {
  if (b->secret && b->bytes != NULL)
    m365_buffer_wipe(b->bytes, b->capacity);
  free(b->bytes);
  b->bytes = NULL;
  b->length = b->capacity = 0;
}

static bool give_up(struct m365_buffer *b, enum m365_buffer_failure why) {
  m365_buffer_free(b);
  b->failure = why;
  return false;
}

/* doubles, so that n appends cost O(n), but never past the ceiling */
static size_t next_capacity(const struct m365_buffer *b, size_t needed) {
  size_t capacity = b->capacity;
  if (capacity == 0)
    capacity = b->ceiling < FIRST_CAPACITY ? b->ceiling : FIRST_CAPACITY;
  while (capacity < needed)
    capacity = capacity > b->ceiling / 2 ? b->ceiling : capacity * 2;
  return capacity;
}

/* realloc would leave a copy of a secret behind */
static char *grow(struct m365_buffer *b, size_t capacity) {
  char *bytes;
  if (!b->secret || b->bytes == NULL)
    return realloc(b->bytes, capacity);
  bytes = malloc(capacity);
  if (bytes != NULL) {
    memcpy(bytes, b->bytes, b->length);
    m365_buffer_wipe(b->bytes, b->capacity);
    free(b->bytes);
  }
  return bytes;
}

static bool make_room(struct m365_buffer *b, size_t needed) {
  size_t capacity = next_capacity(b, needed);
  char *bytes = grow(b, capacity);
  if (bytes == NULL)
    return give_up(b, M365_BUFFER_NO_MEMORY);
  b->bytes = bytes;
  b->capacity = capacity;
  return true;
}

void m365_buffer_expect(struct m365_buffer *b, size_t n) {
  if (b->failure == M365_BUFFER_FINE && n > b->capacity && n <= LARGEST_HINT &&
      n <= b->ceiling)
    make_room(b, n);
}

bool m365_buffer_append(struct m365_buffer *b, const void *bytes, size_t n) {
  if (b->failure != M365_BUFFER_FINE)
    return false;
  if (n > b->ceiling - b->length)
    return give_up(b, M365_BUFFER_FULL);
  if (n > b->capacity - b->length && !make_room(b, b->length + n))
    return false;
  if (n > 0)
    memcpy(b->bytes + b->length, bytes, n);
  b->length += n;
  return true;
}

void m365_buffer_wipe(void *bytes, size_t n) {
  volatile unsigned char *p = bytes;
  while (n-- > 0)
    *p++ = 0;
}
