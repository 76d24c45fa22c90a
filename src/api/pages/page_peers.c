/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GET /peers: with whom this server compares. As much as the statistics tell
 * everybody: names, addresses, how the last rounds went; not what was
 * exchanged, nor who may do what.
 */
#include "api/pages.h"

#include "api/peers.h"
#include "base/clock.h"

static const struct {
	const char *tone, *sign, *words;
} states[] = {
	{ "good", "✓", "In step: the last round went well" },
	{ "bad", "✗", "The last round failed" },
	{ "none", "?", "No round yet" },
};

static size_t
state_of(const struct sync_row *row)
{
	if (row->error[0] != '\0')
		return 1;
	return row->success != 0 || row->visited != 0 ? 0 : 2;
}

static const char *
kind_words(enum sync_kind kind)
{
	switch (kind) {
	case SYNC_SKS:
	case SYNC_HOCKEYPUCK:
		return "A keyserver; both compare by gossip";
	case SYNC_HKP:
		return "A keyserver that is sent what is new";
	case SYNC_ICS:
		return "An identity certificate server";
	case SYNC_KINDS:
		break;
	}
	return "";
}

static void
put_when(struct buf *out, const char *label, int64_t t)
{
	char text[CLOCK_TEXT_MAX];
	struct buf when;

	if (t == 0)
		return;
	buf_init(&when, HKP_PAGE_MAX);
	clock_rfc3339(t, text);
	api_page_put_time(&when, text);
	API_PUT(out, HKP_PAGE_part_pair,
	    { "label", bytes_of_str(label), false },
	    { "value", buf_bytes(&when), true });
	buf_release(&when);
}

static void
put_row(struct buf *out, const struct sync_row *row)
{
	size_t state = state_of(row);
	char recon[NET_TEXT_MAX] = "";
	struct buf pairs;

	buf_init(&pairs, HKP_PAGE_MAX);
	if (row->conf.recon.n != 0)
		net_addr_write(&row->conf.recon, recon);
	api_page_put_pair(&pairs, "What it is", kind_words(row->conf.kind));
	api_page_put_pair(&pairs, "Address", row->conf.url);
	api_page_put_pair(&pairs, "Gossip at", recon);
	put_when(&pairs, "Last good round", row->success);
	put_when(&pairs, "Last visit of it", row->visited);
	api_page_put_pair(&pairs, "What went wrong", row->error);
	API_PUT(out, HKP_PAGE_peers_row,
	    { "name", bytes_of_str(row->conf.name), false },
	    { "tone", bytes_of_str(states[state].tone), false },
	    { "sign", bytes_of_str(states[state].sign), false },
	    { "state", bytes_of_str(states[state].words), false },
	    { "pairs", buf_bytes(&pairs), true });
	buf_release(&pairs);
}

static void
tell(struct hkp_request *rq, struct hkp_reply *rp, void *arg,
    const struct sync_answer *answer)
{
	struct bytes host = bytes_of_str(rq->config->identity.hostname);
	struct buf rows, list, out;

	(void)arg;
	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&list, HKP_PAGE_MAX);
	buf_init(&out, HKP_PAGE_MAX);
	for (size_t i = 0; answer->err == ICS_OK && i < answer->n; i++)
		if (api_peer_is_shown(rq, &answer->rows[i]))
			put_row(&rows, &answer->rows[i]);
	if (rows.n > 0)
		API_PUT(&list, HKP_PAGE_part_list,
		    { "rows", buf_bytes(&rows), true });
	else
		API_PUT(&list, HKP_PAGE_part_words,
		    { "text", bytes_of_str("It has none."), false });
	API_PUT(&out, HKP_PAGE_peers, { "host", host, false },
	    { "rows", buf_bytes(&list), true });
	hkp_reply_page(rq, rp,
	    &(struct hkp_framed){ 200, bytes_of_str("Peers"), &out });
	buf_release(&rows);
	buf_release(&list);
}

void
api_page_peers(struct hkp_request *rq, struct hkp_reply *rp)
{
	api_peers_ask(rq, rp,
	    &(struct api_peers_asked){ .what = SYNC_LIST, .tell = tell });
}
