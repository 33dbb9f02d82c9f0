#include "base/text.h"

#include <stdint.h>
#include <string.h>

#define LARGEST_CODE 0x10ffff

/* longer words are not compared */
#define LONGEST_WORD 40

/* How many bytes a character has that starts with `first`; 0: it cannot. */
static size_t announced_length(unsigned char first) {
  if (first < 0x80)
    return 1;
  if (first >= 0xc2 && first <= 0xdf)
    return 2;
  if (first >= 0xe0 && first <= 0xef)
    return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Overlong forms and halves of a UTF-16 pair are not characters. */
static bool is_character(uint32_t code, size_t bytes) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  return code >= least[bytes] && code <= LARGEST_CODE &&
         !(code >= 0xd800 && code <= 0xdfff);
}

size_t m365_text_decode(const char *text, size_t length, uint32_t *code) {
  const unsigned char *s = (const unsigned char *)text;
  size_t n = length > 0 ? announced_length(*s) : 0;
  if (n == 0 || n > length)
    return 0;
  *code = n == 1 ? *s : *s & (0xffu >> (n + 1));
  for (size_t i = 1; i < n; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return 0;
    *code = *code << 6 | (s[i] & 0x3f);
  }
  return is_character(*code, n) ? n : 0;
}

char m365_text_lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_same(char a, char b) {
  return m365_text_lower(a) == m365_text_lower(b);
}

bool m365_text_same_start(const char *a, const char *b, size_t n) {
  while (n > 0 && *a != '\0' && is_same(*a, *b))
    n--, a++, b++;
  return n == 0 || is_same(*a, *b);
}

bool m365_text_same(const char *a, const char *b) {
  return m365_text_same_start(a, b, SIZE_MAX);
}

size_t m365_text_cut(const char *text, size_t length, size_t most) {
  uint32_t code;
  size_t start = most;
  if (length <= most)
    return length;
  /* at most three bytes back is where the character starts */
  while (start > 0 && most - start < 3 &&
         ((unsigned char)text[start] & 0xc0) == 0x80)
    start--;
  return m365_text_decode(text + start, length - start, &code) > most - start
             ? start
             : most;
}

size_t m365_text_repair(const char *text, size_t length, char *to) {
  static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
  size_t used = 0;
  for (size_t i = 0; i < length;) {
    uint32_t code;
    size_t n = m365_text_decode(text + i, length - i, &code);
    memcpy(to + used, n > 0 ? text + i : replacement, n > 0 ? n : 3);
    used += n > 0 ? n : 3;
    i += n > 0 ? n : 1;
  }
  return used;
}

/* tab, line ends, NEL, and the line and paragraph separators */
static bool is_gap(uint32_t code) {
  return (code >= '\t' && code <= '\r') || code == 0x85 || code == 0x2028 ||
         code == 0x2029;
}

static bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

/* marks, embeddings, overrides and isolates of the Unicode bidirectional
   algorithm */
static bool is_direction(uint32_t code) {
  return code == 0x061c || code == 0x200e || code == 0x200f ||
         (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

size_t m365_text_printable(const char *text, size_t length, char *to) {
  size_t used = 0, n;
  for (size_t i = 0; i < length; i += n) {
    uint32_t code = 0;
    n = m365_text_decode(text + i, length - i, &code);
    if (n == 0) {
      to[used++] = '?';
      n = 1;
    } else if (is_gap(code)) {
      to[used++] = ' ';
      /* the two bytes of a Windows line end are one gap */
      if (code == '\r' && i + 1 < length && text[i + 1] == '\n')
        n++;
    } else if (is_control(code) || is_direction(code)) {
      to[used++] = '?';
    } else {
      memmove(to + used, text + i, n);
      used += n;
    }
  }
  return used;
}

static size_t least_of(size_t a, size_t b, size_t c) {
  size_t least = a < b ? a : b;
  return least < c ? least : c;
}

/* one row of the table at a time */
size_t m365_text_distance(const char *a, const char *b) {
  size_t row[LONGEST_WORD + 1];
  size_t width = strlen(b);
  if (strlen(a) > LONGEST_WORD || width > LONGEST_WORD)
    return SIZE_MAX; /* not alike at all */
  for (size_t j = 0; j <= width; j++)
    row[j] = j;
  for (size_t i = 1; a[i - 1] != '\0'; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= width; j++) {
      size_t change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = least_of(row[j] + 1, row[j - 1] + 1, change);
    }
  }
  return row[width];
}

const char *m365_text_nearest(const char *name, const char *const known[]) {
  const char *like = NULL;
  size_t least = strlen(name); /* worse than that is no likeness at all */
  for (; *known != NULL; known++) {
    size_t distance = m365_text_distance(name, *known);
    if (distance < least) {
      least = distance;
      like = *known;
    }
  }
  return like;
}
