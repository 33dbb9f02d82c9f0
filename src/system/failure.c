#include "system/failure.h"

#include <errno.h>
#include <string.h>

#include "bridge/module.h"
#include "bridge/field.h"

static const struct {
  int number;
  const char *code;
} codes[] = {
    {ENOENT, "not_found"},      {ENOTDIR, "not_found"},
    {EACCES, "denied"},         {EPERM, "denied"},
    {EROFS, "read_only"},       {ENOSPC, "disk_full"},
    {EDQUOT, "disk_full"},      {EFBIG, "disk_full"},
    {ELOOP, "symlink"},         {EISDIR, "not_a_file"},
    {EWOULDBLOCK, "locked"},    {ENOMEM, "no_memory"},
    {EMFILE, "too_many_files"}, {ENFILE, "too_many_files"},
    {E2BIG, "too_large"},
};

static const char *code_of(int number) {
  size_t i;
  for (i = 0; i < sizeof codes / sizeof codes[0]; i++)
    if (codes[i].number == number)
      return codes[i].code;
  return "io";
}

int m365_system_failure(lua_State *L, int number, const char *what,
                        const char *path) {
  const char *space = path != NULL ? " " : "";
  m365_module_failure(L, code_of(number), "%s%s%s: %s", what, space,
                      path != NULL ? path : "", strerror(number));
  m365_field_integer(L, "errno", number);
  if (path != NULL)
    m365_field_text(L, "path", path);
  return 2;
}
