/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decisions over a store that changes, by random statements, descriptors,
 * memberships, news of peers, and time. What is kept is what would be decided
 * anew; what keys without rights say changes nothing; neither does the order
 * in which statements came. TEST_SEED repeats a run.
 */
#include "check_world.h"

#define ROUNDS 400

/* ---- asking ---------------------------------------------------------------- */

static void
request_make(struct world *w, size_t domain, const char *purpose,
    struct api_check_request *c)
{
	*c = (struct api_check_request){ .r = w->sc.reader,
		.set = w->set,
		.domain = domain,
		.heard = heard,
		.heard_arg = w,
		.is_now = true,
		.when = { .at = w->now, .skew = POLICY_SKEW } };
	(void)snprintf(c->purpose, sizeof(c->purpose), "%s", purpose);
}

static void
part_make(unsigned which, struct api_check_part *part)
{
	*part = (struct api_check_part){ .found = API_CHECK_FOUND };
	notations_subject_of_fpr(&cast[which == 1 ? SERVICE : DEVICE].key.fpr,
	    &part->subject);
	if (which < 2)
		return;
	if (which == 3)
		part->on = part->subject;
	ck_assert(notations_subject_read(bytes_of_str(APP), &part->subject));
}

/* All that is told, but for when it may turn, which is a guess on the safe
 * side. The caller frees it. */
static char *
told(const struct api_check_request *c, const struct api_check_part *part)
{
	struct api_check_answer *a = NULL;
	struct api_check_telling t = { .c = c, .n = 1 };
	char *text, *until;
	struct buf out;

	OK(api_check_part_answer(c, part, &a));
	t.at[0] = a;
	if (a->number != POLICY_NOBODY)
		t.data_at[0] = api_check_data_at(c,
		    policy_line_at(domain_set_line(c->set, a->number),
			c->when.at));
	buf_init(&out, API_CHECK_ANSWER_MAX);
	api_check_tell_json(&t, &out);
	text = alloc_str(buf_str(&out));
	until = strstr(text, ",\"until\":");
	if (until != NULL)
		*until = '\0'; /* it is the last */
	buf_release(&out);
	api_check_answer_drop(a);
	return text;
}

/* The same by a question as it is written; again, since the first time the
 * store is asked. */
static char *
told_by_question(const struct api_check_request *c,
    const struct api_check_part *part)
{
	char subject[NOTATIONS_SUBJECT_TEXT_MAX], *text, *until;
	struct api_check_question q;
	struct api_check_parts parts;
	struct buf out;

	notations_subject_text(&part->subject, subject);
	q = (struct api_check_question){ .subject = bytes_of_str(subject) };
	buf_init(&out, API_CHECK_ANSWER_MAX);
	OK(api_check_question_answer(c, &q, &out, &parts));
	buf_clear(&out);
	OK(api_check_question_answer(c, &q, &out, &parts));
	ck_assert_ptr_null(parts.why);
	text = alloc_str(buf_str(&out));
	until = strstr(text, ",\"until\":");
	if (until != NULL)
		*until = '\0';
	buf_release(&out);
	return text;
}

static const char *const purposes[] = { "communicate", "install", "join" };

static void
both_ways(struct world *w)
{
	size_t size = domain_set_size(w->set);
	size_t domain = size == 0 || fixture_below(2) == 0
			    ? POLICY_NOBODY
			    : fixture_below(size);
	struct api_check_request c;
	struct api_check_part part;
	char *kept, *anew;

	request_make(w, domain, PICK(purposes), &c);
	part_make((unsigned)fixture_below(4), &part);
	anew = told(&c, &part);
	c.cache = w->cache;
	OK(api_check_cache_look(w->cache, &c, store_news(w->sc.store)));
	kept = told(&c, &part);
	ck_assert_str_eq(kept, anew);
	free(kept);
	if (part.on.kind == NOTATIONS_SUBJECT_NONE) {
		kept = told_by_question(&c, &part);
		ck_assert_str_eq(kept, anew);
		free(kept);
	}
	free(anew);
}

static void
members_change(struct world *w)
{
	struct api_check_part part;
	struct store_bits bits = { { fixture_below(4) } };

	part_make((unsigned)fixture_below(3), &part);
	OK(store_begin(w->sc.store));
	OK(store_membership_set(w->sc.store, &part.subject, &bits));
	commit(w);
}

static void
world_move(struct world *w)
{
	switch (fixture_below(12)) {
	case 0:
	case 1:
		statement_put(w, (enum member)fixture_below(MEMBERS));
		break;
	case 2:
		w->now += (int64_t)fixture_below(HOUR);
		break;
	case 3:
		w->heard = w->now;
		break;
	case 4:
		if (fixture_below(3) == 0)
			descriptor_put(w,
			    fixture_below(2) == 0 ? "plant" : "field");
		else if (domain_set_size(w->set) > 0)
			members_change(w);
		break;
	default:
		w->now += (int64_t)fixture_below(20);
		break;
	}
}

START_TEST(kept_is_as_decided_anew)
{
	struct api_check_cache_stats stats;

	for (int i = 0; i < ROUNDS; i++) {
		world_move(&one);
		for (int k = 0; k < 4; k++)
			both_ways(&one);
	}
	/* it must have been put to the test */
	api_check_cache_stats(one.cache, &stats);
	ck_assert_uint_gt(stats.hits, ROUNDS / 4);
	ck_assert_uint_gt(stats.quick, ROUNDS / 4);
}
END_TEST

/* ---- how much is kept ------------------------------------------------------ */

#define SMALL (8u << 10) /* octets */

/* Ask about the device for the purpose of that number. True: it was kept. */
static bool
is_kept(struct api_check_cache *k, int number)
{
	struct api_check_cache_stats before, after;
	struct api_check_request c;
	struct api_check_part part;
	char purpose[API_CHECK_PURPOSE_MAX], *kept, *anew;

	(void)snprintf(purpose, sizeof(purpose), "purpose-%d", number);
	request_make(&one, POLICY_NOBODY, purpose, &c);
	part_make(0, &part);
	anew = told(&c, &part);
	c.cache = k;
	OK(api_check_cache_look(k, &c, store_news(one.sc.store)));
	api_check_cache_stats(k, &before);
	kept = told(&c, &part);
	api_check_cache_stats(k, &after);
	ck_assert_str_eq(kept, anew);
	free(kept);
	free(anew);
	return after.hits > before.hits;
}

/* A ceiling in octets; the oldest go; what is kept is right. */
START_TEST(kept_below_a_ceiling)
{
	struct api_check_cache *k = api_check_cache_new(SMALL);
	struct api_check_cache_stats stats;

	for (int i = 0; i < 300; i++) {
		ck_assert(!is_kept(k, i));
		api_check_cache_stats(k, &stats);
		ck_assert_uint_gt(stats.octets, 0);
		ck_assert_uint_le(stats.octets, SMALL);
		ck_assert(is_kept(k, i));
		if (i > 3)
			ck_assert(is_kept(k, i - 3));
	}
	ck_assert_uint_gt(stats.octets, SMALL / 2);
	ck_assert(!is_kept(k, 0));
	api_check_cache_free(k);
}
END_TEST

/* What is larger than the whole is not kept, and told all the same. */
START_TEST(nothing_kept_without_room)
{
	struct api_check_cache *k = api_check_cache_new(64);

	ck_assert(!is_kept(k, 1));
	ck_assert(!is_kept(k, 1));
	api_check_cache_free(k);
}
END_TEST

/* ---- what changes nothing -------------------------------------------------- */

static char *
all_told(struct world *w)
{
	struct buf out;
	char *text;

	buf_init(&out, 8u << 20);
	for (size_t p = 0; p < sizeof(purposes) / sizeof(purposes[0]); p++)
		for (unsigned which = 0; which < 4; which++) {
			struct api_check_request c;
			struct api_check_part part;

			request_make(w, POLICY_NOBODY, purposes[p], &c);
			part_make(which, &part);
			text = told(&c, &part);
			buf_put_str(&out, text);
			buf_u8(&out, '\n');
			free(text);
		}
	text = alloc_str(buf_str(&out));
	buf_release(&out);
	return text;
}

START_TEST(strangers_change_nothing)
{
	char *before, *after;

	descriptor_put(&one, "plant");
	for (int i = 0; i < 60; i++)
		statement_put(&one, (enum member)fixture_below(STRANGER));
	for (int i = 0; i < 30; i++) {
		before = all_told(&one);
		for (int k = 0; k < 3; k++)
			statement_put(&one, STRANGER);
		after = all_told(&one);
		ck_assert_str_eq(before, after);
		free(before);
		free(after);
		one.now += (int64_t)fixture_below(600);
	}
}
END_TEST

/* The same statements, the one way and the other. */
START_TEST(order_is_of_no_importance)
{
	enum {
		N = 40
	};
	static char lines[N][1000];
	struct saying all[N];
	char *a, *b;

	for (int i = 0; i < N; i++) {
		lines_make(&one, lines[i]);
		all[i] = (struct saying){ .by = &cast[fixture_below(MEMBERS)],
			.created = (uint32_t)(one.now - HOUR +
					      (int64_t)fixture_below(HOUR)),
			.lines = lines[i] };
	}
	for (int i = 0; i < N; i++) {
		OK(store_begin(one.sc.store));
		record_keep(&one, &all[i]);
		commit(&one);
		OK(store_begin(two.sc.store));
		record_keep(&two, &all[N - 1 - i]);
		commit(&two);
	}
	a = all_told(&one);
	b = all_told(&two);
	ck_assert_str_eq(a, b);
	free(a);
	free(b);
}
END_TEST

/* ---- what a decision is monotone in ------------------------------------------ */

/* The decisions alone, a letter each. */
static void
letters(struct world *w, char out[64])
{
	size_t n = 0;

	for (size_t p = 0; p < sizeof(purposes) / sizeof(purposes[0]); p++)
		for (unsigned which = 0; which < 4; which++) {
			struct api_check_request c;
			struct api_check_part part;
			char *text;

			request_make(w, POLICY_NOBODY, purposes[p], &c);
			part_make(which, &part);
			text = told(&c, &part);
			out[n++] =
			    strstr(text, "\"decision\":\"allow\"") != NULL
				? 'y'
				: 'n';
			free(text);
		}
	out[n] = '\0';
}

/* One word more of somebody, who says nothing bad by it. */
static void
vouch(struct world *w, enum member who)
{
	static const char *const about[] = { "dev:$DEVICE", APP,
		"dev:$SERVICE" };
	char lines[400];
	const struct saying s = { .by = &cast[who],
		.created =
		    (uint32_t)(w->now - HOUR + (int64_t)fixture_below(HOUR)),
		.lines = lines };

	(void)snprintf(lines, sizeof(lines),
	    "rec@=note/1\nsubject@=%s\nreason@=%zu", about[fixture_below(3)],
	    fixture_below(1000));
	OK(store_begin(w->sc.store));
	record_keep(w, &s);
	commit(w);
}

START_TEST(a_word_more_turns_no_yes_into_no)
{
	char before[64], after[64];
	size_t yes = 0, turned = 0;

	for (int i = 0; i < 100; i++) {
		if (i % 20 == 0)
			descriptor_put(&one, "plant");
		statement_put(&one, (enum member)fixture_below(MEMBERS));
		letters(&one, before);
		vouch(&one, (enum member)fixture_below(MEMBERS));
		letters(&one, after);
		for (size_t k = 0; before[k] != '\0'; k++) {
			ck_assert_msg(before[k] == 'n' || after[k] == 'y',
			    "%s then %s", before, after);
			yes += before[k] == 'y';
			turned += before[k] != after[k];
		}
	}
	/* it must have been put to the test */
	ck_assert_uint_gt(yes, 20);
	printf("# %zu were yes, %zu became so\n", yes, turned);
}
END_TEST

/* ---- three days without a word from above ---------------------------------- */

#define NEVER (-1)

static const struct {
	int64_t after; /* seconds since upstream was heard of; or NEVER */
	const char *line, *age;
} ages[] = {
	{ 0, "allow\n", "\"age\":0," },
	{ HOUR, "allow\n", "\"age\":3600," },
	{ HOUR + 1, "allow stale\n", "\"age\":3601," },
	{ HOUR + HOUR / 2, "allow stale\n", "\"age\":5400," },
	{ HOUR + HOUR / 2 + 1, "deny stale fresh\n", "\"age\":5401," },
	{ 72 * HOUR, "deny stale fresh\n", "\"age\":259200," },
	{ NEVER, "deny stale fresh\n", "\"age\":null," },
};

START_TEST(age)
{
	const struct saying made = { .by = &cast[MAKER],
		.created = (uint32_t)(one.now - HOUR),
		.lines = "rec@=device/1\nsubject@=dev:$DEVICE\nmanu=Acme\n"
			 "model=T1" };
	struct api_check_request c;
	struct api_check_part part;
	struct api_check_answer *a = NULL;
	struct api_check_telling t = { .c = &c, .n = 1 };
	struct buf out;

	OK(store_begin(one.sc.store));
	record_keep(&one, &made);
	commit(&one);
	do /* a descriptor that asks for the maker's word alone */
		descriptor_put(&one, "plant");
	while (domain_set_newest(one.set, 0)->requires[0].must !=
	       NOTATIONS_ROLE_BIT(NOTATIONS_ROLE_MANUFACTURER));
	one.heard = ages[_i].after == NEVER ? 0 : one.now;
	one.now += ages[_i].after == NEVER ? 0 : ages[_i].after;
	request_make(&one, 0, "communicate", &c);
	part_make(0, &part);
	OK(api_check_part_answer(&c, &part, &a));
	t.at[0] = a;
	t.data_at[0] = api_check_data_at(&c, domain_set_newest(one.set, 0));
	buf_init(&out, API_CHECK_ANSWER_MAX);
	api_check_tell_line(&t, &out);
	ck_assert_str_eq(buf_str(&out), ages[_i].line);
	buf_clear(&out);
	api_check_tell_json(&t, &out);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), ages[_i].age));
	buf_release(&out);
	api_check_answer_drop(a);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, kept_is_as_decided_anew);
	tcase_add_test(tc, kept_below_a_ceiling);
	tcase_add_test(tc, nothing_kept_without_room);
	tcase_add_test(tc, strangers_change_nothing);
	tcase_add_test(tc, order_is_of_no_importance);
	tcase_add_test(tc, a_word_more_turns_no_yes_into_no);
	tcase_add_loop_test(tc, age, 0, (int)(sizeof(ages) / sizeof(ages[0])));
}

int
main(void)
{
	return fixture_run("api_check", add);
}
