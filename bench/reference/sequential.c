/*
** sequential URL COUNT: asks for URL that many times on one connection, one
** after the other, and prints COUNT as soon as the last answer is there.
** With a COUNT of 1 that line marks the first answer of the process.
*/

#include <stdio.h>
#include <stdlib.h>

#include "fetch.h"

static int sequential(const char *url, long count) {
  struct fetch f;
  long i;
  int failed = fetch_open(&f);
  for (i = 0; i < count && !failed; i++)
    failed = fetch_get(&f, url);
  if (!failed) {
    printf("%ld\n", count);
    fflush(stdout); /* the stopwatch waits for this, not for the exit */
  }
  fetch_close(&f);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: sequential URL COUNT\n");
    return EXIT_FAILURE;
  }
  return sequential(argv[1], strtol(argv[2], NULL, 10));
}
