/*** @submodule m365restore.crypto */
#include "crypto/bytes.h"

#include <lauxlib.h>
#include <string.h>

#include "bridge/module.h"

const unsigned char *m365_bytes_check(lua_State *L, int index,
                                      const char *field, size_t *n) {
  if (lua_type(L, index) != LUA_TSTRING)
    m365_module_misuse(L, field, "a string", index);
  return (const unsigned char *)lua_tolstring(L, index, n);
}

/***
Bytes as lower-case hexadecimal digits.
@function hex
@tparam string bytes
@treturn string
*/
int m365_bytes_hex(lua_State *L) {
  static const char digits[] = "0123456789abcdef";
  luaL_Buffer text;
  size_t n, i;
  const unsigned char *bytes = m365_bytes_check(L, 1, "bytes", &n);
  char *out = luaL_buffinitsize(L, &text, 2 * n);
  for (i = 0; i < n; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  luaL_pushresultsize(&text, 2 * n);
  return 1;
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static const char standard_alphabet[] = LETTERS "0123456789+/";
static const char url_alphabet[] = LETTERS "0123456789-_";

/* up to three bytes as four digits; those past the end are not wanted */
static void encode_group(char *out, const unsigned char *bytes, size_t n,
                         const char *alphabet) {
  unsigned long group = (unsigned long)bytes[0] << 16;
  if (n > 1)
    group |= (unsigned long)bytes[1] << 8;
  if (n > 2)
    group |= bytes[2];
  out[0] = alphabet[group >> 18];
  out[1] = alphabet[group >> 12 & 63];
  out[2] = alphabet[group >> 6 & 63];
  out[3] = alphabet[group & 63];
}

/* Pushes the digits, with nothing in the place of the missing bytes. */
static void push_digits(lua_State *L, const unsigned char *bytes, size_t n,
                        const char *alphabet) {
  luaL_Buffer text;
  size_t length = n / 3 * 4 + (n % 3 > 0 ? n % 3 + 1 : 0);
  char *out = luaL_buffinitsize(L, &text, (n + 2) / 3 * 4);
  size_t i;
  for (i = 0; i < n; i += 3)
    encode_group(out + i / 3 * 4, bytes + i, n - i, alphabet);
  luaL_pushresultsize(&text, length);
}

void m365_bytes_push_base64(lua_State *L, const unsigned char *bytes,
                            size_t n) {
  push_digits(L, bytes, n, standard_alphabet);
  if (n % 3 > 0) {
    lua_pushstring(L, n % 3 == 1 ? "==" : "=");
    lua_concat(L, 2);
  }
}

/***
Bytes as base64 (RFC 4648, section 4), with padding.
@function base64
@tparam string bytes
@treturn string
*/
int m365_bytes_base64(lua_State *L) {
  size_t n;
  const unsigned char *bytes = m365_bytes_check(L, 1, "bytes", &n);
  m365_bytes_push_base64(L, bytes, n);
  return 1;
}

/***
Bytes as base64url (RFC 4648, section 5), without padding, as in a JWT.
@function base64url
@tparam string bytes
@treturn string
*/
int m365_bytes_base64url(lua_State *L) {
  size_t n;
  const unsigned char *bytes = m365_bytes_check(L, 1, "bytes", &n);
  push_digits(L, bytes, n, url_alphabet);
  return 1;
}

/* the value of a digit of either alphabet, or -1 */
static int digit_value(unsigned char digit) {
  const char *place;
  if (digit == '\0') /* strchr would find the terminator */
    return -1;
  if ((place = strchr(standard_alphabet, digit)) != NULL)
    return (int)(place - standard_alphabet);
  if ((place = strchr(url_alphabet, digit)) != NULL)
    return (int)(place - url_alphabet);
  return -1;
}

/* how many of n characters are digits: all but the padding. Padding that is
   there must be complete, and a single digit left over says nothing: both give
   (size_t)-1. */
static size_t count_digits(const unsigned char *text, size_t n) {
  size_t digits = n;
  while (digits > 0 && n - digits < 2 && text[digits - 1] == '=')
    digits--;
  if ((digits < n && n % 4 != 0) || digits % 4 == 1)
    return (size_t)-1;
  return digits;
}

/* Returns how many bytes came out, or (size_t)-1. Bits left over must be zero:
   one value has one text. */
static size_t decode(unsigned char *out, const unsigned char *text, size_t n) {
  size_t digits = count_digits(text, n), length = 0, i;
  unsigned int bits = 0, held = 0;
  if (digits == (size_t)-1)
    return digits;
  for (i = 0; i < digits; i++) {
    int value = digit_value(text[i]);
    if (value < 0)
      return (size_t)-1;
    bits = (bits << 6 | (unsigned int)value) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[length++] = (unsigned char)(bits >> held);
    }
  }
  return (bits & ((1U << held) - 1)) == 0 ? length : (size_t)-1;
}

/***
The bytes behind base64 or base64url; padding may be there or not.
@function unbase64
@tparam string text
@treturn[1] string
@treturn[2] nil
@treturn[2] table error: `bad_base64`
*/
int m365_bytes_unbase64(lua_State *L) {
  luaL_Buffer bytes;
  size_t n, length;
  const unsigned char *text = m365_bytes_check(L, 1, "text", &n);
  char *out = luaL_buffinitsize(L, &bytes, n / 4 * 3 + 3);
  length = decode((unsigned char *)out, text, n);
  if (length == (size_t)-1)
    return m365_module_failure(L, "bad_base64", "the text is not base64");
  luaL_pushresultsize(&bytes, length);
  return 1;
}
