/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sketches: vectors that another program computed from the paper's words; sets
 * of every relation; and what a difference costs.
 */
#include "base/hex.h"
#include "sketch_make.h"

/* ---- vectors ------------------------------------------------------------------ */

/* Members are the SHA-256 of one octet, 0 to 9; the key is 0 to 15. */
static const char *const vector[] = {
	"ccd24c2edb3ef2cd994b100a93b511a5f183c36b59",
	"efd195093675b66575f3a009350eab4a0a23cc9963",
	"a6578a0e6cd22cbee10c4f62cdfa892fd0cced6363",
	"2c489e2ca8793b4037149a1664b177582ac2d55bf1",
	"4bf5122f344554c53bde2ebb8cd2b7e3265fec917e",
	"b82817edb2723dc60a2fcdeb1aae79932f67924649",
	"bc99da51fa2d992deecdd665ff99eb3523e1a910e3",
	"95a6e356c0fcbcd6d04dcdc26bacaf04558b9a4b1b",
	"aed88e7fb81577820f93a2bc21437c350f27d64355",
	"d0dedce56b7c2dabdd49535330c7749ff29871250d",
	"66bb0fed2b7421a4723aa93857c1ff36f2222e7ea6",
	"000000000000000000000000000000000000000000",
};
#define VECTOR_N   (sizeof(vector) / sizeof(vector[0]))
#define VECTOR_SET 10
#define VECTOR_SUM         \
	"000000000000000a" \
	"86a8f8243f4cd0b42073ad55c40ed3c596ef909336db984159a9e1397a0e6010"

static const uint8_t vector_key[SKETCH_KEY] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
	10, 11, 12, 13, 14, 15 };

static void
vector_digest(uint8_t i, uint8_t digest[32])
{
	pgp_sha256(bytes_of(&i, 1), digest);
}

static struct sketch_maker *
vector_maker(void)
{
	struct sketch_maker *m = sketch_maker_new(vector_key, VECTOR_N);

	for (uint8_t i = 0; i < VECTOR_SET; i++) {
		struct sketch_member member;
		uint8_t digest[32];

		vector_digest(i, digest);
		memcpy(member.b, digest, sizeof(member.b));
		sketch_maker_add(m, &member);
	}
	return m;
}

START_TEST(test_vector)
{
	struct sketch_maker *m = vector_maker();
	char hex[2 * SKETCH_SYMBOL + 1];
	struct buf out;

	for (uint32_t i = 0; i < VECTOR_N; i++) {
		buf_init(&out, SKETCH_SYMBOL);
		ck_assert_int_eq(sketch_maker_write(m, i, 1, &out), ICS_OK);
		hex_lower(buf_bytes(&out), hex);
		ck_assert_str_eq(hex, vector[i]);
		buf_release(&out);
	}
	buf_init(&out, SKETCH_SYMBOL);
	ck_assert_int_eq(sketch_maker_write(m, VECTOR_N, 1, &out), ICS_ETOOBIG);
	ck_assert_int_eq(sketch_maker_write(m, 1, UINT32_MAX, &out),
	    ICS_ETOOBIG);
	sketch_maker_free(m);
}
END_TEST

/* The reference's own vector for 16 octets, 0 to 15. */
START_TEST(test_siphash)
{
	struct sketch_member m;
	struct sketch_hash h;

	memcpy(m.b, vector_key, sizeof(m.b));
	sketch_hash_init(&h, vector_key);
	ck_assert_uint_eq(sketch_hash_sum(&h, sketch_sum_of(&m)),
	    UINT64_C(0x3f2acc7f57c29bdb));
}
END_TEST

START_TEST(test_print)
{
	struct sketch_print p = { 0 }, q;
	uint8_t digest[32], wire[SKETCH_PRINT + 1] = { 0 };
	char hex[2 * SKETCH_PRINT + 1];

	for (uint8_t i = 0; i < VECTOR_SET; i++) {
		vector_digest(i, digest);
		sketch_print_add(&p, digest);
	}
	sketch_print_write(&p, wire);
	hex_lower(bytes_of(wire, SKETCH_PRINT), hex);
	ck_assert_str_eq(hex, VECTOR_SUM);
	for (size_t n = 0; n <= sizeof(wire); n++)
		ck_assert_int_eq(sketch_print_read(bytes_of(wire, n), &q),
		    n == SKETCH_PRINT ? ICS_OK : ICS_EFORMAT);
	ck_assert_int_eq(sketch_print_read(bytes_of(wire, SKETCH_PRINT), &q),
	    ICS_OK);
	ck_assert(sketch_print_equal(&p, &q));
	for (uint8_t i = VECTOR_SET; i-- > 0;) {
		vector_digest(i, digest);
		sketch_print_remove(&p, digest);
		ck_assert(!sketch_print_equal(&p, &q));
	}
	q = (struct sketch_print){ 0 };
	ck_assert(sketch_print_equal(&p, &q));
}
END_TEST

/* ---- places -------------------------------------------------------------------- */

/* A member stands in i with probability 1 / (1 + i / 2): counted over many,
 * within six standard deviations. */
START_TEST(test_places)
{
	static const uint32_t at[] = { 0, 1, 2, 3, 7, 20, 100 };
	const unsigned n = 20000;

	for (size_t k = 0; k < sizeof(at) / sizeof(at[0]); k++) {
		double p = 1 / (1 + at[k] / 2.0);
		double away, is = 0;

		for (unsigned i = 0; i < n; i++) {
			struct sketch_walk w =
			    sketch_walk_of(fixture_random() << 20 ^
					   fixture_random());

			while (w.at < at[k])
				sketch_walk_on(&w);
			is += w.at == at[k];
		}
		away = is - n * p;
		ck_assert_msg(away * away <= 36 * n * p * (1 - p) + 1e-9,
		    "%u: %f", at[k], is / n);
	}
}
END_TEST

/* However a hash falls out, a walk goes forward and ends. */
START_TEST(test_walks)
{
	for (unsigned i = 0; i < 200; i++) {
		struct sketch_walk w = sketch_walk_of(fixture_random());
		unsigned steps = 0;

		while (w.at < SKETCH_SYMBOLS_MAX) {
			uint32_t before = w.at;

			sketch_walk_on(&w);
			ck_assert_uint_gt(w.at, before);
			steps++;
		}
		ck_assert_uint_eq(w.at, SKETCH_SYMBOLS_MAX);
		ck_assert_uint_lt(steps, 100);
	}
}
END_TEST

/* ---- sets ----------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t common, theirs, ours;
	bool is_listed; /* more would be sent than there is */
} sets[] = {
	{ "both empty", 0, 0, 0, false },
	{ "equal", 500, 0, 0, false },
	{ "ours is empty", 0, 500, 0, false },
	{ "theirs is empty", 0, 0, 500, false },
	{ "ours is a part", 300, 200, 0, false },
	{ "theirs is a part", 300, 0, 200, false },
	{ "nothing in common", 0, 300, 400, false },
	{ "one of theirs", 1000, 1, 0, false },
	{ "one of ours", 1000, 0, 1, false },
	{ "one each", 1000, 1, 1, false },
	{ "three", 10, 2, 1, false },
	{ "five", 10, 2, 3, false },
	{ "seven", 1000, 7, 0, false },
	{ "ours is new", 3, 9000, 2, true },
	{ "ours is young", 5000, 9000, 2, false },
};

/* Members of a side are known by their number. */
static bool
are(const struct sketch_member *at, size_t n, uint64_t from, size_t wanted)
{
	if (n != wanted)
		return false;
	for (size_t i = 0; i < wanted; i++) {
		struct sketch_member m = digest_member(from + i);
		bool is = false;

		for (size_t k = 0; k < n; k++)
			is = is || memcmp(&at[k], &m, sizeof(m)) == 0;
		if (!is)
			return false;
	}
	return true;
}

#define THEIRS 1000000u
#define OURS   2000000u

START_TEST(test_sets)
{
	const struct sketch_member *at;
	struct pair p;
	size_t n;

	pair_new(&p, 1u << 15);
	common(&p, sets[_i].common);
	for (size_t i = 0; i < sets[_i].theirs; i++)
		theirs(&p, digest_member(THEIRS + i));
	for (size_t i = 0; i < sets[_i].ours; i++) {
		struct sketch_member m = digest_member(OURS + i);

		sketch_reader_add(p.r, &m);
	}
	ck_assert_msg(converse(&p) == !sets[_i].is_listed, "%s", sets[_i].name);
	if (!sets[_i].is_listed) {
		at = sketch_reader_theirs(p.r, &n);
		ck_assert(are(at, n, THEIRS, sets[_i].theirs));
		at = sketch_reader_ours(p.r, &n);
		ck_assert(are(at, n, OURS, sets[_i].ours));
		ck_assert(!sketch_reader_fits(p.r, p.theirs_n + 1));
	}
	pair_free(&p);
}
END_TEST

/* ---- what it costs ----------------------------------------------------------------- */

/*
 * The last symbol asked too many included; who has more, and how much, varies
 * from trial to trial. For small differences the print is sent beside them, so
 * that its 40 octets are counted, too.
 */
static const struct {
	size_t d;
	unsigned trials;
	unsigned rounds; /* on average at most */
} costs[] = {
	{ 1, 200, 2 },
	{ 2, 200, 2 },
	{ 4, 200, 3 },
	{ 7, 200, 4 },
	{ 8, 1500, 5 }, /* near the bound: what is drawn must not matter */
	{ 10, 200, 5 },
	{ 16, 200, 6 },
	{ 40, 200, 8 },
	{ 100, 200, 10 },
	{ 1000, 200, 12 },
	{ 10000, 20, 14 },
};
#define COMMON 20000

/* The averages are for builds without sanitizers, the steps for both. */
#ifdef ICS_SANITIZE
#define COSTS_PART 8
#else
#define COSTS_PART 1
#endif

/* What both have cancels out, so that most trials do with little of it. */
static void
trial(size_t d, unsigned number, struct pair *p)
{
	unsigned theirs_of_four = number % 5;

	pair_new(p, (uint32_t)(2 * d + 512));
	common(p, number % 10 == 0 || d > 1000 ? COMMON : COMMON / 100);
	for (size_t i = 0; i < d; i++) {
		struct sketch_member m = random_member();

		if (i % 4 < theirs_of_four)
			theirs(p, m);
		else
			sketch_reader_add(p->r, &m);
	}
	ck_assert(converse(p));
}

START_TEST(test_costs)
{
	size_t d = costs[_i].d;
	double octets = 0, rounds = 0;
	unsigned trials = (costs[_i].trials + COSTS_PART - 1) / COSTS_PART;

	for (unsigned i = 0; i < trials; i++) {
		struct pair p;

		trial(d, i, &p);
		octets += (double)p.octets;
		rounds += p.rounds;
		pair_free(&p);
	}
	octets = octets / trials / (double)d;
	rounds /= trials;
	printf("# %zu differences: %.1f octets each, %.1f rounds\n", d, octets,
	    rounds);
	if (COSTS_PART > 1)
		return;
	ck_assert(d < 8 || octets + SKETCH_PRINT / (double)d <= 40);
	ck_assert(rounds <= costs[_i].rounds);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_vector);
	tcase_add_test(t, test_siphash);
	tcase_add_test(t, test_print);
	tcase_add_test(t, test_places);
	tcase_add_test(t, test_walks);
	tcase_add_loop_test(t, test_sets, 0, sizeof(sets) / sizeof(sets[0]));
	tcase_add_loop_test(t, test_costs, 0, sizeof(costs) / sizeof(costs[0]));
}

int
main(void)
{
	if (pgp_crypto_init() != ICS_OK)
		return EXIT_FAILURE;
	return fixture_run("sketch", add);
}
