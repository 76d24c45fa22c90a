/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What holds for every set of statements, over random ones: the order in
 * which anything is given is of no importance, nor the way by which it came;
 * what is later changes nothing; neither does who has no right, nor whoever
 * copies a signature with other values. TEST_SEED repeats a run.
 */
#include "policy_told.h"

#define ROUNDS 1500

static const char *const device_words[] = {
	"manu=Acme model=T1",
	"manu=Acme",
	"manu=Bolt",
	"manu=Acme owner=@O",
	"owner=@N",
	"status=active",
	"status=active",
	"status=suspended",
	"status=lost",
	"status=destroyed",
	"status=planned",
	"status=transferred owner=@N",
	"status=transferred owner=@O",
	"status=transferred owner=@P",
	"status=active prev=",
	"status=active prev=",
	"status=active prev=",
	"revokes=",
	"revokes= status=lost",
	"withdrawal=1",
	"reason=x",
	"label=ce:yes",
	"approval=scheme=mdr;id=1",
	"maker=@M",
	"maker=@B",
};
static const char *const code_words[] = {
	"kind=code code-name=a",
	"kind=code code-target=Acme/T1",
	"kind=code code-target=Bolt/T1",
	"code-status=released",
	"code-status=deprecated",
	"code-status=vulnerable",
	"code-status=withdrawn",
	"code-status=approved",
	"code-status=approved approval=scheme=mdr;id=1",
	"approval=scheme=mdr;id=1;state=revoked",
	"approval=scheme=mdr;id=2;until=1970-01-01T00:02:00Z",
	"revokes=",
	"revokes= code-status=released",
	"reason=x",
};
static const char *const role_words[] = {
	"role=manufacturer",
	"role=manufacturer;scope=Acme",
	"role=owner",
	"role=owner;until=1970-01-01T00:01:48Z",
	"role=integrator;scope=Acme/T*",
	"role=registrar",
	"role=registrar;scope=Acme",
	"role=certification-body",
	"role=maintainer",
	"role=operator",
	"revokes=",
	"withdrawal=1",
};
static const char *const right_words[] = {
	"root R",
	"right M manufacturer",
	"right G registrar",
	"right B manufacturer Bolt",
	"right C certification-body",
	"right O owner",
	"right N maintainer Acme/*",
	"right P operator",
	"days M manufacturer 100 105",
	"days B owner 103 0",
	"regrant O owner",
	"regrant M integrator Acme",
	"rule lost owner,operator 2 0 0",
	"rule destroyed owner,manufacturer 2 103 0",
	"rule active owner,manufacturer,operator 2 0 105",
	"rule vulnerable - 2 0 0",
	"rule released maintainer,owner 1 0 0",
};
static const char *const party_words[] = {
	"party O soft=105",
	"party N hard=105",
	"party M expires=108",
	"party B unknown=1",
	"party P created=104",
	"party C hard=9 at=3",
};

#define PICK(table) ((table)[fixture_below(sizeof(table) / sizeof((table)[0]))])

/* Few dates, so that many are equal. */
static unsigned
date(void)
{
	return 100 + (unsigned)fixture_below(10) +
	       86400 * (unsigned)(fixture_below(4) / 3);
}

/* One statement by one of the issuers; words ending in "=" want a number. */
static void
say(struct make_world *w, const char *issuers, const char *words, char about)
{
	struct buf line;
	const char *hole = strstr(words, "revokes=");
	char text[64];

	hole = hole == NULL ? strstr(words, "prev=") : hole;
	if (hole != NULL && w->all.n == 0)
		return;
	buf_init(&line, 1000);
	if (about != 0) {
		(void)snprintf(text, sizeof(text), ">%c ", about);
		buf_put_str(&line, text);
	}
	(void)snprintf(text, sizeof(text), "%c %u ",
	    issuers[fixture_below(strlen(issuers))], date());
	buf_put_str(&line, text);
	if (hole != NULL) {
		const char *end = strchr(hole, '=') + 1;

		buf_put(&line, bytes_of(words, (size_t)(end - words)));
		(void)snprintf(text, sizeof(text), "#%zu",
		    1 + fixture_below(w->all.n));
		buf_put_str(&line, text);
		words = end;
	}
	buf_put_str(&line, words);
	if (fixture_below(3) == 0)
		buf_put_str(&line, " carrier=record");
	if (fixture_below(4) == 0) {
		(void)snprintf(text, sizeof(text), " seq=%zu",
		    fixture_below(3));
		buf_put_str(&line, text);
	}
	if (fixture_below(8) == 0)
		buf_put_str(&line, " expires=107");
	make_line(w, buf_bytes(&line));
	buf_release(&line);
}

static void
say_more(struct make_world *w, const char *issuers, size_t n)
{
	bool is_code = w->subject.kind == NOTATIONS_SUBJECT_CODE;

	for (size_t i = 0; i < n; i++)
		if (fixture_below(5) == 0)
			say(w, issuers, PICK(role_words),
			    "MBONPCGI"[fixture_below(8)]);
		else
			say(w, issuers,
			    is_code ? PICK(code_words) : PICK(device_words), 0);
}

/* with_rights: at least one; else by chance. */
static void
world(struct make_world *w, bool with_rights)
{
	make_init(w, fixture_below(3) == 0);
	if (with_rights)
		make_lines(w, "root R\n");
	while (fixture_below(3) != 0)
		make_lines(w, PICK(right_words));
	while (fixture_below(3) == 0)
		make_lines(w, PICK(party_words));
	say_more(w, "RGMMMMBOOOONNNPCID", 2 + fixture_below(25));
}

static struct policy_time
some_time(void)
{
	return (struct policy_time){ .at = date(),
		.skew = fixture_below(2) == 0 ? 0 : 3 };
}

/* ---- judging ------------------------------------------------------------------ */

struct judged {
	struct make_world *w;
	struct make_layout l;
	struct policy_time when;
	struct told_show show;
};

static char *
judge(struct judged *j)
{
	struct policy_party parties[MAKE_PARTIES];
	struct policy_question q;
	struct policy_state state;
	char *line;

	make_question(j->w, &j->l, parties, &q);
	q.when = j->when;
	policy_fold(&q, &state);
	line = told_line(j->w, &state, &j->show);
	policy_state_release(&state);
	return line;
}

static struct judged *
judged_new(struct make_world *w)
{
	struct judged *j = alloc_zero(1, sizeof(*j));

	j->w = w;
	j->when = some_time();
	j->show = told_all;
	make_layout_init(w, &j->l);
	return j;
}

static void
swap(size_t *a, size_t *b)
{
	size_t c = *a;

	*a = *b;
	*b = c;
}

static void
shuffle(struct make_layout *l)
{
	for (size_t i = l->n; i > 1; i--)
		swap(&l->order[i - 1], &l->order[fixture_below(i)]);
	for (size_t i = MAKE_PARTIES; i > 1; i--)
		swap(&l->places[i - 1], &l->places[fixture_below(i)]);
}

/* Judge again and be done with both. */
static void
same(struct judged *j, char *before, const char *law)
{
	char *after = judge(j);

	ck_assert_msg(strcmp(before, after) == 0, "%s:\n  %s\n  %s", law,
	    before, after);
	free(before);
	free(after);
	make_release(j->w);
	free(j);
}

START_TEST(no_order_matters)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		struct make_world w;
		struct judged *j;
		char *before;

		world(&w, false);
		for (size_t k = 0; k < w.all.n; k++)
			w.all.at[k].position = (int64_t)fixture_below(9);
		j = judged_new(&w);
		j->when.known_at = (int64_t)fixture_below(9);
		before = judge(j);
		shuffle(&j->l);
		same(j, before, "order");
	}
}
END_TEST

/* Two servers with parts that overlap, logs of their own, then merged. */
START_TEST(no_way_matters)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		struct make_world w;
		struct judged *j;
		size_t n;
		char *before;

		world(&w, false);
		j = judged_new(&w);
		j->show = (struct told_show){ 0, 0, true };
		before = judge(j);
		for (size_t k = 0; k < w.all.n; k++)
			w.all.at[k].position = 1 + (int64_t)fixture_below(99);
		n = j->l.n;
		for (size_t k = 0; k < n; k++) /* what both had */
			if (fixture_below(2) == 0)
				j->l.order[j->l.n++] = k;
		shuffle(&j->l);
		same(j, before, "way");
	}
}
END_TEST

START_TEST(what_is_later_changes_nothing)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		struct make_world w;
		struct judged *j;
		size_t n = 0;
		char *before;

		world(&w, false);
		j = judged_new(&w);
		j->show.until = j->when.at + j->when.skew;
		before = judge(j);
		for (size_t k = 0; k < w.all.n; k++)
			if (w.all.at[k].st.created <= j->show.until)
				j->l.order[n++] = k;
		j->l.n = n;
		same(j, before, "later");
	}
}
END_TEST

START_TEST(who_has_no_right_changes_nothing)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		struct make_world w;
		struct judged *j;
		struct policy_time when;
		char *before;

		world(&w, true);
		j = judged_new(&w);
		j->show.n = w.all.n;
		when = j->when;
		before = judge(j);
		free(j);
		say_more(&w, "STU", 1 + fixture_below(30));
		j = judged_new(&w);
		j->when = when;
		j->show.n = 0;
		while (j->show.n < w.all.n &&
		       w.all.at[j->show.n].issuer < 'S' - 'A')
			j->show.n++;
		shuffle(&j->l);
		same(j, before, "strangers");
	}
}
END_TEST

/* The same content under another digest. */
static void
copy_add(struct make_world *w, size_t from)
{
	struct make_made *to = make_mades_add(&w->all);
	const struct notations_set *set;

	*to = w->all.at[from];
	set = &w->all.at[from].st.set;
	to->st.set = (struct notations_set){ 0 };
	for (size_t i = 0; i < set->n; i++)
		*notations_set_add(&to->st.set) = set->at[i];
	make_digest(fixture_random(), to->st.digest);
}

START_TEST(copies_change_nothing)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		struct make_world w;
		struct judged *j;
		struct policy_time when;
		char *before;

		world(&w, false);
		j = judged_new(&w);
		j->show = (struct told_show){ 0, 0, true };
		when = j->when;
		before = judge(j);
		free(j);
		for (size_t k = w.all.n, n = 0; k > 0 && n < 20; n++)
			copy_add(&w, fixture_below(k));
		j = judged_new(&w);
		j->when = when;
		j->show = (struct told_show){ 0, 0, true };
		shuffle(&j->l);
		same(j, before, "copies");
	}
}
END_TEST

/* ---- size ------------------------------------------------------------------------ */

/* One issuer, everything in one second, each taking back others. */
static int64_t
crowd_judge(size_t n)
{
	struct make_world w;
	struct judged *j;
	int64_t best = INT64_MAX;
	char words[] = "S 100 status=lost manu=Acme revokes=#1 revokes=#1 "
		       "revokes=#1 prev=#1 seq=1 pos=7";

	make_init(&w, false);
	for (size_t i = 0; i < n; i++)
		make_lines(&w, words);
	j = judged_new(&w);
	j->show = (struct told_show){ 0, 0, true };
	j->when.at = 200;
	for (int turn = 0; turn < 3; turn++) {
		int64_t begun = (int64_t)clock_thread_ns(), took;

		free(judge(j));
		took = (int64_t)clock_thread_ns() - begun;
		best = took < best ? took : best;
	}
	free(j);
	make_release(&w);
	return best;
}

START_TEST(a_crowd_takes_no_longer_than_its_size)
{
	int64_t small = crowd_judge(512), big = crowd_judge(4096);

	printf("# 512 in %lld us, 4096 in %lld us\n", (long long)small / 1000,
	    (long long)big / 1000);
	ck_assert_int_lt(big, 8 * 4 * small + 1000000);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, no_order_matters);
	tcase_add_test(t, no_way_matters);
	tcase_add_test(t, what_is_later_changes_nothing);
	tcase_add_test(t, who_has_no_right_changes_nothing);
	tcase_add_test(t, copies_change_nothing);
	tcase_add_test(t, a_crowd_takes_no_longer_than_its_size);
}

int
main(void)
{
	return fixture_run("policy_laws", add);
}
