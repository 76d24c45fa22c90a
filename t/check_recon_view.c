/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views: an overlay shows what a set shows that was made of base, more and
 * fewer, in sums and members alike.
 */
#include "recon_make.h"

static const struct recon_prefix root;

static enum ics_err
member_keep(void *arg, const struct recon_hash *hash)
{
	struct hashes *all = arg;

	*hashes_add(all) = *hash;
	return ICS_OK;
}

/* Two views show the same below p. */
static void
views_compare(const struct recon_view *a, const struct recon_view *b,
    const struct recon_prefix *p)
{
	struct hashes x = { .n = 0 }, y = { .n = 0 };
	struct recon_sum sum, same;

	ck_assert_int_eq(a->sum(a->arg, p, &sum), ICS_OK);
	ck_assert_int_eq(b->sum(b->arg, p, &same), ICS_OK);
	ck_assert(recon_sum_is_equal(&sum, &same));
	ck_assert_int_eq(a->each(a->arg, p, member_keep, &x), ICS_OK);
	ck_assert_int_eq(b->each(b->arg, p, member_keep, &y), ICS_OK);
	ck_assert_uint_eq(x.n, sum.n);
	ck_assert_uint_eq(x.n, y.n);
	if (x.n > 0)
		ck_assert_mem_eq(x.at, y.at, x.n * sizeof(x.at[0]));
	hashes_release(&x);
	hashes_release(&y);
}

struct scene {
	struct recon_set *base, *more, *fewer, *shown;
	struct recon_hash hash[4]; /* of base, more, fewer, nobody */
};

static struct scene
scene_new(void)
{
	struct scene s = { recon_set_new(), recon_set_new(), recon_set_new(),
		recon_set_new(), { { { 0 } } } };

	for (size_t i = 0; i < 1500; i++) {
		struct recon_hash hash = hash_random();
		size_t what = fixture_below(3);

		s.hash[what] = hash;
		recon_set_add(what == 1 ? s.more : s.base, &hash);
		recon_set_add(what == 2 ? s.fewer : s.shown, &hash);
	}
	s.hash[3] = hash_random();
	return s;
}

START_TEST(test_overlay)
{
	static const bool shown[4] = { true, true, false, false };
	struct scene s = scene_new();
	struct recon_view base, view, want;
	struct recon_overlay o = { &base, s.more, s.fewer };
	bool has;

	recon_view_of_set(s.base, &base);
	recon_view_of_set(s.shown, &want);
	recon_view_of_overlay(&o, &view);
	views_compare(&view, &want, &root);
	for (size_t i = 0; i < 300; i++) {
		struct recon_hash hash = hash_random();
		struct recon_prefix p;

		recon_prefix_of(&hash, (uint8_t)(2 * fixture_below(7)), &p);
		views_compare(&view, &want, &p);
	}
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(view.has(view.arg, &s.hash[i], &has), ICS_OK);
		ck_assert_int_eq(has, shown[i]);
		ck_assert_int_eq(want.has(want.arg, &s.hash[i], &has), ICS_OK);
		ck_assert_int_eq(has, shown[i]);
	}
	o.more = o.fewer = NULL;
	views_compare(&view, &base, &root);
	recon_set_free(s.base);
	recon_set_free(s.more);
	recon_set_free(s.fewer);
	recon_set_free(s.shown);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_overlay);
}

int
main(void)
{
	return fixture_run("recon_view", add);
}
