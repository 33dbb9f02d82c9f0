/*** @submodule m365restore.core */
#include "bridge/failure.h"

#include <stdio.h>
#include <string.h>
#include <lauxlib.h>

#include "graph/advice.h"
#include "graph/catalogue.h"
#include "graph/contract.h"
#include "bridge/json.h"
#include "bridge/printable.h"
#include "http/redact.h"
#include "bridge/error_body.h"
#include "bridge/field.h"

/* more words than these for what was seen are not read */
#define MOST_SEEN 8

/* more details than these are counted, and not shown, by tostring */
#define MOST_DETAILS 5

/* tables of a service's details within tables */
#define DEEPEST 8

/* X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED of OpenSSL */
#define VERIFY_NOT_YET 9
#define VERIFY_EXPIRED 10

/* X509_V_ERR_UNSPECIFIED */
#define VERIFY_UNSAID 1

static const char metatable_key = 'f';

/*
** Fields; the error object is on the top of the stack
*/

static void set_header(lua_State *L, const char *field,
                       const struct m365_transfer *t, const char *name) {
  size_t length;
  const char *value = m365_transfer_header(t, name, &length);
  if (value != NULL) {
    lua_pushlstring(L, value, length);
    lua_setfield(L, -2, field);
  }
}

static void set_sent(lua_State *L, enum m365_sent sent) {
  if (sent == M365_SENT_UNKNOWN)
    m365_field_text(L, "sent", "unknown");
  else
    m365_field_flag(L, "sent", sent == M365_SENT_YES);
}

static void set_job(lua_State *L, const struct m365_job *job) {
  const struct m365_transfer *t = &job->transfer;
  if (t->status > 0)
    m365_field_integer(L, "status", t->status);
  if (t->proxy_status > 0)
    m365_field_integer(L, "proxy_status", t->proxy_status);
  m365_json_field(L, "retry_after", job->advice);
  m365_field_integer(L, "attempts", job->attempts);
  set_header(L, "request_id", t, "request-id");
  /* the header that we chose ourselves is the one to quote to Microsoft, even
     where no answer came */
  m365_field_text(L, "client_request_id", m365_request_id(&job->request));
  set_sent(L, m365_job_sent(job));
}

static bool has_field(lua_State *L, const char *field) {
  bool there = lua_getfield(L, -1, field) != LUA_TNIL;
  lua_pop(L, 1);
  return there;
}

/* What is to be done, by the code of a row, the object's operation and what
   was seen; the permission's name is put in. */
static void set_remedy(lua_State *L, const char *code,
                       const char *const seen[]) {
  const char *remedy, *permission;
  int object = lua_gettop(L);
  lua_getfield(L, object, "operation");
  remedy = m365_advice(code, lua_tostring(L, -1), seen);
  if (remedy != NULL) {
    lua_getfield(L, object, "permission");
    permission = lua_tostring(L, -1);
    luaL_gsub(L, remedy, "{permission}",
              permission != NULL ? permission : "the permission");
    lua_setfield(L, object, "remedy");
  }
  lua_settop(L, object);
}

/* Class, remedy and, where there is none yet, the message. */
static void set_entry(lua_State *L, const struct m365_entry *entry,
                      const char *const seen[]) {
  m365_field_text(L, "class", entry->class);
  set_remedy(L, entry->code, seen);
  if (!has_field(L, "message"))
    m365_field_text(L, "message", entry->fact);
}

static const char *name_of_effect(enum m365_effect effect) {
  return effect == M365_WRITE ? "write" : "read";
}

/* The page of Microsoft's reference that tells of the object's operation. */
static void set_help(lua_State *L) {
  const struct m365_action *action = NULL;
  struct m365_page page;
  if (lua_getfield(L, -1, "operation") == LUA_TSTRING)
    action = m365_action_of(lua_tostring(L, -1));
  lua_pop(L, 1);
  if (action == NULL || has_field(L, "help"))
    return;
  m365_action_page(action, &page);
  lua_pushfstring(L, "\"%s\", %s", page.title, page.address);
  lua_setfield(L, -2, "help");
}

static void push_object(lua_State *L, const struct m365_purpose *purpose) {
  lua_newtable(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
  lua_setmetatable(L, -2);
  m365_field_text(L, "operation", purpose->operation);
  set_help(L);
}

/*
** What went wrong on the way
*/

static const char *code_of_cut(enum m365_cut cut) {
  static const char *const codes[] = {
      [M365_CUT_CONNECT] = "connect_timeout",
      [M365_CUT_TLS] = "tls_timeout",
      [M365_CUT_FIRST_BYTE] = "first_byte_timeout",
      [M365_CUT_STALL] = "stall_timeout",
      [M365_CUT_DEADLINE] = "deadline",
      [M365_CUT_THROTTLED] = "throttled",
      [M365_CUT_CLOSED] = "closed",
      [M365_CUT_FORKED] = "forked",
  };
  return codes[cut];
}

static const char *code_of_verification(const struct m365_transfer *t) {
  if (t->verification == VERIFY_EXPIRED || t->verification == VERIFY_NOT_YET)
    return "tls_expired";
  /* nothing wrong with the chain, or nothing said of it, which is how libcurl
     starts: then it was libcurl itself that refused the name */
  return t->verification <= VERIFY_UNSAID ? "tls_wrong_host" : "tls_untrusted";
}

static const char *code_of_curl(CURLcode result) {
  static const struct {
    CURLcode result;
    const char *code;
  } rows[] = {
      {CURLE_COULDNT_RESOLVE_HOST, "resolve"},
      {CURLE_COULDNT_RESOLVE_PROXY, "resolve"},
      {CURLE_COULDNT_CONNECT, "connect"},
      {CURLE_PROXY, "proxy_failed"}, /* that of SOCKS */
      {CURLE_SSL_CONNECT_ERROR, "tls"},
      {CURLE_SSL_CIPHER, "tls"},
      {CURLE_SSL_CACERT_BADFILE, "ca_file"},
      {CURLE_SSL_CERTPROBLEM, "client_certificate"},
      {CURLE_SSL_CLIENTCERT, "client_certificate"},
      {CURLE_GOT_NOTHING, "no_answer"},
      {CURLE_PARTIAL_FILE, "truncated"},
      {CURLE_WRITE_ERROR, "too_large"},
      {CURLE_OUT_OF_MEMORY, "no_memory"},
      {CURLE_BAD_CONTENT_ENCODING, "bad_encoding"},
      {CURLE_UNSUPPORTED_PROTOCOL, "garbage"}, /* HTTP/0.9, it thinks */
      {CURLE_WEIRD_SERVER_REPLY, "garbage"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].result == result)
      return rows[i].code;
  return "network";
}

static const char *code_of_way(const struct m365_job *job) {
  const struct m365_transfer *t = &job->transfer;
  if (job->no_memory)
    return "no_memory";
  if (t->off_limits)
    return "off_loopback";
  if (t->cut != M365_CUT_NOT)
    return code_of_cut(t->cut);
  if (t->body.failure == M365_BUFFER_NO_MEMORY ||
      t->head.failure == M365_BUFFER_NO_MEMORY)
    return "no_memory";
  if (t->no_descriptor)
    return "too_many_files";
  if (t->long_head)
    return "headers_too_large";
  if (t->proxy_refused)
    return "proxy_refused";
  if (t->proxy_status > 0)
    return "proxy_failed";
  if (t->tls_broke)
    return "tls_broken";
  if (t->result == CURLE_PEER_FAILED_VERIFICATION)
    return code_of_verification(t);
  return code_of_curl(t->result);
}

/* How the attempts before a deadline ended; NULL: there was none, or it says
   nothing. */
static const char *seen_before(const struct m365_job *job) {
  const struct m365_earlier *earlier = &job->earlier;
  if (earlier->result == CURLE_COULDNT_RESOLVE_HOST)
    return "resolve";
  if (earlier->status == 429)
    return "throttled";
  if (earlier->status > 0)
    return "failing";
  if (earlier->result != CURLE_OK || earlier->cut != M365_CUT_NOT)
    return "unreachable";
  return job->transfer.phase == M365_PHASE_CONNECTING ? "unreachable" : NULL;
}

/* Is it the proxy that could not be reached? Where addresses are exempt from
   it, that is not known. */
static bool is_proxy(const struct m365_job *job) {
  if (job->transfer.result == CURLE_COULDNT_RESOLVE_PROXY ||
      job->transfer.result == CURLE_PROXY)
    return true;
  return job->origin != NULL && job->origin->route.proxy != NULL &&
         *job->origin->route.proxy != '\0' &&
         job->origin->route.no_proxy == NULL &&
         job->transfer.phase < M365_PHASE_SECURING;
}

static void push_earlier(lua_State *L, const struct m365_earlier *earlier) {
  if (earlier->status > 0)
    lua_pushfstring(L, "HTTP %d", (int)earlier->status);
  else if (earlier->cut != M365_CUT_NOT)
    lua_pushstring(L, code_of_cut(earlier->cut));
  else
    lua_pushfstring(L, "%s (%s)", code_of_curl(earlier->result),
                    curl_easy_strerror(earlier->result));
}

/* A deadline says what it interrupted. */
static void set_deadline_message(lua_State *L, const struct m365_job *job) {
  if (job->earlier.attempts == 0)
    return;
  lua_pushfstring(L,
                  "the call did not end within its timeout; %d of its %d "
                  "tries failed, the last of these with ",
                  (int)job->earlier.attempts, (int)job->attempts);
  push_earlier(L, &job->earlier);
  lua_concat(L, 2);
  lua_setfield(L, -2, "message");
}

/* What libcurl says of an attempt that it ended itself, where that is the
   cause. */
static const char *words_of_curl(const struct m365_transfer *t) {
  if (t->cut != M365_CUT_NOT || t->result == CURLE_OK || t->no_descriptor ||
      t->long_head)
    return NULL;
  return *t->error != '\0' ? t->error : curl_easy_strerror(t->result);
}

static void set_way(lua_State *L, const struct m365_job *job,
                    const struct m365_purpose *purpose) {
  const char *seen[6] = {name_of_effect(job->effect)};
  const char *code = code_of_way(job);
  size_t n = 1;
  if (purpose->list)
    seen[n++] = "list";
  if (job->advice >= 0)
    seen[n++] = "retry_after";
  if (is_proxy(job))
    seen[n++] = "proxy";
  seen[n] = seen_before(job);
  m365_field_text(L, "code", code);
  m365_field_text(L, "message", words_of_curl(&job->transfer));
  if (job->transfer.cut == M365_CUT_DEADLINE)
    set_deadline_message(L, job);
  set_entry(L, m365_catalogue_find(code), seen);
}

/*
** What the service said
*/

/* A word of the service that is also a code of ours does not mean ours. */
static bool is_of_service(const char *code) {
  return m365_catalogue_service(code) != NULL ||
         m365_catalogue_find(code) == NULL;
}

/* The code is the service's; where it gave none, or one that means something
   else here, it is made of the status. */
static void set_code(lua_State *L, long status) {
  if (lua_getfield(L, -1, "service_code") != LUA_TSTRING ||
      !is_of_service(lua_tostring(L, -1))) {
    lua_pop(L, 1);
    if (status >= 300 && status < 400)
      lua_pushliteral(L, "redirect");
    else
      lua_pushfstring(L, "http_%d", (int)status);
  }
  lua_setfield(L, -2, "code");
}

/* Without a code, or with one that says nothing, the status tells more. */
static const struct m365_entry *entry_of_answer(lua_State *L, long status) {
  const struct m365_entry *entry;
  lua_getfield(L, -1, "service_code");
  entry =
      lua_isstring(L, -1) ? m365_catalogue_service(lua_tostring(L, -1)) : NULL;
  lua_pop(L, 1);
  if (entry != NULL)
    return entry;
  return status >= 300 && status < 400 ? m365_catalogue_find("redirect")
                                       : m365_catalogue_status(status);
}

/* Where the service says nothing, its status is the fact. */
static void set_status_message(lua_State *L, const struct m365_entry *entry,
                               long status) {
  if (has_field(L, "message"))
    return;
  lua_pushfstring(L, "%s (HTTP %d)", entry->fact, (int)status);
  lua_setfield(L, -2, "message");
}

/* Takes what the body on the top says, and pops it; the error object is below.
   Returns what is known of the code. */
static const struct m365_entry *take_error_body(lua_State *L, long status) {
  const struct m365_entry *entry;
  m365_error_body_take(L, lua_gettop(L) - 1);
  set_code(L, status);
  entry = entry_of_answer(L, status);
  set_status_message(L, entry, status);
  return entry;
}

static void set_answer(lua_State *L, const struct m365_job *job,
                       const struct m365_purpose *purpose) {
  const char *seen[5] = {name_of_effect(job->effect)};
  long status = job->transfer.status;
  const struct m365_entry *entry;
  size_t n = 1;
  if (job->transfer.body.bytes != NULL) /* before a long text of it is cut */
    m365_redact_job(job, job->transfer.body.bytes, job->transfer.body.length);
  lua_pushlstring(L, job->transfer.body.bytes, job->transfer.body.length);
  entry = take_error_body(L, status);
  if (status == 403 && !m365_catalogue_is_backup(entry->code) &&
      purpose->permission != NULL) {
    m365_field_text(L, "permission", purpose->permission);
    seen[n++] = "permission";
  }
  if (job->advice >= 0)
    seen[n++] = "retry_after";
  if (purpose->list)
    seen[n++] = "list";
  set_entry(L, entry, seen);
}

/*
** What must not be shown
*/

/* The string on the top; `job` may be NULL. */
static void redact_top(lua_State *L, const struct m365_job *job) {
  luaL_Buffer b;
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  char *to = luaL_buffinitsize(L, &b, length);
  memcpy(to, text, length);
  if (job != NULL)
    m365_redact_job(job, to, length);
  m365_redact(to, length);
  luaL_pushresultsize(&b, length);
  lua_replace(L, -2);
}

static bool is_named(lua_State *L, int key, const char *name) {
  return lua_type(L, key) == LUA_TSTRING &&
         strcmp(lua_tostring(L, key), name) == 0;
}

/* Fields that are our own words, or an error that was redacted before. */
static bool is_own_field(lua_State *L, int key) {
  static const char *const names[] = {"class", "operation", "remedy", "cause"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (is_named(L, key, names[i]))
      return true;
  return false;
}

/* All texts of the table on the top, and of its details; other tables in it
   are the caller's. */
static void redact_object(lua_State *L, const struct m365_job *job, int depth) {
  int object = lua_gettop(L);
  luaL_checkstack(L, 8, "an error object");
  for (lua_pushnil(L); lua_next(L, object) != 0; lua_settop(L, object + 1)) {
    if (is_own_field(L, object + 1))
      continue;
    if (lua_type(L, -1) == LUA_TSTRING) {
      redact_top(L, job);
      lua_pushvalue(L, object + 1);
      lua_insert(L, -2);
      lua_rawset(L, object);
    } else if (lua_istable(L, -1) && depth < DEEPEST &&
               (depth > 0 || is_named(L, object + 1, "details"))) {
      redact_object(L, job, depth + 1);
    }
  }
}

/*
** Putting it together
*/

/* An unclear write is its own answer, unless one of the service's own codes
   says what became of it. */
static void mark_ambiguous(lua_State *L) {
  bool known;
  lua_getfield(L, -1, "service_code");
  known = lua_isstring(L, -1) && m365_catalogue_is_backup(lua_tostring(L, -1));
  lua_pop(L, 1);
  if (known)
    return;
  lua_getfield(L, -1, "code");
  lua_setfield(L, -2, "cause");
  m365_field_text(L, "code", "ambiguous");
  set_entry(L, m365_catalogue_find("ambiguous"), NULL);
}

void m365_failure_of_job(lua_State *L, const struct m365_job *job,
                         const struct m365_purpose *purpose) {
  const struct m365_transfer *t = &job->transfer;
  bool answered = t->status > 0 && t->result == CURLE_OK &&
                  t->cut == M365_CUT_NOT && !job->no_memory;
  push_object(L, purpose);
  set_job(L, job);
  if (answered)
    set_answer(L, job, purpose);
  else
    set_way(L, job, purpose);
  if (job->verdict == M365_AMBIGUOUS)
    mark_ambiguous(L);
  redact_object(L, job, 0);
}

void m365_failure_of_code(lua_State *L, const char *code, const char *message,
                          const struct m365_job *job,
                          const struct m365_purpose *purpose) {
  const char *seen[3] = {purpose->list ? "list" : NULL};
  const struct m365_entry *entry = m365_catalogue_find(code);
  push_object(L, purpose);
  if (job != NULL)
    set_job(L, job);
  else
    set_sent(L, M365_SENT_NO);
  m365_field_text(L, "code", code);
  m365_field_text(L, "message", message);
  if (entry != NULL)
    set_entry(L, entry, seen);
  redact_object(L, job, 0);
}

void m365_failure_of_answer(lua_State *L, const char *code, const char *message,
                            const struct m365_job *job,
                            const struct m365_purpose *purpose) {
  m365_failure_of_code(L, code, message, job, purpose);
  if (job->effect == M365_WRITE)
    mark_ambiguous(L);
}

/*
** For Lua
*/

/* Reads the words of what was seen at `index`, one or a list of them, into
   `seen`; the strings stay where they are. */
static void read_seen(lua_State *L, int index, const char *seen[]) {
  size_t n = 0;
  if (lua_type(L, index) == LUA_TSTRING)
    seen[n++] = lua_tostring(L, index);
  for (int i = 1; lua_istable(L, index) && n < MOST_SEEN; i++) {
    if (lua_rawgeti(L, index, i) != LUA_TSTRING) {
      lua_pop(L, 1);
      break;
    }
    seen[n++] = lua_tostring(L, -1); /* the table keeps it alive */
    lua_pop(L, 1);
  }
  seen[n] = NULL;
}

static void default_text(lua_State *L, const char *field, const char *value) {
  if (!has_field(L, field))
    m365_field_text(L, field, value);
}

/* Fills in what the code tells, where it is missing, of the object on top. */
static void complete(lua_State *L, const struct m365_entry *entry) {
  const char *seen[MOST_SEEN + 1] = {NULL};
  if (!has_field(L, "remedy")) {
    lua_getfield(L, -1, "seen");
    read_seen(L, lua_gettop(L), seen);
    lua_insert(L, -2); /* keeps the words alive */
    set_remedy(L, entry->code, seen);
    lua_remove(L, -2);
  }
  default_text(L, "class", entry->class);
  default_text(L, "message", entry->fact);
}

/***
A failure made in Lua, of the same shape as the library's own.
@function failure
@tparam table fields `code` (string, required), `message`, and any other field
of the error object. `class`, `message` and `remedy` come from the tables of
codes and of advice where they are missing; the remedy also by `operation` and
by `seen`, one word or a list of words for what was seen, such as "inPlace"
@treturn table the error object; `tostring` reads well
*/
int m365_failure_new(lua_State *L) {
  const struct m365_entry *entry;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (lua_getfield(L, 1, "code") != LUA_TSTRING)
    return luaL_error(L, "failure.code: a string was expected, got %s",
                      luaL_typename(L, -1));
  entry = m365_catalogue_find(lua_tostring(L, -1));
  lua_settop(L, 1);
  if (entry != NULL)
    complete(L, entry);
  else
    default_text(L, "message", "no more is known than this code");
  set_help(L);
  redact_object(L, NULL, 0);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
  lua_setmetatable(L, 1);
  return 1;
}

/***
The failure that the answer of a batch's member stands for, as it would for a
request of its own.
@function refused
@tparam integer status
@param body the decoded body; or a text, or nil
@tparam table fields further fields of the error object: `operation`,
`retry_after`, …
@treturn table the error object
*/
int m365_failure_refused(lua_State *L) {
  const char *seen[3] = {"read"};
  lua_Integer status = luaL_checkinteger(L, 1);
  const struct m365_entry *entry;
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 3);
  lua_pushinteger(L, status);
  lua_setfield(L, 3, "status");
  seen[1] = has_field(L, "retry_after") ? "retry_after" : NULL;
  lua_pushvalue(L, 2);
  entry = take_error_body(L, (long)status);
  set_entry(L, entry, seen);
  redact_object(L, NULL, 0);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
  lua_setmetatable(L, 3);
  return 1;
}

/***
A text of another origin, without what looks like a secret in it: users
and passwords of URLs, tokens, values whose names say that they are secret.
@function redact
@tparam string text
@treturn string as long as the text
*/
int m365_failure_redact(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  redact_top(L, NULL);
  return 1;
}

/***
What is known of an error code.
@function describe
@tparam string code a code of the service or of this library, in any case
@tparam[opt] string operation the operation that met it, such as
"sharePointRestoreSession.update"; "RestoreArtifact" for the error of one
@tparam[opt] string|table seen one word or a list of words for what was seen:
"new" or "inPlace", "read" or "write", …
@treturn ?string its class: retry, queue, refuse, ambiguous or ask; nil where
the code is not known
@treturn ?string its remedy
@treturn ?string the fact that it stands for
*/
int m365_failure_describe(lua_State *L) {
  const char *seen[MOST_SEEN + 1] = {NULL};
  const char *operation = luaL_optstring(L, 2, NULL);
  const struct m365_entry *entry = m365_catalogue_find(luaL_checkstring(L, 1));
  if (entry == NULL)
    return 0;
  lua_settop(L, 3);
  read_seen(L, 3, seen);
  lua_pushstring(L, entry->class);
  lua_pushstring(L, m365_advice(entry->code, operation, seen));
  lua_pushstring(L, entry->fact);
  return 3;
}

/***
Every error code that has a class, a fact and a remedy: the service's, this
library's, and those of HTTP, of which "http" and "http_5xx" stand for every
other status.
@function codes
@treturn {string,...}
*/
int m365_failure_codes(lua_State *L) {
  const struct m365_entry *entry;
  lua_newtable(L);
  for (size_t i = 0; (entry = m365_catalogue_row(i)) != NULL; i++) {
    lua_pushstring(L, entry->code);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* Pushes `before`, the field's text and `after`, where the field is there:
   the number of strings pushed. */
static int push_field(lua_State *L, const char *before, const char *field,
                      const char *after) {
  if (lua_getfield(L, 1, field) == LUA_TNIL) {
    lua_pop(L, 1);
    return 0;
  }
  luaL_tolstring(L, -1, NULL);
  lua_pushstring(L, before);
  lua_replace(L, -3);
  lua_pushstring(L, after);
  return 3;
}

/* Pushes ": code, message" of the item on the top, which it replaces; fields
   that are missing are left out. */
static void replace_by_detail(lua_State *L) {
  static const char *const fields[] = {"code", "message"};
  int item = lua_gettop(L);
  lua_pushliteral(L, "");
  for (size_t i = 0; lua_istable(L, item) && i < 2; i++) {
    if (lua_getfield(L, item, fields[i]) == LUA_TSTRING) {
      lua_pushstring(L, lua_rawlen(L, -2) > 0 ? ", " : "");
      lua_insert(L, -2);
      lua_concat(L, 3);
    } else {
      lua_pop(L, 1);
    }
  }
  lua_replace(L, item);
}

/* Pushes the first details between brackets: the number of strings pushed. */
static int push_details(lua_State *L) {
  static const char *const starts[] = {" [", "; "};
  int n = 0;
  if (lua_getfield(L, 1, "details") != LUA_TTABLE || lua_rawlen(L, -1) == 0) {
    lua_pop(L, 1);
    return 0;
  }
  int details = lua_gettop(L);
  int count = (int)lua_rawlen(L, details);
  for (int i = 1; i <= count && i <= MOST_DETAILS; i++, n += 2) {
    lua_pushstring(L, starts[i > 1]);
    lua_rawgeti(L, details, i);
    replace_by_detail(L);
  }
  if (count > MOST_DETAILS)
    lua_pushfstring(L, "; and %d more]", count - MOST_DETAILS);
  else
    lua_pushliteral(L, "]");
  lua_remove(L, details);
  return n + 1;
}

static int failure_tostring(lua_State *L) {
  int n = 0;
  lua_settop(L, 1);
  luaL_checkstack(L, 2 * MOST_DETAILS + 30, "an error object");
  n += push_field(L, "", "operation", ": ");
  n += push_field(L, "", "code", "");
  n += push_field(L, ", HTTP ", "status", "");
  n += push_field(L, ": ", "message", "");
  n += push_details(L);
  n += push_field(L, " (request-id ", "request_id", ")");
  n += push_field(L, " - ", "remedy", "");
  lua_concat(L, n);
  m365_printable_top(L);
  return 1;
}

void m365_failure_open(lua_State *L) {
  lua_newtable(L);
  m365_field_function(L, "__tostring", failure_tostring);
  m365_field_text(L, "__name", "m365restore.error");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
}
