/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy descriptor, read: what the owner of a domain says about
 * who belongs, who may read, who may say what, what is required. Plain data
 * and pure questions; src/domain reads and writes the text. ics-policy(5) is
 * the reference of every keyword.
 *
 *	policy_domain   one descriptor; immutable
 *	policy_line     all descriptors of one name, by serial: each is in force
 *	                from its signature's date until the next one's
 *
 * Others include policy/policy.h.
 */
#ifndef POLICY_DOMAIN_H
#define POLICY_DOMAIN_H

#include "notations/notations.h"

#define POLICY_NAME_MAX	    64	 /* octets of a name, with the NUL */
#define POLICY_GRANTS_MAX   4096 /* in one descriptor; likewise: */
#define POLICY_MEMBERS_MAX  1024
#define POLICY_REQUIRES_MAX 256
#define POLICY_STATES_MAX   64
#define POLICY_READERS_MAX  1024 /* of each sort */
#define POLICY_SYNCS_MAX    256
#define POLICY_UPDATES_MAX  256
#define POLICY_PARTIES_MAX  1024
#define POLICY_ITEMS_MAX    100000 /* named one by one */
#define POLICY_TERMS_MAX    16

/* How open a domain is; the more open, the more signatures a decision wants
 * without being told: levels.def has a row each. */
enum policy_level {
#define X(id, word, must, any, should, wants_state, words) POLICY_LEVEL_##id,
#include "policy/levels.def"
#undef X
	POLICY_LEVELS
};
const char *policy_level_word(enum policy_level level);
/* False: there is none of that name. */
bool policy_level_find(struct bytes word, enum policy_level *level);

/* A party by a name that the owner gave it. */
struct policy_named {
	char *name;
	struct pgp_fpr fpr;
	char *contact, *contract; /* "" without; contract: a URI or hash */
};

struct policy_grant {
	struct pgp_fpr fpr;
	unsigned roles;	     /* bits NOTATIONS_ROLE_BIT */
	char *scope;	     /* "Acme/T1000", "*" last; "" everything */
	int64_t from, until; /* [from, until); INT64_MIN: not said; INT64_MAX */
	bool may_regrant;    /* its holder may give these roles by role@ */
	int line;	     /* in the text */
};

/* "manu=Acme model=T1000": all must fit. */
struct policy_term {
	enum notations_name name;
	char *value; /* canonical; "*" last takes any end */
};
struct policy_terms {
	struct policy_term at[POLICY_TERMS_MAX]; /* values owned */
	size_t n;
};
void policy_terms_release(struct policy_terms *terms);

struct policy_member {
	enum notations_entity kind; /* NONE: any entity */
	bool is_code;		    /* code instead of entities */
	struct policy_terms where;
	unsigned certified_by; /* roles, one of which must have said so; 0 */
	struct notations_subject *items; /* named ones, sorted by their octets
	                                  * as policy_subjects_sort does; then
	                                  * no where */
	size_t items_n;
	char *slot;	  /* "" or the place in a system that it fills */
	bool is_external; /* not of the system: let in from outside */
	int line;
};

struct policy_require {
	enum notations_entity kind;
	bool is_code;
	char *purpose;		   /* "" any; purposes.def has the known ones */
	unsigned must, should;	   /* roles whose word must, should be there */
	unsigned any;		   /* one of these must be there */
	unsigned needs;		   /* so many different issuers; 0 */
	struct policy_terms where; /* only for these */
	int line;
};

struct policy_state_rule {
	enum notations_status status;
	unsigned roles; /* instead of rules.def */
	unsigned needs; /* different issuers; 1 */
	int64_t from, until;
	int line;
};

/* What an update must have: "firmware", "app", ... or "" any. */
enum policy_update_class {
	POLICY_UPDATE_APPROVED, /* integrator or maintainer approves */
	POLICY_UPDATE_MAKER,	/* the maker's signature suffices */
	POLICY_UPDATE_EXTERNAL	/* the operating system's own way; logged */
};
struct policy_update {
	char *code_kind;
	enum policy_update_class class;
	unsigned must;	   /* roles */
	bool wants_window; /* an approval without one will not do */
	struct policy_terms where;
	int line;
};

struct policy_network {
	uint8_t addr[16]; /* IPv4 mapped */
	unsigned bits;	  /* of 128 */
};
struct policy_read {
	bool is_public;
	struct policy_network *networks;
	size_t networks_n;
	uint8_t (*tokens)[32]; /* SHA-256 of bearer tokens */
	size_t tokens_n;
	uint8_t (*clients)[32]; /* SHA-256 of the SPKI of TLS clients */
	size_t clients_n;
	char **peers; /* names of peers (icsd.conf or sync) */
	size_t peers_n;
	char **hosts; /* virtual hosts that mean this domain */
	size_t hosts_n;
	int line; /* 0: the text has no such block */
};

struct policy_sync {
	char *name, *url, *pin; /* pin: "sha256//..." or "" */
	struct pgp_fpr key;	/* the peer's OpenPGP key; version 0 without */
	char *pull;		/* terms; "" nothing, "*" everything */
	char *push;		/* "" nothing, "status", "*" */
	unsigned every;		/* seconds */
	bool may_alter;		/* what it brings is taken as from a peer */
	int line;
};

void policy_subjects_sort(struct notations_subject *at, size_t n);

struct policy_domain {
	char name[POLICY_NAME_MAX];
	int64_t serial;
	struct pgp_fpr owner;
	int64_t signed_at; /* of the signature it came in */
	enum policy_level level;
	int64_t freshness, grace; /* seconds; 0: none is asked for */
	struct policy_named *parties;
	size_t parties_n;
	struct policy_grant *grants;
	size_t grants_n;
	struct policy_member *members;
	size_t members_n;
	struct policy_require *requires;
	size_t requires_n;
	struct policy_state_rule *states;
	size_t states_n;
	struct policy_update *updates;
	size_t updates_n;
	struct policy_sync *syncs;
	size_t syncs_n;
	struct policy_read read;
	bool takes_claims;
};
void policy_domain_free(struct policy_domain *d);

/* Lent pointers, ascending serials. */
struct policy_line {
	const struct policy_domain *const *at;
	size_t n;
};
/* The one in force at a time; before the first the first. NULL: no line. */
const struct policy_domain *policy_line_at(const struct policy_line *line,
    int64_t at);

struct policy_rights;
/*
 * Everybody's rights over time, with those of base (may be NULL): the owner as
 * a root of the domain, grants of every version clipped to its days, state
 * rules likewise. The first version reaches back, since before it nobody had
 * ruled anything; so does a grant that says from when. Independent of
 * everything but the line and base. Texts are lent by both; the caller
 * releases *out. To judge by several domains, each is the next one's base.
 */
void policy_line_rights(const struct policy_line *line,
    const struct policy_rights *base, struct policy_rights *out);
/* The same of n lines at once. */
void policy_lines_rights(const struct policy_line *lines, size_t n,
    const struct policy_rights *base, struct policy_rights *out);
void policy_rights_release(struct policy_rights *rights);

/* What membership and the decision look at: what rightful others say of an
 * item. Lent sets; release frees the list. */
struct policy_facts {
	const struct notations_subject *subject;
	enum notations_entity kind; /* as others say, else itself; or DEVICE */
	bool is_code;
	const struct notations_set *const *sets; /* of statements that count */
	size_t sets_n;
	unsigned certified; /* roles of those who vouch for it: who have said
	                     * something rightful that is no bad state */
	size_t issuers;	    /* so many different ones */
	/* A thing is in one place: where the newest word puts it of who may
	 * say so. Empty: nobody has. Unless that was settled, it is in each
	 * that anybody speaks of. */
	bool is_placed;
	struct bytes slot; /* lent */
	size_t slot_said;  /* statement, or POLICY_NOBODY */
};
struct policy_question;
struct policy_state;
/* From an item as folded. Independent of the order of statements. */
void policy_facts_read(const struct policy_question *q,
    const struct policy_state *state, struct policy_facts *facts);
void policy_facts_release(struct policy_facts *facts);
/* Does statement i vouch for what it is about? */
bool policy_vouches(const struct policy_question *q,
    const struct policy_state *state, size_t i);
/* The first value of a name in the sets, lent; empty without. */
struct bytes policy_facts_value(const struct policy_facts *facts,
    enum notations_name name);

/* Does what is said fit all terms? */
bool policy_terms_hold(const struct policy_terms *terms,
    const struct policy_facts *facts);
/* May a member rule take it, whatever its kind and whoever vouches for it, if
 * everything that is said counted? False is sure. */
bool policy_domain_may_take(const struct policy_domain *d,
    const struct policy_facts *said);
/* Would it belong if it were in every place where it ever was? */
bool policy_domain_had(const struct policy_domain *d,
    const struct policy_facts *facts);
/* The first member rule that takes it, or POLICY_NOBODY. */
size_t policy_domain_takes(const struct policy_domain *d,
    const struct policy_facts *facts);

#endif
