/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Narrowing what the process may do, in steps that only go one way. Called
 * in this order, before there is a second thread: Landlock confines only the
 * caller and the threads it makes later.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>

#include "base/err.h"

/*
 * No core dumps with certificates in them, no new privileges by exec, room
 * for open_files. ICS_EPERM: all but the last, of which we got what we may.
 */
enum ics_err sandbox_limits(unsigned long open_files);

/*
 * Give up root for user and group (names); a no-op when not root and user is
 * our own. group may be NULL: that of the user. ICS_EPERM, or ICS_ENOTFOUND
 * for an unknown name.
 */
enum ics_err sandbox_drop(const char *user, const char *group);

/*
 * Landlock: from now on files are reached only below these folders (each
 * read and write) and these read-only ones; lists end with NULL. A file may
 * stand for a folder; what does not exist is passed over. ICS_OK also where
 * the kernel has no Landlock (then *active is false).
 */
enum ics_err sandbox_files(const char *const *read_write,
    const char *const *read_only, bool *active);

/*
 * A seccomp filter that refuses the system calls a server never makes
 * (exec, ptrace, mount, module, keyctl, bpf ...), and, when it is mute, new
 * sockets of the internet: listening ones stay, and accept for others. ICS_OK
 * also where the kernel has no seccomp or we were built without (then *active
 * is false).
 */
enum ics_err sandbox_calls(bool is_mute, bool *active);

/* From now on the calling thread, and it alone, lets others go first: who
 * answers before who works for later. */
void sandbox_give_way(void);

#endif
