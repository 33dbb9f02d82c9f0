/*
** keep: modules stay loaded to the end of a sanitized program.
**
** A leak is looked for when the program ends. Only while its module is still
** there does a report name it, and spec/support/lsan.supp know it. The
** definition of the program goes before that of the C library.
*/
#ifndef spec_keep_h
#define spec_keep_h

#ifdef __SANITIZE_ADDRESS__
int dlclose(void *module);

int dlclose(void *module) {
  (void)module;
  return 0;
}
#endif

#endif
