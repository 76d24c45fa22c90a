/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions that were captured are replayed in both roles, octet for octet with
 * the bounds of SKS.
 */
#include "recon_talk.h"

static const struct capture {
	const char *folder, *name;
	const char *acceptor, *initiator; /* lists; NULL: the union of both */
	bool is_sync_fail;		  /* we fail where SKS told all */
} captures[] = {
	{ "debian-300-320", "recon-1-diff", "acceptor", "initiator", false },
	{ "debian-300-320", "recon-3-converged", "converged", "converged",
	    false },
	{ "root-polynomial", "recon-1-diff", "acceptor", "initiator", false },
	{ "full-elements", "recon-1-diff", "acceptor", "initiator", true },
	{ "deep-4012-4011", "recon-1-diff", "acceptor", "initiator", false },
	{ "deep-4012-4011", "recon-2-converged", NULL, NULL, false },
	{ "empty-acceptor", "recon-1-diff", "acceptor", "initiator", false },
	{ "empty-initiator", "recon-1-diff", "acceptor", "initiator", false },
	{ "small-both-leaf", "recon-1-diff", "acceptor", "initiator", false },
};

#define CAPTURES (sizeof(captures) / sizeof(captures[0]))

static void
list_read(struct recon_set *set, const char *folder, const char *list)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "recon/%s/%s-hashes.txt", folder,
	    list); /* short names */
	talk_set_read(set, name);
}

static struct recon_set *
side_read(const struct capture *c, const char *list)
{
	struct recon_set *set = recon_set_new();

	if (list != NULL) {
		list_read(set, c->folder, list);
	} else {
		list_read(set, c->folder, "acceptor");
		list_read(set, c->folder, "initiator");
	}
	return set;
}

static struct bytes
stream_read(const struct capture *c, const char *way)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "recon/%s/%s.%s.bin", c->folder,
	    c->name, way); /* short names */
	return fixture_read(name);
}

/* All bounds are those of SKS: "below 150". */
static struct recon_setup
sks_setup(enum recon_role role, struct recon_set *set)
{
	struct recon_setup setup = talk_setup(role, set);

	setup.limits.full = 149;
	setup.limits.wary = false;
	return setup;
}

/* Frames behind the opening are the same; Configs name ports of their own. */
static void
talk_is(const struct buf *out, struct bytes want)
{
	ck_assert_uint_eq(out->n, want.n);
	ck_assert_mem_eq(out->p + TALK_OPENING, want.p + TALK_OPENING,
	    want.n - TALK_OPENING);
}

static void
acceptor_replay(const struct capture *c, size_t piece)
{
	struct recon_set *ours = side_read(c, c->acceptor);
	struct recon_set *theirs = side_read(c, c->initiator);
	struct bytes in = stream_read(c, "i2a"), want = stream_read(c, "a2i");
	struct recon_setup setup = sks_setup(RECON_ASKER, ours);
	struct recon_session *s = recon_session_new(&setup);
	struct buf out;

	buf_init(&out, RECON_FRAME_MAX);
	talk_feed(s, in, piece, &out);
	ck_assert_int_eq(recon_session_end(s), RECON_END_DONE);
	talk_is(&out, want);
	talk_found_is_all(s, ours, theirs);
	ck_assert_uint_eq(recon_session_tally(s)->strange, 0);
	ck_assert_uint_eq(recon_session_tally(s)->in, in.n);
	ck_assert_uint_eq(recon_session_tally(s)->out, want.n);
	recon_session_free(s);
	buf_release(&out);
	fixture_free(in);
	fixture_free(want);
	recon_set_free(ours);
	recon_set_free(theirs);
}

START_TEST(acceptors_are_replayed)
{
	for (size_t i = 0; i < CAPTURES; i++) {
		acceptor_replay(&captures[i], RECON_FEED_MAX);
		acceptor_replay(&captures[i], 1);
		acceptor_replay(&captures[i], 13);
	}
}
END_TEST

static void
initiator_replay(const struct capture *c, size_t piece)
{
	struct recon_set *ours = side_read(c, c->initiator);
	struct recon_set *theirs = side_read(c, c->acceptor);
	struct bytes in = stream_read(c, "a2i"), want = stream_read(c, "i2a");
	struct recon_setup setup = sks_setup(RECON_ANSWERER, ours);
	struct recon_session *s = recon_session_new(&setup);
	static const uint8_t sync_fail[] = { 0, 0, 0, 1, RECON_SYNC_FAIL };
	struct buf out;

	buf_init(&out, RECON_FRAME_MAX);
	talk_feed(s, in, piece, &out);
	ck_assert_int_eq(recon_session_end(s), RECON_END_DONE);
	if (!c->is_sync_fail) {
		talk_is(&out, want);
	} else {
		ck_assert_uint_eq(out.n, TALK_OPENING + sizeof(sync_fail));
		ck_assert_mem_eq(out.p + TALK_OPENING, sync_fail,
		    sizeof(sync_fail));
	}
	talk_found_is_all(s, ours, theirs);
	ck_assert_uint_eq(recon_session_tally(s)->strange, 0);
	recon_session_free(s);
	buf_release(&out);
	fixture_free(in);
	fixture_free(want);
	recon_set_free(ours);
	recon_set_free(theirs);
}

START_TEST(initiators_are_replayed)
{
	for (size_t i = 0; i < CAPTURES; i++) {
		initiator_replay(&captures[i], RECON_FEED_MAX);
		initiator_replay(&captures[i], 1);
		initiator_replay(&captures[i], 13);
	}
}
END_TEST

#define HOCKEYPUCK "hockeypuck-2.3.3"

/* What a side says to a captured stream. */
struct replayed {
	struct recon_set *ours, *theirs;
	struct recon_session *s;
	struct bytes in, was; /* what came; what the other program said */
	struct buf out;
};

static void
replay(struct replayed *r, const struct capture *c, enum recon_role role)
{
	bool asks = role == RECON_ASKER;
	struct recon_setup setup;

	r->ours = side_read(c, asks ? c->acceptor : c->initiator);
	r->theirs = side_read(c, asks ? c->initiator : c->acceptor);
	r->in = stream_read(c, asks ? "i2a" : "a2i");
	r->was = stream_read(c, asks ? "a2i" : "i2a");
	setup = sks_setup(role, r->ours);
	r->s = recon_session_new(&setup);
	buf_init(&r->out, RECON_FRAME_MAX);
	talk_feed(r->s, r->in, 1000, &r->out);
	ck_assert_int_eq(recon_session_end(r->s), RECON_END_DONE);
}

static void
replayed_release(struct replayed *r)
{
	recon_session_free(r->s);
	buf_release(&r->out);
	fixture_free(r->in);
	fixture_free(r->was);
	recon_set_free(r->ours);
	recon_set_free(r->theirs);
}

/* A Hockeypuck asks; SKS told all and was owed four Elements for ever. We fail
 * instead, five times. */
START_TEST(hockeypuck_asks)
{
	const struct capture c = { HOCKEYPUCK,
		"recon-hockeypuck-acceptor-sks-initiator", "hockeypuck", "sks",
		true };
	struct replayed r;

	replay(&r, &c, RECON_ANSWERER);
	ck_assert_uint_eq(r.out.n, TALK_OPENING + 5 * 5);
	ck_assert_uint_eq(recon_session_tally(r.s)->failed, 5);
	ck_assert_uint_eq(recon_session_tally(r.s)->flushes, 2);
	replayed_release(&r);
}
END_TEST

/* It answered an SKS; we ask the same and learn the same from it. */
START_TEST(hockeypuck_answers)
{
	const struct capture c = { HOCKEYPUCK,
		"recon-hockeypuck-initiator-sks-acceptor", "sks", "hockeypuck",
		false };
	struct replayed r;

	replay(&r, &c, RECON_ASKER);
	talk_is(&r.out, r.was);
	talk_found_is_all(r.s, r.ours, r.theirs);
	replayed_release(&r);
	/* In its place, we say as much as it did. */
	replay(&r, &c, RECON_ANSWERER);
	ck_assert_uint_eq(r.out.n, r.was.n);
	talk_found_is_all(r.s, r.ours, r.theirs);
	replayed_release(&r);
}
END_TEST

/* SKS closes without a word while it fetches. */
START_TEST(closed_before_a_word_is_busy)
{
	struct recon_set *set = recon_set_new();
	struct recon_setup setup = talk_setup(RECON_ANSWERER, set);
	struct recon_session *s = recon_session_new(&setup);

	talk_feed(s, bytes_of(NULL, 0), 1, NULL);
	recon_session_eof(s);
	talk_step(s);
	ck_assert_int_eq(recon_session_end(s), RECON_END_BUSY);
	recon_session_free(s);
	recon_set_free(set);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, acceptors_are_replayed);
	tcase_add_test(t, initiators_are_replayed);
	tcase_add_test(t, hockeypuck_asks);
	tcase_add_test(t, hockeypuck_answers);
	tcase_add_test(t, closed_before_a_word_is_busy);
}

int
main(void)
{
	return fixture_run("recon_session", add);
}
