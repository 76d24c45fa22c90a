/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of a peer's set: what is asked for, what expires, who goes
 * when there are too many, and that a view shows base, ghosts and nothing
 * hidden, whatever happens while it is out.
 */
#include "recon_make.h"
#include "sync/known.h"

#define SECOND UINT64_C(1000000000)
#define LATER  (SYNC_KNOWN_SECONDS * SECOND)

static const struct recon_prefix root;

/* The i-th hash of all; ascending. */
static struct recon_hash
hash_nth(uint32_t i)
{
	struct recon_hash hash = { { 0x10, (uint8_t)(i >> 16),
	    (uint8_t)(i >> 8), (uint8_t)i, 7 } };

	return hash;
}

static void
counts_are(const struct sync_known *k, size_t negative, size_t ghosts,
    size_t hidden)
{
	struct sync_known_counts counts = sync_known_count(k);

	ck_assert_uint_eq(counts.negative, negative);
	ck_assert_uint_eq(counts.ghosts, ghosts);
	ck_assert_uint_eq(counts.hidden, hidden);
}

/* ---- negative ones ---- */

/* What came out otherwise is asked for again, more and more rarely. */
START_TEST(others_come_again)
{
	const uint64_t second = UINT64_C(1000000000);
	struct sync_known *k = sync_known_new();
	struct recon_hash a = { { 9 } };
	uint64_t now = 1, wait = SYNC_KNOWN_AGAIN * second;

	for (int i = 0; i < 4; i++) {
		sync_known_note_other(k, &a, now);
		ck_assert(!sync_known_wants(k, &a, now + wait - 1));
		ck_assert(sync_known_wants(k, &a, now + wait));
		now += wait;
		wait *= 4;
	}
	sync_known_note(k, &a, true, now);
	ck_assert(!sync_known_wants(k, &a, now + wait));
	sync_known_free(k);
}
END_TEST

START_TEST(test_expiry)
{
	struct sync_known *k = sync_known_new();
	struct recon_hash a = hash_nth(1), b = hash_nth(2), c = hash_nth(3);

	sync_known_note(k, &a, false, 5);
	sync_known_note(k, &b, true, 5 + SECOND);
	ck_assert(!sync_known_wants(k, &a, 5 + LATER - 1));
	ck_assert(!sync_known_wants(k, &b, 5 + LATER - 1));
	ck_assert(sync_known_wants(k, &c, 5 + LATER - 1));
	counts_are(k, 2, 1, 0);
	ck_assert(sync_known_wants(k, &a, 5 + LATER));
	ck_assert(!sync_known_wants(k, &b, 5 + LATER));
	sync_known_note(k, &b, true, 5 + LATER); /* again, from then on */
	ck_assert(!sync_known_wants(k, &b, 5 + LATER + SECOND));
	counts_are(k, 1, 1, 0);
	sync_known_forget(k, &b);
	sync_known_forget(k, &b);
	ck_assert(sync_known_wants(k, &b, 5 + LATER + SECOND));
	counts_are(k, 0, 0, 0);
	sync_known_free(k);
	sync_known_free(NULL);
}
END_TEST

START_TEST(test_bounds)
{
	struct sync_known *k = sync_known_new();
	struct recon_hash hash;

	for (uint32_t i = 0; i < SYNC_KNOWN_MAX + 10; i++) {
		hash = hash_nth(i);
		sync_known_note(k, &hash, true, i);
	}
	/* The oldest went, ghosts among them. */
	counts_are(k, SYNC_KNOWN_MAX, SYNC_KNOWN_GHOSTS, 0);
	hash = hash_nth(9);
	ck_assert(sync_known_wants(k, &hash, SECOND));
	hash = hash_nth(10);
	ck_assert(!sync_known_wants(k, &hash, SECOND));
	sync_known_clear(k);
	counts_are(k, 0, 0, 0);
	sync_known_size(k, 15000);
	for (uint32_t i = 0; i < 2000; i++) {
		hash = hash_nth(i);
		sync_known_note(k, &hash, true, i);
	}
	counts_are(k, 2000, 1500, 0);
	sync_known_free(k);
}
END_TEST

/* A ghost that is noted without being one is none any more; and back. */
START_TEST(test_turns)
{
	struct sync_known *k = sync_known_new();
	struct recon_hash a = hash_nth(1), b = hash_nth(2), point = { { 2 } };

	sync_known_note(k, &a, true, 1);
	counts_are(k, 1, 1, 0);
	sync_known_note(k, &a, false, 1);
	counts_are(k, 1, 0, 0);
	sync_known_note(k, &a, true, 1);
	counts_are(k, 1, 1, 0);
	sync_known_note(k, &point, true, 1); /* no set can have it */
	counts_are(k, 2, 1, 0);
	/* Found again: shown, and expires when it did. */
	sync_known_note(k, &a, false, 1);
	sync_known_show(k, &a);
	sync_known_show(k, &point);
	sync_known_show(k, &b);
	counts_are(k, 2, 1, 0);
	ck_assert(!sync_known_wants(k, &a, LATER));
	ck_assert(sync_known_wants(k, &a, LATER + 1));
	counts_are(k, 0, 0, 0);
	sync_known_free(k);
}
END_TEST

/* ---- views ---- */

static enum ics_err
member_count(void *arg, const struct recon_hash *hash)
{
	struct recon_sum *sum = arg;

	recon_sum_add(sum, hash);
	return ICS_OK;
}

/* The view has these members: sums, walks and looks agree. */
static void
view_is(const struct recon_view *view, const struct recon_hash *want, size_t n)
{
	struct recon_sum sum, walk, right;
	bool has;

	recon_sum_init(&walk);
	recon_sum_init(&right);
	for (size_t i = 0; i < n; i++) {
		recon_sum_add(&right, &want[i]);
		ck_assert_int_eq(view->has(view->arg, &want[i], &has), ICS_OK);
		ck_assert(has);
	}
	ck_assert_int_eq(view->sum(view->arg, &root, &sum), ICS_OK);
	ck_assert_int_eq(view->each(view->arg, &root, member_count, &walk),
	    ICS_OK);
	ck_assert(recon_sum_is_equal(&sum, &right));
	ck_assert(recon_sum_is_equal(&walk, &right));
}

struct scene {
	struct sync_known *k;
	struct recon_set *set;
	struct recon_view base, view;
};

/* We have 0, 1 and 2. */
static struct scene
scene_new(void)
{
	struct scene s = { .k = sync_known_new(), .set = recon_set_new() };

	for (uint32_t i = 0; i < 3; i++) {
		struct recon_hash hash = hash_nth(i);

		ck_assert(recon_set_add(s.set, &hash));
	}
	recon_view_of_set(s.set, &s.base);
	return s;
}

static void
scene_free(struct scene *s)
{
	sync_known_free(s->k);
	recon_set_free(s->set);
}

/* The next session sees these. */
static void
shows(struct scene *s, const struct recon_hash *want, size_t n)
{
	ck_assert_int_eq(sync_known_view_take(s->k, &s->base, 1, &s->view),
	    ICS_OK);
	view_is(&s->view, want, n);
	sync_known_view_give(s->k);
}

START_TEST(test_view)
{
	struct scene s = scene_new();
	struct recon_hash h[5];

	for (uint32_t i = 0; i < 5; i++)
		h[i] = hash_nth(i);
	shows(&s, h, 3);
	sync_known_note(s.k, &h[3], true, 1);
	sync_known_note(s.k, &h[4], false, 1);
	shows(&s, h, 4);
	sync_known_hide(s.k, &h[0], true);
	sync_known_hide(s.k, &h[0], true);
	shows(&s, h + 1, 3);
	counts_are(s.k, 2, 1, 1);
	sync_known_hide(s.k, &h[0], false);
	sync_known_forget(s.k, &h[3]);
	shows(&s, h, 3);
	counts_are(s.k, 1, 0, 0);
	scene_free(&s);
}
END_TEST

/* What comes is no ghost; what goes is not hidden. */
START_TEST(test_base_moves)
{
	struct scene s = scene_new();
	struct recon_hash h[4];

	for (uint32_t i = 0; i < 4; i++)
		h[i] = hash_nth(i);
	sync_known_note(s.k, &h[1], true, 1); /* which we have, by mistake */
	sync_known_note(s.k, &h[3], true, 1);
	sync_known_hide(s.k, &h[0], true);
	sync_known_hide(s.k, &h[3], true); /* which we have not */
	shows(&s, h + 1, 3);
	counts_are(s.k, 1, 1, 1);
	ck_assert(recon_set_add(s.set, &h[3]));
	ck_assert(recon_set_remove(s.set, &h[0]));
	shows(&s, h + 1, 3);
	counts_are(s.k, 0, 0, 0);
	ck_assert(recon_set_remove(s.set, &h[3]));
	shows(&s, h + 1, 2);
	scene_free(&s);
}
END_TEST

/* A session sees the same from its start to its end. */
START_TEST(test_constant)
{
	struct scene s = scene_new();
	struct recon_view other;
	struct recon_hash h[6];

	for (uint32_t i = 0; i < 6; i++)
		h[i] = hash_nth(i);
	sync_known_note(s.k, &h[3], true, 1);
	ck_assert_int_eq(sync_known_view_take(s.k, &s.base, 1, &s.view),
	    ICS_OK);
	ck_assert_int_eq(sync_known_view_take(s.k, &s.base, 1, &other),
	    ICS_EBUSY);
	sync_known_forget(s.k, &h[3]);
	sync_known_note(s.k, &h[4], true, 1);
	sync_known_note(s.k, &h[5], true, 1);
	sync_known_note(s.k, &h[5], false, 1);
	sync_known_hide(s.k, &h[2], true);
	sync_known_hide(s.k, &h[0], true);
	sync_known_hide(s.k, &h[2], false);
	ck_assert(!sync_known_wants(s.k, &h[4], 1));
	view_is(&s.view, h, 4);
	sync_known_view_give(s.k);
	counts_are(s.k, 2, 1, 1);
	h[3] = h[4];
	shows(&s, h + 1, 3);
	scene_free(&s);
}
END_TEST

/* Random deeds; the view is what a plain account of them says. */
START_TEST(test_random)
{
	enum {
		ALL = 64
	};
	struct scene s = scene_new();
	bool ghost[ALL] = { false }, hidden[ALL] = { false };

	for (size_t i = 0; i < 3000; i++) {
		uint32_t n = (uint32_t)fixture_below(ALL);
		struct recon_hash hash = hash_nth(n), want[ALL];
		size_t deed = fixture_below(6), wanted = 0;

		if (deed == 0) {
			sync_known_note(s.k, &hash, true, 1);
			ghost[n] = true;
		} else if (deed == 1) {
			sync_known_forget(s.k, &hash);
			ghost[n] = false;
		} else if (deed < 4) {
			sync_known_hide(s.k, &hash, deed == 2);
			hidden[n] = deed == 2;
		} else if (!recon_set_add(s.set, &hash)) {
			recon_set_remove(s.set, &hash);
		}
		for (n = 0; n < ALL; n++) {
			hash = hash_nth(n);
			ghost[n] = ghost[n] && !recon_set_has(s.set, &hash);
			hidden[n] = hidden[n] && recon_set_has(s.set, &hash);
			if (ghost[n] ||
			    (recon_set_has(s.set, &hash) && !hidden[n]))
				want[wanted++] = hash;
		}
		shows(&s, want, wanted);
	}
	scene_free(&s);
}
END_TEST

/* Errors of base come out, and nothing is out then. */
static enum ics_err
no_sum(void *arg, const struct recon_prefix *p, struct recon_sum *sum)
{
	(void)arg;
	(void)p;
	(void)sum;
	return ICS_EDB;
}

START_TEST(test_base_fails)
{
	struct scene s = scene_new();
	struct recon_view bad = s.base;

	bad.sum = no_sum;
	ck_assert_int_eq(sync_known_view_take(s.k, &bad, 1, &s.view), ICS_EDB);
	ck_assert_int_eq(sync_known_view_take(s.k, &s.base, 1, &s.view),
	    ICS_OK);
	sync_known_view_give(s.k);
	scene_free(&s);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, others_come_again);
	tcase_add_test(t, test_expiry);
	tcase_add_test(t, test_bounds);
	tcase_add_test(t, test_turns);
	tcase_add_test(t, test_view);
	tcase_add_test(t, test_base_moves);
	tcase_add_test(t, test_constant);
	tcase_add_test(t, test_random);
	tcase_add_test(t, test_base_fails);
}

int
main(void)
{
	return fixture_run("sync_known", add);
}
