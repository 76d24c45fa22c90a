/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decisions about worlds of statements, as one line, for tables. */
#ifndef T_POLICY_DECIDED_H
#define T_POLICY_DECIDED_H

#include "policy_told.h"

#define KIND "kind@" NOTATION_DOMAIN
#define NAMES_ALL                                                        \
	"right M manufacturer\nright I integrator\nright N maintainer\n" \
	"right D developer\nright O owner\n"

static char nothing[] = "", pump[] = "pump", hall[] = "hall*";
static struct policy_domain domain;
static struct policy_member members[2];
static struct policy_require requires[1];
static struct policy_update updates[1];

/* What a row changes of the domain. */
enum change {
	PLAIN = 0,
	STRANGER = 1,	 /* no member rule takes it */
	OPEN = 2,	 /* level = open */
	MUST = 4,	 /* manufacturer and integrator must, owner should */
	EITHER = 8,	 /* owner or maintainer */
	TWO = 16,	 /* two different issuers */
	OLD = 32,	 /* the data are older than freshness */
	TOO_OLD = 64,	 /* and than grace */
	PLACE = 128,	 /* slot "pump" is another's */
	INSTALL = 256,	 /* on Q */
	MAKER = 512,	 /* the maker's signature is enough */
	EXTERNAL = 1024, /* the operating system's own way */
	WANTED = 2048,	 /* only in windows */
	RUNNING = 4096,	 /* code-seq 7 runs there */
	ROLLBACK = 8192,
	BROKEN = 16384, /* Q is suspended */
	REVOKED = 32768,
	NO_DOMAIN = 65536,
	ABROAD = 131072, /* it is let in from outside */
	HALL = 262144	 /* what is in slot "hall" belongs */
};

struct row {
	const char *what;
	bool is_code;
	unsigned change;
	const char *lines, *purpose, *expected;
};

static inline void
domain_make(unsigned change)
{
	static struct notations_subject other = {
		.kind = NOTATIONS_SUBJECT_ENTITY, .tag = 4, .n = 20
	};

	members[0] = (struct policy_member){ .slot = nothing,
		.is_external = (change & ABROAD) != 0,
		.line = 3 };
	if ((change & HALL) != 0)
		members[0].where = (struct policy_terms){
			.at = { { NOTATIONS_NAME_SLOT, hall } }, .n = 1
		};
	members[1] = (struct policy_member){
		.items = &other, .items_n = 1, .slot = pump, .line = 4
	};
	requires[0] = (struct policy_require){ .purpose = nothing, .line = 5 };
	updates[0] = (struct policy_update){ .code_kind = nothing,
		.wants_window = (change & WANTED) != 0,
		.line = 6 };
	if ((change & MAKER) != 0)
		updates[0].class = POLICY_UPDATE_MAKER;
	if ((change & EXTERNAL) != 0)
		updates[0].class = POLICY_UPDATE_EXTERNAL;
	if ((change & MUST) != 0) {
		requires[0].must =
		    NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_MANUFACTURER) |
		    NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_INTEGRATOR);
		requires[0].should = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OWNER);
	}
	if ((change & EITHER) != 0)
	requires[0].any = NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_OWNER) |
			  NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_MAINTAINER);
	requires[0].needs = (change & TWO) != 0 ? 2 : 0;
	domain = (struct policy_domain){ .level = (change & OPEN) != 0
						      ? POLICY_LEVEL_OPEN
						      : POLICY_LEVEL_CLOSED,
		.members = members,
		.members_n = (change & PLACE) != 0 ? 2 : 1,
		.requires = requires,
		.requires_n = 1,
		.updates = updates,
		.updates_n =
		    (change & (MAKER | EXTERNAL | WANTED)) != 0 ? 1 : 0,
		.freshness = 100,
		.grace = 50 };
	for (size_t i = 0; i < domain.requires_n; i++)
	requires[i].is_code = false;
}

/* "deny: member certificate- state!" with "-" a refusal, "!" a warning. */
static inline char *
told(const struct policy_decision *d)
{
	static const char *const marks[] = { "", "!", "-" };
	struct buf out;
	char *line;

	buf_init(&out, 10000);
	buf_put_str(&out, d->is_allowed ? "allow" : "deny");
	buf_put_str(&out, d->is_stale ? " stale:" : ":");
	for (size_t i = 0; i < d->n; i++) {
		buf_put_str(&out, " ");
		buf_put_str(&out, policy_rule_word(d->at[i].rule));
		buf_put_str(&out, marks[d->at[i].tone]);
		for (unsigned r = 1; r < NOTATIONS_ROLE_COUNT; r++)
			if ((d->at[i].missing >> r & 1u) != 0)
				buf_printf(&out, "/%s",
				    notations_role_word((enum notations_role)
					    r));
	}
	line = alloc_str_from_bytes(buf_bytes(&out));
	buf_release(&out);
	return line;
}

/* The device on which code is to be installed: another world. */
struct target {
	struct make_world w;
	struct policy_party parties[MAKE_PARTIES];
	struct policy_question q;
	struct policy_state state;
	struct policy_facts facts;
	struct policy_install install;
	struct notations_entry running;
	struct notations_set set;
};

static inline struct notations_set
set_of(struct notations_entry *one)
{
	return (struct notations_set){ one, 1, 1 };
}

static inline void
fold(struct make_world *w, const struct make_layout *l,
    struct policy_party *parties, struct target *t)
{
	make_question(w, l, parties, &t->q);
	t->q.when = (struct policy_time){ .at = 1000, .skew = POLICY_SKEW };
	policy_fold(&t->q, &t->state);
	policy_facts_read(&t->q, &t->state, &t->facts);
}

static inline void
target_make(struct target *t, unsigned change, const char *lines)
{
	struct make_layout *l = alloc_new(sizeof(*l));

	make_init(&t->w, false);
	make_lines(&t->w, NAMES_ALL "M 50 manu=Acme model=T1\n");
	if ((change & BROKEN) != 0)
		make_lines(&t->w, "O 60 status=suspended\n");
	/* lines that begin with "on " are about the device */
	for (const char *on = lines; (on = strstr(on, "on ")) != NULL; on++)
		make_line(&t->w, bytes_of(on + 3, strcspn(on + 3, "\n")));
	make_layout_init(&t->w, l);
	fold(&t->w, l, t->parties, t);
	free(l);
	t->running = (struct notations_entry){ .name = NOTATIONS_NAME_CODE_SEQ,
		.value = bytes_of_str("7") };
	t->set = set_of(&t->running);
	t->install = (struct policy_install){ .device = &t->q,
		.device_state = &t->state,
		.device_facts = &t->facts,
		.running = (change & RUNNING) != 0 ? &t->set : NULL,
		.has_rollback = (change & ROLLBACK) != 0 };
}

static inline void
target_release(struct target *t)
{
	policy_facts_release(&t->facts);
	policy_state_release(&t->state);
	make_release(&t->w);
}

static inline char *
decide(struct make_world *w, const struct make_layout *l, const struct row *row)
{
	struct target *it = alloc_zero(1, sizeof(*it)),
		      *on = alloc_zero(1, sizeof(*on));
	struct policy_decision decision;
	unsigned c = row->change;
	struct policy_asking asking = {
		.domain = (c & NO_DOMAIN) != 0 ? NULL : &domain,
		.member = (c & STRANGER) != 0 ? POLICY_NOBODY : 0,
		.q = &it->q,
		.state = &it->state,
		.facts = &it->facts,
		.purpose = row->purpose,
		.created = 1,
		.revoked =
		    (c & REVOKED) != 0 ? PGP_SOFT_REVOKED : PGP_NOT_REVOKED,
		.data_at = (c & TOO_OLD) != 0 ? 800
			   : (c & OLD) != 0   ? 880
					      : 950,
		.at = 1000
	};
	char *line;

	domain_make(c);
	fold(w, l, it->parties, it);
	if ((c & HALL) != 0)
		asking.member = policy_domain_takes(&domain, &it->facts);
	if ((c & INSTALL) != 0) {
		target_make(on, c, row->lines);
		asking.install = &on->install;
	}
	policy_decide(&asking, &decision);
	line = told(&decision);
	if ((c & INSTALL) != 0)
		target_release(on);
	policy_facts_release(&it->facts);
	policy_state_release(&it->state);
	free(it);
	free(on);
	return line;
}

/* Lines about the item: not those about the device. */
static inline void
item_lines(struct make_world *w, const char *lines)
{
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		if (strncmp(lines, "on ", 3) != 0)
			make_line(w, bytes_of(lines, n));
		lines += n + (lines[n] == '\n');
	}
}

static inline void
row_check(const struct row *row)
{
	struct make_layout *l = alloc_new(sizeof(*l));
	struct make_world w;
	char *line;

	make_init(&w, row->is_code);
	make_lines(&w, NAMES_ALL);
	item_lines(&w, row->lines);
	make_layout_init(&w, l);
	line = decide(&w, l, row);
	ck_assert_msg(strcmp(line, row->expected) == 0,
	    "%s:\n  got  %s\n  want %s", row->what, line, row->expected);
	free(line);
	make_release(&w);
	free(l);
}

#endif
