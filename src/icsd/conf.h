/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Configuration: defaults, then the file, then the command line. The rows of
 * options.def say what there is. A struct conf that conf_load called good is
 * never changed any more.
 */
#ifndef ICSD_CONF_H
#define ICSD_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/net.h"
#include "hkp/hkp.h"
#include "policy/policy.h"
#include "sync/sync.h"

#define CONF_FILE	   "/etc/icsd/icsd.conf"
#define CONF_FILE_MAX	   (1u << 20) /* octets of a configuration file */
#define CONF_PORT	   11371      /* where an address names none */
#define CONF_LISTENERS_MAX 7	      /* texts, each perhaps IPv4 and IPv6 */
#define CONF_TEXTS_MAX	   256	      /* in any list */

enum conf_type {
	CONF_TEXT,
	CONF_ADDR,	/* text that net_addrs_read takes */
	CONF_LISTENERS, /* list of texts that conf_listener_read takes */
	CONF_ROOTS,	/* list of fingerprints */
	CONF_RIGHTS,	/* list of texts that conf_right_read takes */
	CONF_PEERS,	/* list of texts that sync_peer_read takes */
	CONF_UPSTREAM,	/* text that sync_upstream_read takes, kept as that
	                 * writes it */
	CONF_PROFILE,	/* text: a word of domain/profiles.def */
	CONF_LEVEL,	/* word of base/log.h */
	CONF_SWITCH,	/* "yes" or "no" */
	CONF_PUBLIC,	/* "peers" or "public" */
	CONF_COUNT,	/* number */
	CONF_OCTETS,	/* number, perhaps with K, M or G */
	CONF_SPAN	/* seconds: a number, perhaps with s, m, h or d */
};

enum conf_when {
	CONF_NOW,
	CONF_START
};

enum conf_option {
#define X(id, name, type, field, text, least, most, when, words) id,
#include "icsd/options.def"
#undef X
	CONF_OPTIONS
};

struct conf_texts {
	char *at[CONF_TEXTS_MAX];
	size_t n;
};

/* Texts are owned by the struct; "" where an option is not set. */
struct conf {
	char *state_dir, *admin, *tls_cert, *tls_key, *profile;
	char *user, *group, *hostname, *nodename, *contact;
	char *recon, *filters, *upstream;
	struct conf_texts listen, roots, rights, peers;
	bool claims, is_public, takes_writes, sketch_public, is_lean;
	enum log_level log_level;
	unsigned long http_threads, checkers, connections, per_address;
	unsigned long request_seconds, header_octets, body_octets;
	unsigned long answer_octets, held_octets, hashquery_max, pending_max,
	    drain_seconds;
	unsigned long session_seconds, recon_pause, recon_frame;
	unsigned long upstream_keep, upstream_miss;

	const char *file;	 /* lent by struct conf_source */
	bool has_file;		 /* it exists */
	int lines[CONF_OPTIONS]; /* where set: 0 nowhere, or one of these: */
#define CONF_COMMAND_LINE (-1)
	struct policy_rights policy;	/* roots and rights, owned; their scopes
	                              * are lent by the texts */
	struct sync_peer_conf *peer_at; /* of each text of peers; owned */
	struct buf complaints; /* lines "FILE:LINE: what; what would help" */
};

/* An option given on the command line; text is lent. */
struct conf_given {
	enum conf_option option;
	const char *text;
};

/* Where a configuration comes from; outlives what is made from it. */
struct conf_source {
	const char *file;
	bool must_exist; /* the operator named the file */
	const struct conf_given *given;
	size_t given_n;
};

/*
 * Read everything. *c is set in any case and freed by the caller. ICS_ECONFIG
 * when it is not good: (*c)->complaints says where and why.
 */
enum ics_err conf_load(const struct conf_source *source, struct conf **c);
void conf_free(struct conf *c);

/* Add a complaint about an option at the place where it was set. */
void conf_complain(struct conf *c, enum conf_option option, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* The next default that c has from its profile, from *i on, which begins with
 * 0; false: no further one. */
bool conf_profile_default(const struct conf *c, size_t *i,
    enum conf_option *option, const char **text);

/* Name of an option as the file spells it; static. */
const char *conf_option_name(enum conf_option option);
enum conf_type conf_option_type(enum conf_option option);

/* A listener as one text of the option says it. */
struct conf_listener {
	bool tls;
	struct net_addr at[NET_BOTH];
	size_t n;
};

/* Read "[http://|https://]ADDR:PORT"; tls says what no scheme means. */
enum ics_err conf_listener_read(const char *text, bool tls,
    struct conf_listener *l);

/*
 * Read "FPR" (a root: its role is NONE) or "ROLE FPR [SCOPE]". A fingerprint
 * is versioned or bare. The scope is lent by text. False when it will not do.
 */
bool conf_root_read(const char *text, struct policy_right *right);
bool conf_right_read(const char *text, struct policy_right *right);

/* True when a listener without a scheme is https: there is a certificate,
 * and no listener says https itself. */
bool conf_is_https_default(const struct conf *c);

/* What hkp wants to know, but for the PEM texts; lent by c. */
void conf_hkp(const struct conf *c, struct hkp_config *config);

/* What sync wants to know, but for where it works and its sockets; lent. */
void conf_sync(const struct conf *c, struct sync_config *config);

/* Calls found for every CONF_START option in which a and b differ. */
void conf_differences(const struct conf *a, const struct conf *b,
    void (*found)(const char *option));

#endif
