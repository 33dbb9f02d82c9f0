/*
** run: a program, run without a shell, with a deadline and bounded
** output.
**
** posix_spawn and not fork: in a host with many threads the child of a fork may
** find any lock taken. The program gets a session of its own, so that it
** can be ended with all its children, and finds no terminal to ask questions
** on.
*/

/***
@submodule m365restore.system
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2, POSIX_SPAWN_SETSID under -std=c99 */
#endif

#include "system/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <math.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "bridge/module.h"
#include "system/failure.h"
#include "base/clock.h"
#include "bridge/hooks.h"
#include "base/signal.h"
#include "bridge/field.h"

#define CHILD_TYPE "m365restore.child"

#define DEFAULT_TIMEOUT 60.0
#define MAX_TIMEOUT 86400.0 /* a day: what takes longer is a service */

#define DEFAULT_MAX_OUTPUT ((lua_Integer)1024 * 1024)

/* between two looks at hooks, at the program and at the clock */
#define SLICE_MS 50

/* how long to wait for a killed program to be gone; one that the kernel holds
   for longer cannot be helped */
#define REAP_MS 2000

/* read at a time; on the C stack */
#define CHUNK 8192

#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
#define HAVE_CLOSEFROM 1
#endif
#endif

extern char **environ;

struct child {
  pid_t pid;  /* 0: none, or already reaped */
  int fds[3]; /* our ends of its standard streams; -1: closed */
  struct m365_buffer output[3]; /* [0] is not used */
};

struct job {
  struct child *child;
  const char *name; /* of the program, for messages */
  const char *input;
  size_t input_left;
  size_t max_output;
  double timeout, deadline;
  int pause; /* milliseconds to wait while there is nothing to read */
  int status;
};

/*
** The child and what it holds
*/

static void shut(int *fd) {
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

/* true when the program has ended and been reaped; its status is in `status`
   and its pid is no longer ours */
static bool reap(struct child *c, int *status) {
  pid_t pid = waitpid(c->pid, status, WNOHANG);
  if (pid < 0 && errno == ECHILD)
    *status = -1; /* the host reaped it, or ignores SIGCHLD */
  else if (pid != c->pid)
    return false;
  c->pid = 0;
  return true;
}

static void end_child(struct child *c) {
  int status, waited;
  if (c->pid <= 0)
    return;
  kill(-c->pid, SIGKILL); /* the group: it has the number of its leader */
  for (waited = 0; waited < REAP_MS && !reap(c, &status); waited++)
    poll(NULL, 0, 1);
}

/* what a program printed may be a token */
static void forget_output(struct m365_buffer *b) {
  if (b->bytes != NULL)
    m365_buffer_wipe(b->bytes, b->capacity);
  m365_buffer_free(b);
}

static void close_child(struct child *c) {
  int i;
  end_child(c);
  for (i = 0; i < 3; i++) {
    shut(&c->fds[i]);
    forget_output(&c->output[i]);
  }
}

static int child_gc(lua_State *L) {
  struct child *c = luaL_testudata(L, 1, CHILD_TYPE);
  if (c != NULL)
    close_child(c);
  return 0;
}

/* Pushes the userdata that ends the program when the function is left, by
   return or by error. */
static struct child *push_child(lua_State *L, size_t max_output) {
  struct child *c = lua_newuserdatauv(L, sizeof *c, 0);
  int i;
  memset(c, 0, sizeof *c);
  for (i = 0; i < 3; i++) {
    c->fds[i] = -1;
    m365_buffer_init(&c->output[i], max_output);
  }
  if (luaL_newmetatable(L, CHILD_TYPE)) {
    m365_field_function(L, "__gc", child_gc);
    m365_field_function(L, "__close", child_gc);
  }
  lua_setmetatable(L, -2);
  lua_toclose(L, -1);
  return c;
}

/*
** Starting: plain C, each step returns 0 or an errno
*/

/* a host may run with 0, 1 or 2 closed; a pipe there would be overwritten when
   the child's streams are put in place */
static int lift(int *fd) {
  int lifted;
  if (*fd > 2)
    return 0;
  lifted = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
  if (lifted < 0)
    return errno;
  close(*fd);
  *fd = lifted;
  return 0;
}

static int open_pipe(int *read_end, int *write_end) {
  int ends[2];
  int error;
  if (pipe2(ends, O_CLOEXEC) != 0)
    return errno;
  *read_end = ends[0];
  *write_end = ends[1];
  error = lift(read_end);
  return error != 0 ? error : lift(write_end);
}

static int set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}

static int open_pipes(struct child *c, int theirs[3]) {
  int error = open_pipe(&theirs[0], &c->fds[0]);
  int i;
  for (i = 1; i < 3 && error == 0; i++)
    error = open_pipe(&c->fds[i], &theirs[i]);
  for (i = 0; i < 3 && error == 0; i++)
    error = set_nonblocking(c->fds[i]);
  return error;
}

/* The child closes every other descriptor that it inherits. */
static int add_close_rest(posix_spawn_file_actions_t *actions) {
#ifdef HAVE_CLOSEFROM
  return posix_spawn_file_actions_addclosefrom_np(actions, 3);
#else
  /* what other threads open from here on they must mark themselves */
  int error = 0;
  struct dirent *entry;
  DIR *open_files = opendir("/dev/fd");
  if (open_files == NULL)
    return errno;
  while (error == 0 && (entry = readdir(open_files)) != NULL) {
    int fd = atoi(entry->d_name);
    if (fd > 2 && fd != dirfd(open_files))
      error = posix_spawn_file_actions_addclose(actions, fd);
  }
  closedir(open_files);
  return error;
#endif
}

static int set_actions(posix_spawn_file_actions_t *actions,
                       const int theirs[3]) {
  int error = 0;
  int i;
  for (i = 0; i < 3 && error == 0; i++)
    error = posix_spawn_file_actions_adddup2(actions, theirs[i], i);
  return error != 0 ? error : add_close_rest(actions);
}

/* The program starts with no signal blocked, and with those at their default
   that hosts like to ignore; ignoring is inherited. */
static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, defaults;
  int error;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGCHLD);
  error = posix_spawnattr_setsigmask(attributes, &none);
  if (error == 0)
    error = posix_spawnattr_setsigdefault(attributes, &defaults);
  if (error == 0)
    error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID |
                                                     POSIX_SPAWN_SETSIGMASK |
                                                     POSIX_SPAWN_SETSIGDEF);
  return error;
}

struct launch {
  char **argv, **envp;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

static int spawn_prepared(struct child *c, struct launch *l,
                          const int theirs[3]) {
  int error = set_actions(&l->actions, theirs);
  if (error == 0)
    error = set_attributes(&l->attributes);
  if (error == 0)
    error = posix_spawnp(&c->pid, l->argv[0], &l->actions, &l->attributes,
                         l->argv, l->envp);
  if (error != 0)
    c->pid = 0; /* unspecified after a failure; never a number to kill */
  return error;
}

static int spawn(struct child *c, struct launch *l, const int theirs[3]) {
  int error = posix_spawn_file_actions_init(&l->actions);
  if (error != 0)
    return error;
  error = posix_spawnattr_init(&l->attributes);
  if (error == 0) {
    error = spawn_prepared(c, l, theirs);
    posix_spawnattr_destroy(&l->attributes);
  }
  posix_spawn_file_actions_destroy(&l->actions);
  return error;
}

static int start(struct child *c, struct launch *l) {
  int theirs[3] = {-1, -1, -1};
  int error = open_pipes(c, theirs);
  int i;
  if (error == 0)
    error = spawn(c, l, theirs);
  for (i = 0; i < 3; i++)
    shut(&theirs[i]);
  return error;
}

/*
** Talking to the program
*/

static void feed(struct job *job) {
  int *fd = &job->child->fds[0];
  struct m365_held_signal held;
  ssize_t written;
  m365_signal_hold(&held, SIGPIPE);
  written = write(*fd, job->input, job->input_left);
  m365_signal_release(&held);
  if (written < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (written < 0) { /* it no longer listens, which is its right */
    shut(fd);
    return;
  }
  job->input += written;
  job->input_left -= (size_t)written;
  if (job->input_left == 0)
    shut(fd); /* the end of its input */
}

/* true when there may be more to read at once */
static bool collect(struct job *job, int stream) {
  char chunk[CHUNK];
  int *fd = &job->child->fds[stream];
  ssize_t got = *fd < 0 ? 0 : read(*fd, chunk, sizeof chunk);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return errno == EINTR;
  if (got <= 0 ||
      !m365_buffer_append(&job->child->output[stream], chunk, (size_t)got))
    shut(fd);
  m365_buffer_wipe(chunk, sizeof chunk);
  return *fd >= 0;
}

/* once the program is gone nothing follows but what the pipes already hold;
   its own children may keep them open for ever */
static void collect_rest(struct job *job) {
  int stream;
  for (stream = 1; stream < 3; stream++)
    while (collect(job, stream))
      continue;
}

/* A program that has closed its output ends soon, as a rule: then the pauses
   start short, so that most calls lose no time, and grow. */
static int next_pause(struct job *job, double now) {
  double left = (job->deadline - now) * 1000;
  int pause = SLICE_MS;
  if (job->child->fds[1] < 0 && job->child->fds[2] < 0) {
    job->pause = job->pause * 2 < SLICE_MS ? job->pause * 2 : SLICE_MS;
    pause = job->pause;
  }
  return left < pause ? (int)ceil(left) : pause;
}

static void talk(struct job *job, double now) {
  struct pollfd polled[3];
  int i;
  for (i = 0; i < 3; i++) {
    polled[i].fd = job->child->fds[i]; /* poll passes over -1 */
    polled[i].events = i == 0 ? POLLOUT : POLLIN;
    polled[i].revents = 0;
  }
  if (poll(polled, 3, next_pause(job, now)) <= 0)
    return;
  if (polled[0].revents != 0)
    feed(job);
  for (i = 1; i < 3; i++)
    if (polled[i].revents != 0)
      collect(job, i);
}

/*
** Arguments. Everything is read before anything is started.
*/

static bool is_cstring(lua_State *L, int index) {
  size_t length;
  const char *text;
  if (lua_type(L, index) != LUA_TSTRING)
    return false;
  text = lua_tolstring(L, index, &length);
  return memchr(text, '\0', length) == NULL;
}

/* Pushes an array of C strings; the strings are kept by the argument table. */
static char **push_argv(lua_State *L, int index) {
  lua_Unsigned count, i;
  char **argv;
  if (!lua_istable(L, index) || lua_rawlen(L, index) == 0)
    m365_module_misuse(L, "argv", "a list of strings with the program first",
                       index);
  count = lua_rawlen(L, index);
  argv = lua_newuserdatauv(L, (size_t)(count + 1) * sizeof *argv, 0);
  for (i = 0; i < count; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    if (!is_cstring(L, -1))
      m365_module_misuse(L, lua_pushfstring(L, "argv[%I]", (lua_Integer)i + 1),
                         "a string without zero bytes", -2);
    argv[i] = (char *)lua_tostring(L, -1); /* spawn does not write there */
    lua_pop(L, 1);
  }
  argv[count] = NULL;
  if (argv[0][0] == '\0') {
    lua_rawgeti(L, index, 1);
    m365_module_misuse(L, "argv[1]", "the name of a program", -1);
  }
  return argv;
}

/* At the top: a name, and below the value of one variable of `env`. */
static void check_variable(lua_State *L) {
  const char *name, *equals;
  if (!is_cstring(L, -2) || lua_rawlen(L, -2) == 0)
    m365_module_misuse(L, "a name in env", "a string without zero bytes", -2);
  name = lua_tostring(L, -2);
  equals = strchr(name, '=');
  if (equals != NULL) { /* what follows may be a secret */
    lua_pushlstring(L, name, (size_t)(equals - name));
    m365_module_misuse(L, lua_pushfstring(L, "env.%s", lua_tostring(L, -1)),
                       "a name without '='", -4);
  }
  if (!is_cstring(L, -1) && (!lua_isboolean(L, -1) || lua_toboolean(L, -1)))
    m365_module_misuse(L, lua_pushfstring(L, "env.%s", name),
                       "a string without zero bytes, or false,", -2);
}

/* Pushes a list of "NAME=value" from the table at `env`. */
static lua_Integer push_settings(lua_State *L, int env) {
  lua_Integer count = 0;
  int list;
  lua_newtable(L);
  list = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, env) != 0) {
    check_variable(L);
    if (lua_type(L, -1) == LUA_TSTRING) {
      lua_pushfstring(L, "%s=%s", lua_tostring(L, -2), lua_tostring(L, -1));
      lua_rawseti(L, list, ++count);
    }
    lua_pop(L, 1); /* the value; the name stays for lua_next */
  }
  return count;
}

static bool is_overridden(lua_State *L, int env, const char *variable) {
  const char *equals = strchr(variable, '=');
  bool found;
  if (equals == NULL)
    return false;
  lua_pushlstring(L, variable, (size_t)(equals - variable));
  found = lua_rawget(L, env) != LUA_TNIL;
  lua_pop(L, 1);
  return found;
}

static size_t count_environment(void) {
  size_t n = 0;
  while (environ != NULL && environ[n] != NULL)
    n++;
  return n;
}

/* Pushes the list that keeps the new strings, and the array. */
static char **push_envp(lua_State *L, int env) {
  lua_Integer i, count = push_settings(L, env);
  int list = lua_gettop(L);
  size_t inherited = count_environment(), next = 0, n;
  char **envp =
      lua_newuserdatauv(L, (inherited + (size_t)count + 1) * sizeof *envp, 0);
  for (n = 0; n < inherited; n++)
    if (!is_overridden(L, env, environ[n]))
      envp[next++] = environ[n];
  for (i = 1; i <= count; i++) {
    lua_rawgeti(L, list, i);
    envp[next++] = (char *)lua_tostring(L, -1);
    lua_pop(L, 1); /* the list keeps it */
  }
  envp[next] = NULL;
  return envp;
}

/* Pushes the option, or nil. */
static int push_option(lua_State *L, int options, const char *name) {
  if (lua_isnil(L, options)) {
    lua_pushnil(L);
    return LUA_TNIL;
  }
  lua_pushstring(L, name);
  return lua_rawget(L, options);
}

static void check_timeout(lua_State *L, int options, struct job *job) {
  job->timeout = DEFAULT_TIMEOUT;
  if (push_option(L, options, "timeout") != LUA_TNIL) {
    job->timeout = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
    /* written so that NaN fails */
    if (!(job->timeout > 0 && job->timeout <= MAX_TIMEOUT))
      m365_module_misuse(L, "timeout",
                         "a time of more than 0 and at most 86400 seconds", -1);
  }
  lua_pop(L, 1);
}

static void check_max_output(lua_State *L, int options, struct job *job) {
  lua_Integer max = DEFAULT_MAX_OUTPUT;
  int is_integer = 1;
  if (push_option(L, options, "max_output") != LUA_TNIL)
    max = lua_tointegerx(L, -1, &is_integer);
  if (!is_integer || max < 0 || max > LUA_MAXINTEGER / 2)
    m365_module_misuse(L, "max_output", "a whole number of at least 0", -1);
  job->max_output = (size_t)max;
  lua_pop(L, 1);
}

/* Pushes the input, so that it stays for as long as it is needed. */
static void check_input(lua_State *L, int options, struct job *job) {
  int type = push_option(L, options, "input");
  if (type != LUA_TNIL && type != LUA_TSTRING)
    m365_module_misuse(L, "input", "a string", -1);
  job->input = type == LUA_TNIL ? "" : lua_tolstring(L, -1, &job->input_left);
}

/* Pushes what keeps the array. */
static char **check_environment(lua_State *L, int options) {
  int type = push_option(L, options, "env");
  if (type == LUA_TNIL)
    return environ;
  if (type != LUA_TTABLE)
    m365_module_misuse(L, "env", "a table", -1);
  return push_envp(L, lua_gettop(L));
}

static void check_job(lua_State *L, struct job *job, struct launch *launch) {
  static const char *const known[] = {"timeout", "input", "env", "max_output",
                                      NULL};
  luaL_checkstack(L, LUA_MINSTACK, "run");
  memset(job, 0, sizeof *job);
  job->pause = 1;
  m365_module_check_options(L, 2, known);
  launch->argv = push_argv(L, 1);
  job->name = launch->argv[0];
  check_timeout(L, 2, job);
  check_max_output(L, 2, job);
  check_input(L, 2, job);
  launch->envp = check_environment(L, 2);
}

/*
** Results
*/

static int failure_start(lua_State *L, const struct job *job, int error) {
  if (error != ENOENT)
    return m365_system_failure(L, error, "run", job->name);
  m365_module_failure(L, "not_found", "there is no program '%s'%s", job->name,
                      strchr(job->name, '/') == NULL ? " in PATH" : "");
  m365_field_integer(L, "errno", error);
  return 2;
}

static int failure_timeout(lua_State *L, const struct job *job) {
  return m365_module_failure(L, "timeout",
                             "'%s' did not end within %f s and was killed",
                             job->name, job->timeout);
}

static bool has_failure(const struct job *job,
                        enum m365_buffer_failure failure) {
  return job->child->output[1].failure == failure ||
         job->child->output[2].failure == failure;
}

static bool overflowed(const struct job *job) {
  return has_failure(job, M365_BUFFER_FULL) ||
         has_failure(job, M365_BUFFER_NO_MEMORY);
}

static int failure_output(lua_State *L, const struct job *job) {
  if (has_failure(job, M365_BUFFER_NO_MEMORY))
    return m365_system_failure(L, ENOMEM, "run", job->name);
  return m365_module_failure(L, "too_large", "'%s' wrote more than %I bytes",
                             job->name, (lua_Integer)job->max_output);
}

static void set_output(lua_State *L, const struct job *job, int stream,
                       const char *field) {
  const struct m365_buffer *b = &job->child->output[stream];
  lua_pushlstring(L, b->length > 0 ? b->bytes : "", b->length);
  lua_setfield(L, -2, field);
}

static int push_result(lua_State *L, const struct job *job) {
  if (overflowed(job))
    return failure_output(L, job);
  if (job->status == -1)
    return m365_module_failure(
        L, "status_lost",
        "how '%s' ended is not known: this process ignores "
        "SIGCHLD, or waits for children that are not its own",
        job->name);
  lua_createtable(L, 0, 4);
  if (WIFSIGNALED(job->status)) {
    m365_field_integer(L, "signal", WTERMSIG(job->status));
  } else {
    m365_field_integer(L, "status", WEXITSTATUS(job->status));
  }
  set_output(L, job, 1, "stdout");
  set_output(L, job, 2, "stderr");
  return 1;
}

/* Returns the number of results. On an error of a hook the program is ended
   before the error goes on: in a coroutine that nobody closes, the userdata
   would be closed only by the collector. */
static int wait_for(lua_State *L, struct job *job) {
  for (;;) {
    double now = m365_clock_monotonic();
    if (now >= job->deadline)
      return failure_timeout(L, job);
    talk(job, now);
    if (overflowed(job))
      return failure_output(L, job);
    if (reap(job->child, &job->status)) {
      collect_rest(job);
      return push_result(L, job);
    }
    if (m365_hooks_run(L) != LUA_OK) {
      close_child(job->child);
      return lua_error(L);
    }
  }
}

/***
Runs a program and waits for it. There is no shell: the arguments arrive as they
are. The program is looked for in the `PATH` of this process unless its name has
a slash. It sees its standard streams and no other descriptor, and has no
terminal. When the deadline passes, or when a debug hook raises (Ctrl-C in the
`lua` program), it is killed with its whole process group. Waits for the program
itself and not for children that it leaves running. Blocks also in a coroutine.

Error codes: `not_found`, `denied`, `timeout`, `too_large` (more output than
allowed; the program is killed), `status_lost` (the host took the exit status
away), `too_many_files`, `no_memory`, `io`.
@function run
@tparam {string,...} argv the program and its arguments
@tparam[opt] table options
@tparam[opt=60] number options.timeout seconds, at most 86400
@tparam[opt=""] string options.input what the program reads
@tparam[opt] table options.env variables to set over the inherited ones; `false`
 removes one
@tparam[opt=1048576] integer options.max_output bytes, for each of the two
 outputs
@treturn[1] table `stdout`, `stderr`, and either `status` (the exit status) or
 `signal` (the number of the signal that ended it)
@treturn[2] nil
@treturn[2] table error
@usage
local result, err = system.run({ "az", "version" }, { timeout = 20 })
*/
int m365_run(lua_State *L) {
  struct job job;
  struct launch launch;
  int error;
  lua_settop(L, 2);
  check_job(L, &job, &launch);
  job.child = push_child(L, job.max_output);
  job.deadline = m365_clock_monotonic() + job.timeout;
  error = start(job.child, &launch);
  if (error != 0)
    return failure_start(L, &job, error);
  return wait_for(L, &job);
}
