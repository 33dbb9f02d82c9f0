/*
** Bytes that grow up to a ceiling.
*/
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define FIRST_CAPACITY 256

static bool grow(struct text *t, size_t needed) {
  size_t capacity = t->capacity ? t->capacity : FIRST_CAPACITY;
  char *data;
  while (capacity < needed)
    capacity *= 2;
  data = realloc(t->data, capacity);
  if (data == NULL)
    return false;
  t->data = data;
  t->capacity = capacity;
  return true;
}

bool sim_text_add(struct text *t, const void *bytes, size_t size) {
  if (t->ceiling > 0 && size > t->ceiling - t->size)
    return false;
  if (t->size + size > t->capacity && !grow(t, t->size + size))
    return false;
  if (size > 0)
    memcpy(t->data + t->size, bytes, size);
  t->size += size;
  return true;
}

void sim_text_free(struct text *t) {
  free(t->data);
  memset(t, 0, sizeof *t);
}
