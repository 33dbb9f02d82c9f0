/* The version, in one place; the rockspec's "scm" stands for what follows. */
#ifndef m365_version_h
#define m365_version_h

#define M365_VERSION "0.1.0"

#endif
