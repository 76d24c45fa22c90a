/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system call filter: refused.def, and memory that is both written and
 * run. It holds for every thread, also for those that are there already.
 */
#include "base/sandbox.h"

#ifdef HAVE_SECCOMP

#include <sys/mman.h>
#include <sys/socket.h>

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>

static const int refused[] = {
#define X(name) SCMP_SYS(name),
#include "base/refused.def"
#undef X
/* The leak checker of a sanitizer is a debugger of its own process. */
#ifndef ICS_SANITIZE
	SCMP_SYS(ptrace),
#endif
};

static const struct {
	int call;
	scmp_datum_t rights; /* refused when all of these are asked for */
} memory[] = {
	{ SCMP_SYS(mmap), PROT_WRITE | PROT_EXEC },
	{ SCMP_SYS(mprotect), PROT_EXEC },
	{ SCMP_SYS(pkey_mprotect), PROT_EXEC },
};

/* Who cannot make such a socket cannot connect to anybody. */
static int
mute_add(scmp_filter_ctx ctx)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int rc = 0;

	for (size_t i = 0;
	     rc == 0 && i < sizeof(families) / sizeof(families[0]); i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM),
		    SCMP_SYS(socket), 1,
		    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0));
	return rc;
}

static int
rules_add(scmp_filter_ctx ctx)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(refused) / sizeof(refused[0]);
	     i++)
		rc =
		    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	for (size_t i = 0; rc == 0 && i < sizeof(memory) / sizeof(memory[0]);
	     i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM),
		    memory[i].call, 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, memory[i].rights,
			memory[i].rights));
	return rc;
}

enum ics_err
sandbox_calls(bool is_mute, bool *active)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	*active = false;
	if (ctx == NULL)
		return ICS_EIO;
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	/* 2: a binary tree, which costs every call less than a ladder. */
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = rules_add(ctx);
	if (rc == 0 && is_mute)
		rc = mute_add(ctx);
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	*active = rc == 0;
	/* What a kernel without seccomp answers; that is no failure. */
	if (rc == 0 || rc == -EINVAL || rc == -ENOSYS || rc == -EOPNOTSUPP)
		return ICS_OK;
	return err_from_errno(-rc);
}

#else

enum ics_err
sandbox_calls(bool is_mute, bool *active)
{
	(void)is_mute; /* there is nothing to be done with it */
	*active = false;
	return ICS_OK;
}

#endif
