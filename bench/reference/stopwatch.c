/*
** stopwatch COMMAND [ARGUMENT ...]: runs the command, passes its output on,
** and adds one last line: the seconds from its start to its first output, the
** seconds to its exit, and its exit status.
*/

#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Returns the reading end of the child's standard output. */
static int start(char **argv, pid_t *child) {
  int ends[2];
  if (pipe(ends) != 0)
    return -1;
  *child = fork();
  if (*child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
  }
  close(ends[1]);
  return *child == -1 ? -1 : ends[0];
}

/* Returns when the first byte came, or 0 if none did. */
static double pass_on(int from) {
  char data[4096];
  double first = 0;
  ssize_t length = read(from, data, sizeof data);
  if (length > 0)
    first = now();
  while (length > 0) {
    fwrite(data, 1, (size_t)length, stdout);
    length = read(from, data, sizeof data);
  }
  close(from);
  return first;
}

static int exit_status(pid_t child) {
  int status;
  if (waitpid(child, &status, 0) != child)
    return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv) {
  pid_t child;
  double begin = now(), first;
  int status, output;
  if (argc < 2) {
    fprintf(stderr, "usage: stopwatch COMMAND [ARGUMENT ...]\n");
    return EXIT_FAILURE;
  }
  output = start(argv + 1, &child);
  if (output == -1) {
    perror("stopwatch");
    return EXIT_FAILURE;
  }
  first = pass_on(output);
  status = exit_status(child);
  printf("%.6f %.6f %d\n", first > 0 ? first - begin : 0, now() - begin,
         status);
  return EXIT_SUCCESS;
}
