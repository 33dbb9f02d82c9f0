/*** @submodule m365restore.core */
#include "client/pager.h"

#include <string.h>
#include <lauxlib.h>

#include "bridge/compat.h"
#include "base/clock.h"
#include "bridge/json.h"
#include "http/url.h"
#include "bridge/options.h"
#include "client/resource.h"
#include "bridge/field.h"

/* Links that are remembered to notice a loop. At this many the memory is
   emptied, so that it stays bounded: a loop shorter than that is still
   found, one round later. */
#define REMEMBERED_LINKS 1024

#define PAGER "m365restore.pager"

/* user values */
enum {
  CLIENT = 1,
  ITEMS, /* of the page at hand, or nil */
  LINK,  /* the URL of the page that comes next, or of the one at hand; nil:
            the list is over */
  NEXT,  /* where the page at hand says that the next one is, as it came; nil:
            that is LINK */
  SEEN,  /* links that were followed */
  HOME,
  BODY,    /* the first page is asked for by a POST of this text, or nil */
  FETCH,   /* the operation that brings the next page, or nil */
  NAME,    /* of the method, which may be replaced before the list is read */
  HEADERS, /* of the caller's own, for every page, or nil */
  PREFER,  /* the one of them that is joined with ours, or nil */
  USER_VALUES = PREFER
};

struct pager {
  const struct m365_type *type;
  struct m365_settings settings;
  struct m365_purpose purpose;
  double grace_until;
  lua_Integer index, count; /* in the page at hand */
  double until;             /* when the call that fetches has to be over */
  unsigned remembered;
  unsigned page_size;
  bool bounded;      /* no more than `left` items are handed out */
  lua_Integer left;  /* behind the page at hand */
  bool counted;      /* the service was asked for the count */
  bool taken;        /* a page has come */
  lua_Integer total; /* what it said; negative: nothing */
};

/* How a call on a pager wants its answer; bits of the context. */
enum { RAISING = 1, WHOLE_PAGES = 2, COUNTING = 4, MODES = 8 };

/* where the fetch of another task stands while it is waited for: right behind
   the pager; one of our own stands behind what it was made of */
#define OTHERS 2

/* The metatable is the first upvalue of every function here: compared by
   identity, because a `for` asks for every item. */
static struct pager *check(lua_State *L) {
  struct pager *p = lua_touserdata(L, 1);
  if (p == NULL || !lua_getmetatable(L, 1) ||
      !lua_rawequal(L, -1, lua_upvalueindex(1)))
    luaL_typeerror(L, 1, PAGER);
  lua_pop(L, 1);
  return p;
}

void m365_pager_push(lua_State *L, const struct m365_list *list) {
  struct pager *p = lua_newuserdatauv(L, sizeof *p, USER_VALUES);
  memset(p, 0, sizeof *p);
  p->type = list->type;
  p->settings = list->query->settings;
  p->purpose = list->purpose;
  p->purpose.list = true;
  p->grace_until = list->grace_until;
  p->page_size = list->query->page_size;
  p->bounded = list->query->top > 0;
  p->left = list->query->top;
  /* a browse, which is a POST, counts unasked */
  p->counted = list->query->count || lua_type(L, list->body) == LUA_TSTRING;
  p->total = -1;
  luaL_setmetatable(L, PAGER);
  lua_pushvalue(L, list->client);
  lua_setiuservalue(L, -2, CLIENT);
  lua_pushstring(L, list->url);
  lua_setiuservalue(L, -2, LINK);
  lua_newtable(L);
  lua_setiuservalue(L, -2, SEEN);
  lua_pushvalue(L, list->home);
  lua_setiuservalue(L, -2, HOME);
  lua_pushvalue(L, list->body);
  lua_setiuservalue(L, -2, BODY);
  if (list->query->extra_headers != 0) {
    lua_pushvalue(L, list->query->extra_headers);
    lua_setiuservalue(L, -2, HEADERS);
    lua_pushstring(L, list->query->extra_prefer);
    lua_setiuservalue(L, -2, PREFER);
  }
  p->purpose.operation = lua_pushstring(L, list->purpose.operation);
  lua_setiuservalue(L, -2, NAME);
}

/* What the pager at 1 keeps is not needed any more. */
static void drop(lua_State *L, int value) {
  lua_pushnil(L);
  lua_setiuservalue(L, 1, value);
}

/*
** Links
*/

/* Was the link on the top followed before? */
static bool was_followed(lua_State *L) {
  bool seen;
  lua_getiuservalue(L, 1, SEEN);
  lua_pushvalue(L, -2);
  seen = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return seen;
}

/* Remembers the link of the page that has come. */
static void remember(lua_State *L, struct pager *p) {
  if (p->remembered++ % REMEMBERED_LINKS == 0) {
    lua_newtable(L);
    lua_setiuservalue(L, 1, SEEN);
  }
  lua_getiuservalue(L, 1, SEEN);
  lua_getiuservalue(L, 1, LINK);
  lua_pushboolean(L, 1);
  if (lua_isnil(L, -2)) /* the list was closed meanwhile */
    lua_pop(L, 2);
  else
    lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* Pushes nil and an error of what came. */
static int fail(lua_State *L, const struct pager *p, const char *code,
                const char *message) {
  lua_pushnil(L);
  m365_failure_of_code(L, code, message, NULL, &p->purpose);
  m365_field_flag(L, "sent", 1);
  return 2;
}

/* Pushes the URL that the link on the top leads to; false: it leads to no page
   of this API. */
static bool push_resolved(lua_State *L, const struct m365_client *c) {
  bool here;
  lua_getiuservalue(L, 1, LINK);
  here = m365_call_push_link(L, c, lua_tostring(L, -1), lua_tostring(L, -2));
  lua_remove(L, here ? -2 : -1);
  return here;
}

/* Judges the link of the page that was handed out, so that LINK is that of the
   next one. 0: fine; otherwise nil and an error are pushed, and the next call
   says the same. */
static int judge_link(lua_State *L, struct pager *p) {
  const struct m365_client *c;
  lua_getiuservalue(L, 1, CLIENT);
  c = lua_touserdata(L, -1);
  if (lua_getiuservalue(L, 1, NEXT) == LUA_TNIL) {
    lua_pop(L, 2);
    return 0;
  }
  if (lua_type(L, -1) != LUA_TSTRING)
    return fail(L, p, "bad_answer", "a text was expected in nextLink");
  if (c->origin == NULL) {
    lua_pushnil(L);
    m365_failure_of_code(L, "closed", NULL, NULL, &p->purpose);
    return 2;
  }
  if (!push_resolved(L, c))
    return fail(L, p, "foreign_link", NULL);
  if (was_followed(L))
    return fail(L, p, "link_loop", NULL);
  lua_setiuservalue(L, 1, LINK);
  lua_pop(L, 2);
  drop(L, NEXT);
  return 0;
}

/*
** Pages
*/

/* Takes the link of the page on the top: none, null and an empty text are the
   end. */
static void take_link(lua_State *L, struct pager *p) {
  remember(L, p);
  lua_getfield(L, -1, "@odata.nextLink");
  m365_json_normalize(L);
  if (lua_isnil(L, -1) || (lua_type(L, -1) == LUA_TSTRING &&
                           m365_url_is_blank(lua_tostring(L, -1)))) {
    drop(L, LINK);
    lua_pop(L, 1);
    lua_pushnil(L);
  }
  lua_setiuservalue(L, 1, NEXT);
}

/* Takes the count that the page on the top tells: the first one does, and not
   every one behind it. */
static void take_count(lua_State *L, struct pager *p) {
  int whole = 0;
  lua_Integer total;
  lua_getfield(L, -1, "@odata.count");
  total = lua_tointegerx(L, -1, &whole);
  if (whole && total >= 0 && p->total < 0)
    p->total = total;
  p->taken = true;
  lua_pop(L, 1);
}

/* Keeps the page at hand within what the caller wants: some services take
   $top for the size of a page. */
static void keep_bound(lua_State *L, struct pager *p) {
  if (!p->bounded)
    return;
  if (p->count > p->left)
    p->count = p->left;
  p->left -= p->count;
  if (p->left > 0)
    return;
  drop(L, LINK);
  drop(L, NEXT);
}

/* Makes the page of the operation at `index` the one at hand. 0: fine;
   otherwise nil and an error are pushed, and nothing has changed. */
static int take_page(lua_State *L, struct pager *p, int index) {
  const struct m365_operation *op = lua_touserdata(L, index);
  if (!m365_call_succeeded(op))
    return m365_call_fail(L, index);
  if (!m365_call_decode(L, index))
    return 2;
  if (!lua_istable(L, -1) || lua_getfield(L, -1, "value") != LUA_TTABLE) {
    lua_pushnil(L);
    m365_failure_of_code(L, "bad_answer", "a list was expected in \"value\"",
                         &op->job, &p->purpose);
    return 2;
  }
  lua_insert(L, -2); /* value, page */
  take_link(L, p);
  take_count(L, p);
  lua_pop(L, 1);
  p->index = 0;
  p->count = (lua_Integer)lua_rawlen(L, -1);
  keep_bound(L, p);
  lua_setiuservalue(L, 1, ITEMS);
  drop(L, BODY); /* all further pages come by GET */
  return 0;
}

/* The body of the first page, or NULL. */
static struct m365_buffer *push_body(lua_State *L) {
  size_t length;
  const char *text;
  struct m365_buffer *body;
  if (lua_getiuservalue(L, 1, BODY) != LUA_TSTRING)
    return NULL;
  text = lua_tolstring(L, -1, &length);
  body = m365_call_push_body(L);
  if (!m365_buffer_append(body, text, length))
    luaL_error(L, "not enough memory");
  return body;
}

/* Pushes what is preferred besides, or nil. */
static const char *push_prefer(lua_State *L, const struct pager *p) {
  bool own = lua_getiuservalue(L, 1, PREFER) == LUA_TSTRING;
  if (p->page_size > 0)
    lua_pushfstring(L, "odata.maxpagesize=%d%s%s", (int)p->page_size,
                    own ? ", " : "", own ? lua_tostring(L, -1) : "");
  return lua_tostring(L, -1);
}

/* Asks for the next page, whose URL is on the top: its index, or
   0, and nil and an error are pushed. */
static int fetch(lua_State *L, const struct pager *p) {
  struct m365_call call = {
      .method = "GET",
      .url = lua_tostring(L, -1),
      .effect = M365_READ,
      .settings = p->settings,
      .purpose = p->purpose,
      .grace_until = p->grace_until,
  };
  call.settings.deadlines.total = p->until - m365_clock_monotonic();
  if (call.settings.deadlines.total <= 0) {
    fail(L, p, "deadline", NULL);
    return 0;
  }
  lua_getiuservalue(L, 1, CLIENT);
  call.client = lua_gettop(L);
  call.body = push_body(L);
  if (call.body != NULL)
    call.method = "POST";
  call.prefer = push_prefer(L, p);
  if (lua_getiuservalue(L, 1, HEADERS) == LUA_TTABLE)
    call.headers = lua_gettop(L);
  return m365_call_submit(L, &call);
}

/* Pushes the next item of the page at hand, which is at `items`, as a resource.
   0: fine; otherwise nil and an error are pushed, and the next call goes on
   behind it. */
static int push_item(lua_State *L, struct pager *p, int items) {
  lua_Integer i = ++p->index;
  if (lua_rawgeti(L, items, i) != LUA_TTABLE) {
    const char *what =
        lua_islightuserdata(L, -1) ? "null" : luaL_typename(L, -1);
    const char *message = lua_pushfstring(
        L, "item %I of a page: an object was expected, got %s", i, what);
    return fail(L, p, "bad_answer", message);
  }
  lua_getiuservalue(L, 1, CLIENT);
  lua_getiuservalue(L, 1, HOME);
  m365_resource_push(L, lua_gettop(L) - 1, p->type, lua_gettop(L) - 2,
                     p->type->home == NULL ? lua_gettop(L) : 0);
  return 0;
}

/* Pushes what is left of the page at hand as a list; an item that is none ends
   it before, or is told where it is the first. */
static int push_items(lua_State *L, struct pager *p, int items) {
  lua_createtable(L, (int)(p->count - p->index), 0);
  for (lua_Integer n = 1; p->index < p->count; n++) {
    if (push_item(L, p, items) != 0) {
      if (n == 1)
        return 2;
      p->index--;
      lua_settop(L, items + 1);
      return 0;
    }
    lua_rawseti(L, items + 1, n);
    lua_settop(L, items + 1);
  }
  return 0;
}

static int push_count(lua_State *L, struct pager *p) {
  if (p->total < 0)
    return fail(L, p, "bad_answer", "the service gave no count");
  lua_pushinteger(L, p->total);
  return 1;
}

/* nil and an error are on the top. */
static int hand_out_error(lua_State *L, int mode) {
  return mode & RAISING ? lua_error(L) : 2;
}

static int deliver(lua_State *L, struct pager *p, int mode) {
  int items;
  lua_getiuservalue(L, 1, ITEMS);
  items = lua_gettop(L);
  if ((mode & WHOLE_PAGES ? push_items : push_item)(L, p, items) != 0)
    return hand_out_error(L, mode);
  return 1;
}

/*
** A page that several tasks want is fetched by the first of them; the others
** wait for it. Whoever finds it done takes it, so that it comes once; if it
** was given up, the next one who wants it fetches anew.
*/

/* Has the operation at `index` brought the next page? Then it is taken. */
static bool is_fetch(lua_State *L, int index) {
  const struct m365_operation *op = lua_touserdata(L, index);
  bool same;
  lua_getiuservalue(L, 1, FETCH);
  same = !lua_isnil(L, -1) && lua_rawequal(L, -1, index);
  lua_pop(L, 1);
  if (same) {
    drop(L, FETCH);
  }
  return same && !op->closed;
}

/* Pushes the fetch that another task has under way and returns its index, or
   pushes nothing and returns 0. */
static int push_others_fetch(lua_State *L) {
  const struct m365_operation *op;
  lua_getiuservalue(L, 1, FETCH);
  op = lua_touserdata(L, -1);
  if (op != NULL && op->in_flight)
    return lua_gettop(L);
  lua_pop(L, 1);
  return 0;
}

/* Lets go of the operation at `index`, which is closed if it is our own, and
   of all else above the pager. lua_settop alone would do, but the one of Lua
   5.4.4 loses its place where closing moves the stack. */
static void let_go(lua_State *L, int index) {
  if (index > OTHERS)
    m365_compat_close_slot(L, index);
  lua_settop(L, 1);
}

/*
** One step, also its own continuation: the context is the operation's index
** times MODES, plus the mode. A loop and not a recursion, because any number
** of empty pages may follow each other.
*/

static int advance(lua_State *L, int status, lua_KContext context) {
  struct pager *p = lua_touserdata(L, 1); /* step() checked it */
  int index = (int)(context / MODES), mode = (int)(context % MODES);
  (void)status;
  for (;;) {
    if (index > 0) {
      if (!m365_call_await(L, index, true))
        return m365_await_yield(L, index, index * MODES + mode, advance);
      if (is_fetch(L, index) && take_page(L, p, index) != 0)
        return hand_out_error(L, mode);
      let_go(L, index);
    }
    if (mode & COUNTING && p->taken)
      return push_count(L, p);
    if (p->index < p->count)
      return deliver(L, p, mode);
    /* the page is used up: let go of it first */
    drop(L, ITEMS);
    m365_json_discarded(L);
    index = push_others_fetch(L);
    if (index > 0)
      continue;
    if (judge_link(L, p) != 0)
      return hand_out_error(L, mode);
    if (lua_getiuservalue(L, 1, LINK) == LUA_TNIL)
      return 1; /* the end */
    index = fetch(L, p);
    if (index == 0)
      return hand_out_error(L, mode);
    lua_pushvalue(L, index);
    lua_setiuservalue(L, 1, FETCH);
  }
}

/* The timeout, in seconds, is for the whole step, however many pages it
   takes. */
static int step_within(lua_State *L, double timeout, int mode) {
  struct pager *p = check(L);
  lua_settop(L, 1);
  p->until = m365_clock_monotonic() + timeout;
  return advance(L, LUA_OK, mode);
}

static int step(lua_State *L, int mode) {
  return step_within(L, check(L)->settings.deadlines.total, mode);
}

/*
** Methods
*/

/* the step of a generic `for` */
static int pager_call(lua_State *L) {
  return step(L, RAISING);
}

/***
The next item. May yield.
@function pager:next
@tparam[opt] duration timeout of this step, with all pages that it takes;
default: that of the list
@treturn ?resource nil at the end
@treturn ?error where it failed: nil and an error; the same page is asked for
again by the next call
*/
static int pager_next(lua_State *L) {
  double timeout = check(L)->settings.deadlines.total;
  if (!lua_isnoneornil(L, 2))
    timeout = m365_options_check_duration(L, 2, "pager:next: timeout");
  return step_within(L, timeout, 0);
}

/***
How many there are, as the service counts them: a list that was asked for with
`count = true` says so on its first page, which is fetched if none was, and
handed out afterwards as if nothing had been. A browse counts unasked. May
yield; raises where the count was not asked for.
@function pager:count
@treturn ?integer of all that match, regardless of `top` and `skip`; nil, err
where the page cannot be read or tells none (`bad_answer`)
*/
static int pager_count(lua_State *L) {
  const struct pager *p = check(L);
  if (!p->counted)
    return luaL_error(L, "list.count: it was not asked for: the option "
                         "count = true does so");
  return step(L, COUNTING);
}

static int pages_call(lua_State *L) {
  lua_settop(L, 0);
  lua_pushvalue(L, lua_upvalueindex(2));
  return step(L, RAISING | WHOLE_PAGES);
}

/***
An iterator over whole pages, for a generic `for`. May yield; raises.
@function pager:pages
@treturn function that gives lists of resources; an empty page is skipped
*/
static int pager_pages(lua_State *L) {
  check(L);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_pushcclosure(L, pages_call, 2);
  lua_pushnil(L);
  lua_pushnil(L);
  lua_pushvalue(L, 1);
  return 4;
}

/* Also __gc: lets go of the page at hand, and ends the list. */
static int pager_close(lua_State *L) {
  struct pager *p = luaL_testudata(L, 1, PAGER);
  if (p == NULL)
    return 0;
  p->index = p->count = 0;
  drop(L, ITEMS);
  drop(L, LINK);
  drop(L, NEXT);
  drop(L, FETCH);
  return 0;
}

static int pager_tostring(lua_State *L) {
  const struct pager *p = check(L);
  lua_pushfstring(L, "list of %s", p->type->name);
  return 1;
}

/* __index(list, key), with the methods as second upvalue. */
static int pager_index(lua_State *L) {
  check(L);
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL ||
      lua_type(L, 2) != LUA_TSTRING)
    return 1;
  lua_pushvalue(L, lua_upvalueindex(2));
  return m365_options_refuse_method(L, "list");
}

void m365_pager_open(lua_State *L) {
  static const struct luaL_Reg methods[] = {{"next", pager_next},
                                            {"pages", pager_pages},
                                            {"close", pager_close},
                                            {"count", pager_count},
                                            {NULL, NULL}};
  static const struct luaL_Reg meta[] = {{"__call", pager_call},
                                         {"__tostring", pager_tostring},
                                         {"__close", pager_close},
                                         {"__gc", pager_close},
                                         {NULL, NULL}};
  luaL_newmetatable(L, PAGER);
  lua_pushvalue(L, -1);
  luaL_setfuncs(L, meta, 1);
  luaL_newlibtable(L, methods);
  lua_pushvalue(L, -2);
  luaL_setfuncs(L, methods, 1); /* metatable, methods */
  lua_pushvalue(L, -2);
  lua_insert(L, -2);
  lua_pushcclosure(L, pager_index, 2);
  lua_setfield(L, -2, "__index");
  m365_field_text(L, "__metatable", PAGER);
  lua_pop(L, 1);
}
