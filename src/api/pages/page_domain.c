/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /domains and /domain/{name}: what an owner has signed, read aloud. */
#include <inttypes.h>
#include <stdio.h>

#include "api/pages.h"
#include "base/clock.h"

static void
put_signed(struct buf *out, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	clock_rfc3339(t, text);
	api_page_put_time(out, text);
}

static void
serial_write(int64_t serial, char out[24])
{
	(void)snprintf(out, 24, "%" PRId64, serial);
}

/* ---- the list ------------------------------------------------------------------- */

static void
put_row(struct buf *out, const struct policy_domain *d)
{
	const char *level = api_page_level(policy_level_word(d->level));
	char fpr[PGP_FPR_TEXT_MAX + 2], serial[24];
	struct buf when, groups;

	buf_init(&when, HKP_PAGE_MAX);
	buf_init(&groups, HKP_PAGE_MAX);
	notations_vfp_text(&d->owner, fpr);
	serial_write(d->serial, serial);
	put_signed(&when, d->signed_at);
	api_page_put_fpr(&groups, fpr);
	API_PUT(out, HKP_PAGE_domains_row,
	    { "name", bytes_of_str(d->name), false },
	    { "level", bytes_of_str(level), false },
	    { "serial", bytes_of_str(serial), false },
	    { "when", buf_bytes(&when), true },
	    { "groups", buf_bytes(&groups), false });
	buf_release(&when);
	buf_release(&groups);
}

void
api_page_domains(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct domain_set *set = hkp_request_set(rq);
	struct bytes host = bytes_of_str(rq->config->identity.hostname);
	struct buf rows, list, out;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&list, HKP_PAGE_MAX);
	buf_init(&out, HKP_PAGE_MAX);
	for (size_t i = 0; i < domain_set_size(set); i++)
		if (hkp_may_read_domain(rq, i))
			put_row(&rows, domain_set_newest(set, i));
	if (rows.n > 0)
		API_PUT(&list, HKP_PAGE_part_list,
		    { "rows", buf_bytes(&rows), true });
	else
		API_PUT(&list, HKP_PAGE_part_words,
		    { "text", bytes_of_str("There is none that you may read."),
			false });
	API_PUT(&out, HKP_PAGE_domains, { "host", host, false },
	    { "rows", buf_bytes(&list), true });
	hkp_reply_page(rq, rp,
	    &(struct hkp_framed){ 200, bytes_of_str("Domains"), &out });
	buf_release(&rows);
	buf_release(&list);
}

/* ---- one -------------------------------------------------------------------------- */

static void
put_span(struct buf *out, const char *label, int64_t seconds)
{
	struct buf text;

	buf_init(&text, HKP_PAGE_MAX);
	if (seconds > 0)
		api_page_put_span(&text, seconds);
	api_page_put_pair(out, label, text.n == 0 ? "" : buf_str(&text));
	buf_release(&text);
}

static void
put_owner(struct buf *out, const struct policy_domain *d)
{
	char fpr[PGP_FPR_TEXT_MAX + 2];
	struct buf who;

	buf_init(&who, HKP_PAGE_MAX);
	notations_vfp_text(&d->owner, fpr);
	api_page_put_who(&who, &(struct api_page_who){ fpr, "", true });
	API_PUT(out, HKP_PAGE_part_pair,
	    { "label", bytes_of_str("Key of the owner"), false },
	    { "value", buf_bytes(&who), true });
	buf_release(&who);
}

static void
put_facts(struct buf *out, const struct policy_domain *d)
{
	char serial[24];
	struct buf pairs, when;

	buf_init(&pairs, HKP_PAGE_MAX);
	buf_init(&when, HKP_PAGE_MAX);
	serial_write(d->serial, serial);
	put_signed(&when, d->signed_at);
	put_owner(&pairs, d);
	api_page_put_pair(&pairs, "Version", serial);
	API_PUT(&pairs, HKP_PAGE_part_pair,
	    { "label", bytes_of_str("Signed"), false },
	    { "value", buf_bytes(&when), true });
	api_page_put_pair(&pairs, "How open",
	    api_page_level(policy_level_word(d->level)));
	put_span(&pairs, "Answers hold for", d->freshness);
	put_span(&pairs, "Then, with a warning", d->grace);
	api_page_put_pair(&pairs, "Claims",
	    d->takes_claims ? "Kept and shown; they count for nothing" : "");
	API_PUT(out, HKP_PAGE_part_pairs, { "rows", buf_bytes(&pairs), true });
	buf_release(&pairs);
	buf_release(&when);
}

static void
put_versions(struct buf *out, const struct policy_line *line,
    const struct policy_domain *shown)
{
	struct buf rows, body, when;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&body, HKP_PAGE_MAX);
	buf_init(&when, HKP_PAGE_MAX);
	for (size_t i = line->n; i-- > 0;) {
		const char *now = line->at[i] == shown ? ": this one" : "";
		char serial[24];

		serial_write(line->at[i]->serial, serial);
		put_signed(&when, line->at[i]->signed_at);
		API_PUT(&rows, HKP_PAGE_domain_version,
		    { "name", bytes_of_str(line->at[i]->name), false },
		    { "serial", bytes_of_str(serial), false },
		    { "when", buf_bytes(&when), true },
		    { "now", bytes_of_str(now), false });
		buf_clear(&when);
	}
	API_PUT(&body, HKP_PAGE_part_lines, { "rows", buf_bytes(&rows), true });
	api_page_put_section(out, "Its versions", &body);
	buf_release(&rows);
	buf_release(&body);
	buf_release(&when);
}

static void
put_check(struct hkp_request *rq, struct buf *out,
    const struct policy_domain *d)
{
	char base[API_PAGE_URL_MAX], serial[24], owner[PGP_FPR_TEXT_MAX];
	const char *host = strstr(api_page_base(rq, base), "://");
	struct buf body;

	buf_init(&body, HKP_PAGE_MAX);
	serial_write(d->serial, serial);
	pgp_fpr_hex(&d->owner, owner);
	API_PUT(&body, HKP_PAGE_domain_check,
	    { "name", bytes_of_str(d->name), false },
	    { "serial", bytes_of_str(serial), false },
	    { "owner", bytes_of_str(owner), false },
	    { "base", bytes_of_str(base), false },
	    { "secure", bytes_of_str(hkp_request_is_tls(rq) ? "s" : ""),
		false },
	    { "host", bytes_of_str(host == NULL ? base : host + 3), false });
	api_page_put_section(out, "Check it yourself", &body);
	buf_release(&body);
}

static void
reply(struct hkp_request *rq, struct hkp_reply *rp,
    const struct api_domain_asked *a)
{
	struct api_page_reading reading = { a->d, rq,
		hkp_request_reader(rq, rp) };
	struct buf facts, parts, out;

	if (reading.r == NULL)
		return;
	buf_init(&facts, HKP_PAGE_MAX);
	buf_init(&parts, HKP_PAGE_MAX);
	buf_init(&out, HKP_PAGE_MAX);
	put_facts(&facts, a->d);
	api_page_put_rules(&parts, &reading);
	put_check(rq, &parts, a->d);
	put_versions(&parts, domain_set_line(a->set, a->domain), a->d);
	API_PUT(&out, HKP_PAGE_domain,
	    { "name", bytes_of_str(a->d->name), false },
	    { "facts", buf_bytes(&facts), true },
	    { "sections", buf_bytes(&parts), true });
	hkp_reply_page(rq, rp,
	    &(struct hkp_framed){ 200, bytes_of_str(a->d->name), &out });
	buf_release(&facts);
	buf_release(&parts);
}

void
api_page_domain(struct hkp_request *rq, struct hkp_reply *rp)
{
	struct domain_set *set = hkp_request_set(rq);
	struct api_domain_asked a = { .set = set };

	if (api_domain_asked(rq, rp, &a))
		reply(rq, rp, &a);
	else
		api_page_refuse(rq, rp);
}
