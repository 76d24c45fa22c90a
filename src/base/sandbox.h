/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Narrowing what the process may do, in steps that only go one way.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Give up root for user and group (names); a no-op when not root and user is
 * our own. ICS_EPERM, or ICS_ENOTFOUND for an unknown name.
 */
enum ics_err sandbox_drop(const char *user, const char *group);

/* No core dumps with certificates in them, no new privileges by exec. */
enum ics_err sandbox_limits(unsigned long open_files);

/*
 * Landlock: from now on files are reached only below these folders (each
 * read and write) and these read-only ones; lists end with NULL. ICS_OK also
 * where the kernel has no Landlock (then *active is false).
 */
enum ics_err sandbox_files(const char *const *read_write,
    const char *const *read_only, bool *active);

/*
 * A seccomp filter that refuses the system calls a server never makes
 * (exec, ptrace, mount, module, keyctl, bpf ...). ICS_OK also where the
 * kernel has no seccomp or we were built without (then *active is false).
 */
enum ics_err sandbox_calls(bool *active);

#endif
