#include "base/json_text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* what a reader makes of bytes that are no character */
#define REPLACEMENT "\xef\xbf\xbd"

/* exponents beyond this are infinite, or zero, in any case */
#define LARGEST_EXPONENT 100000

struct mender {
  const char *at, *end;
  const char *kept; /* up to here the text was written */
  char *to;         /* NULL: only the length is counted */
  size_t used;
  bool changed;
};

/*
** Writing
*/

static void put(struct mender *m, const char *bytes, size_t n) {
  if (m->to != NULL)
    memcpy(m->to + m->used, bytes, n);
  m->used += n;
}

/* Replaces what stands between two places; all before it is kept. */
static void replace(struct mender *m, const char *from, const char *behind,
                    const char *by, size_t n) {
  put(m, m->kept, (size_t)(from - m->kept));
  if (n > 0)
    put(m, by, n);
  m->kept = m->at = behind;
  m->changed = true;
}

/*
** Strings
*/

static bool read_hex(const char *s, const char *end, unsigned *code) {
  *code = 0;
  if (end - s < 4)
    return false;
  for (const char *stop = s + 4; s < stop; s++) {
    unsigned digit = *s >= '0' && *s <= '9'   ? (unsigned)(*s - '0')
                     : *s >= 'a' && *s <= 'f' ? (unsigned)(*s - 'a') + 10
                     : *s >= 'A' && *s <= 'F' ? (unsigned)(*s - 'A') + 10
                                              : 16;
    if (digit == 16)
      return false;
    *code = *code << 4 | digit;
  }
  return true;
}

/* Does an escape of the second half of a pair begin here? */
static bool is_low(const char *s, const char *end) {
  unsigned code;
  return end - s >= 6 && s[0] == '\\' && s[1] == 'u' &&
         read_hex(s + 2, end, &code) && code >= 0xdc00 && code <= 0xdfff;
}

/* At a backslash, which is never the last byte that matters. */
static void pass_escape(struct mender *m) {
  const char *start = m->at;
  unsigned code = 0;
  m->at += m->end - start >= 2 ? 2 : 1;
  if (m->at[-1] != 'u' || !read_hex(m->at, m->end, &code))
    return;
  m->at += 4;
  if (code < 0xd800 || code > 0xdfff)
    return;
  if (code < 0xdc00 && is_low(m->at, m->end))
    m->at += 6;
  else
    replace(m, start, m->at, "\\ufffd", 6);
}

/* At a byte that is not ASCII, or at NUL. */
static void pass_character(struct mender *m) {
  uint32_t code;
  size_t n = m365_text_decode(m->at, (size_t)(m->end - m->at), &code);
  if (n > 0 && *m->at != '\0')
    m->at += n;
  else
    replace(m, m->at, m->at + 1, REPLACEMENT, sizeof REPLACEMENT - 1);
}

/* Behind the opening quote; ends behind the closing one. */
static void pass_string(struct mender *m) {
  while (m->at < m->end) {
    signed char c = (signed char)*m->at;
    if (c == '"') {
      m->at++;
      return;
    }
    if (c == '\\')
      pass_escape(m);
    else if (c <= 0)
      pass_character(m);
    else
      m->at++;
  }
}

/*
** Numbers
*/

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *s, const char *end) {
  while (s < end && is_digit(*s))
    s++;
  return s;
}

/* The exponent at `*s`, which is moved behind it; 0 where there is none, or
   one that is broken. */
static long read_exponent(const char **s, const char *end) {
  const char *at = *s, *digits;
  long n = 0;
  bool negative;
  if (at == end || (*at != 'e' && *at != 'E'))
    return 0;
  at++;
  negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+'))
    at++;
  digits = at;
  for (; at < end && is_digit(*at); at++)
    if (n < LARGEST_EXPONENT)
      n = n * 10 + (*at - '0');
  if (at > digits)
    *s = at;
  return negative ? -n : n;
}

/* Writes the digits on both sides of the point in one. A number does not begin
   with zeros. */
static void put_digits(struct mender *m, const char *s, const char *end) {
  bool leading = true;
  for (; s < end; s++) {
    if (*s == '.')
      continue;
    leading = leading && *s == '0' && s + 1 < end;
    if (!leading)
      put(m, s, 1);
  }
}

/* At a point; what is no number stays, for the decoder to refuse. */
static void pass_point(struct mender *m) {
  char tail[32];
  const char *start = m->at, *point = m->at;
  const char *behind = skip_digits(point + 1, m->end);
  const char *end = behind;
  long exponent;
  while (start > m->kept && is_digit(start[-1]))
    start--;
  m->at++;
  if (start == point || behind == point + 1 ||
      (*start == '0' && start + 1 < point))
    return;
  exponent = read_exponent(&end, m->end) - (long)(behind - point - 1);
  replace(m, start, end, NULL, 0);
  put_digits(m, start, behind);
  put(m, tail, (size_t)snprintf(tail, sizeof tail, "e%ld", exponent));
}

/*
** All of it
*/

static void skip_mark(struct mender *m) {
  static const char mark[] = "\xef\xbb\xbf";
  size_t n = sizeof mark - 1;
  if ((size_t)(m->end - m->at) >= n && memcmp(m->at, mark, n) == 0)
    replace(m, m->at, m->at + n, NULL, 0);
}

bool m365_json_text_repair(const char *text, size_t length, char *to,
                           size_t *used) {
  struct mender m = {text, text + length, text, to, 0, false};
  skip_mark(&m);
  while (m.at < m.end) {
    if (*m.at == '.') {
      pass_point(&m);
    } else if (*m.at++ == '"') {
      pass_string(&m);
    }
  }
  put(&m, m.kept, (size_t)(m.end - m.kept));
  *used = m.used;
  return m.changed;
}
