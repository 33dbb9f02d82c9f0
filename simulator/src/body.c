/*
** A body that is not sent in one piece: what a test does to an answer.
*/
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define LARGEST_PIECE ((size_t)64 * 1024)

struct broken_body {
  struct gate *gate;
  struct m365_buffer data;
  size_t pause_at;
  size_t cut_at;
  double seconds;
};

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

static ssize_t read_broken(void *context, uint64_t at, char *out, size_t max) {
  struct broken_body *b = context;
  size_t from = (size_t)at;
  size_t until = smaller(b->data.length, b->cut_at);
  if (from == b->pause_at) {
    b->pause_at = (size_t)-1; /* once */
    if (!sim_gate_wait(b->gate, b->seconds))
      return MHD_CONTENT_READER_END_WITH_ERROR;
  }
  if (from >= until)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  if (from < b->pause_at)
    until = smaller(until, b->pause_at);
  max = smaller(max, until - from);
  memcpy(out, b->data.bytes + from, max);
  return (ssize_t)max;
}

static void free_broken(void *context) {
  struct broken_body *b = context;
  m365_buffer_free(&b->data);
  free(b);
}

struct MHD_Response *sim_broken_body(struct gate *g, const char *data,
                                     size_t size, size_t pause_at,
                                     double seconds, size_t cut_at) {
  struct MHD_Response *response = NULL;
  struct broken_body *b = calloc(1, sizeof *b);
  if (b == NULL)
    return NULL;
  b->gate = g;
  b->pause_at = pause_at;
  b->cut_at = cut_at;
  b->seconds = seconds;
  m365_buffer_init(&b->data, size);
  if (m365_buffer_append(&b->data, data, size))
    response = MHD_create_response_from_callback(size, LARGEST_PIECE,
                                                 read_broken, b, free_broken);
  if (response == NULL)
    free_broken(b);
  return response;
}
