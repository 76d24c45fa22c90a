/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP front: HKP v1 and v2, VKS, WKD, operation, and the operator's
 * requests on the local socket. hkp/README is the wire contract.
 *
 * A struct hkp runs N threads, each with its own event loop, its own
 * libmicrohttpd daemons (one a listener, sharing the listening sockets) and
 * its own read connection to the store. They never wait: a submission
 * suspends its connection until intake answers.
 */
#ifndef HKP_HKP_H
#define HKP_HKP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "domain/domain.h"
#include "intake/intake.h"

#define HKP_LISTENERS_MAX 16

#define HKP_PIN	     32	 /* SHA-256 of a SubjectPublicKeyInfo */
#define HKP_PIN_TEXT 53	 /* "sha256//" and Base 64 of it, with its NUL */
#define HKP_PEER_MAX 128 /* octets of a peer's name, with its NUL */

/* Another server, known by its key. */
struct hkp_peer {
	char name[HKP_PEER_MAX];
	bool is_operators; /* else only descriptors order it: no other domain
	                    * than theirs knows this name */
	bool may_alter;	   /* what it sends is taken as from a peer */
};

/* Which routes a listener answers. */
enum hkp_face {
	HKP_FACE_PUBLIC, /* everybody */
	HKP_FACE_ADMIN,	 /* health, readiness, metrics */
	HKP_FACE_LOCAL	 /* the operator's Unix socket */
};

struct hkp_listener {
	int fd; /* listening socket, lent: the caller closes it */
	enum hkp_face face;
	bool tls;
};

/* Limits of design section 11; 0 takes the default beside it. */
struct hkp_limits {
	size_t header_octets;	  /* 8192 */
	size_t body_octets;	  /* 8 MiB */
	unsigned request_seconds; /* 10 */
	unsigned connections;	  /* 8192, all listeners together */
	unsigned per_address;	  /* 1024 */
	size_t hashquery_max;	  /* 1000 hashes */
	size_t answer_octets;	  /* 32 MiB of certificates in one answer */
	size_t held_octets; /* 256 MiB of bodies and answers, all together */
};

/* Server facts that stats and pages show; strings are lent for ever. */
struct hkp_identity {
	const char *hostname, *nodename, *contact, *profile;
};

/* What SIGHUP changes, swapped whole: copied by hkp_new and hkp_reload. */
struct hkp_config {
	struct hkp_limits limits;
	struct hkp_identity identity;
	const char *tls_cert; /* PEM text, or NULL */
	const char *tls_key;  /* PEM text, or NULL */
	bool is_closed;	      /* only the operator sees what is of no domain */
	bool is_maintained;   /* only the operator may send anything */
};

/* Called on SIGHUP-like requests of the operator's socket; must not block. */
struct hkp_hooks {
	void (*reload)(void *arg);
	void *arg;
};

/* A certificate that somebody looks for. */
struct hkp_wanted {
	struct pgp_fpr fpr; /* n 0: by its key ID */
	uint64_t keyid;
	int64_t since; /* when what is here of it changed last; 0: nothing is
	                * here */
};

struct buf;
struct hkp;
struct hkp_query;
struct hkp_reply;
struct hkp_request;
struct hkp_route_table;

/* Fill the reply; peers is a json_t, given: {"peers", "pksTargets"}, rows as
 * Hockeypuck has them. */
typedef void hkp_peers_tell(struct hkp_request *rq, struct hkp_reply *rp,
    void *arg, void *peers);

/*
 * Start threads (0: one per core) that answer on the listeners from the store
 * in dir; writes go to in. Not ready until hkp_ready_set. The caller stops it
 * with hkp_free.
 */
struct hkp_start {
	const char *dir;
	struct store *store; /* lent: only to learn of commits */
	struct intake *in;   /* lent */
	const struct hkp_listener *listeners;
	size_t listeners_n;
	unsigned threads;
	struct hkp_hooks hooks;
	/* Further routes, lent; their handlers find arg by hkp_more_arg. */
	const struct hkp_route_table *more;
	void *more_arg;
	/* Asked first by /pks/lookup's get and index when what is looked for
	 * has a colon; true: it was answered. NULL: nobody is. */
	bool (*more_lookup)(struct hkp_request *rq, struct hkp_reply *rp,
	    const struct hkp_query *q);
	/* What the routes of more add to /metrics: begun is given, and they
	 * answer, perhaps later. NULL: it goes out as it is. */
	void (*more_metrics)(struct hkp_request *rq, struct hkp_reply *rp,
	    struct buf *begun);
	/* Who knows of peers has tell called once, perhaps later and on
	 * another thread. NULL: there are none. */
	void (*more_peers)(struct hkp_request *rq, struct hkp_reply *rp,
	    hkp_peers_tell *tell, void *arg);
	/* Which other server has this key: true and its name. pin NULL: are
	 * there any; only then are clients of TLS asked for a certificate.
	 * Called from any thread; must not block. NULL: there are none. */
	bool (*peer_find)(void *arg, const uint8_t *pin, struct hkp_peer *who);
	void *peer_arg;
	/* Have it fetched from elsewhere, where it is time to. True: done is
	 * called once, perhaps before this returns and on another thread, when
	 * it is here, or will not be. Of what is here it is false: nobody
	 * waits for that. done NULL: would it be true. w NULL: does anybody
	 * fetch at all. Called from any thread; must not block. NULL: nobody. */
	bool (*fetch)(void *arg, const struct hkp_wanted *w,
	    void (*done)(void *done_arg), void *done_arg);
	void *fetch_arg;
};
enum ics_err hkp_new(const struct hkp_start *start,
    const struct hkp_config *config, struct hkp **h);

/* Answer /readyz with 200 (true) or 503 (false). */
void hkp_ready_set(struct hkp *h, bool ready);

/* Take new limits, identity and TLS credentials for new connections;
 * listeners stay. On failure everything stays as it was. */
enum ics_err hkp_reload(struct hkp *h, const struct hkp_config *config);

/* "sha256//..." of the first certificate of a PEM text, as others pin it and
 * as curl takes it. False when there is none. */
bool hkp_pin_of_pem(const char *pem, char text[HKP_PIN_TEXT]);

/* Stop accepting, let running requests end (at most grace seconds). */
void hkp_drain(struct hkp *h, unsigned grace);
void hkp_free(struct hkp *h);

#endif
