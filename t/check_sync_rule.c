/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sync blocks to peers: what becomes of each word, whose word counts, and
 * what is refused with which reason.
 */
#include "descriptor_make.h"
#include "said_make.h"
#include "sync/rule.h"

#define PIN   "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define PIN2  "sha256//AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define WHERE "url = \"hkps://x\" pin = \"" PIN "\" "
#define NOW   5000

static struct scene sc;
static struct domain_set *set;
static struct sync_rules rules;

static void
domain_put(const char *name, const char *blocks)
{
	(void)descriptor_blocks(sc.store, name, blocks, NOW);
}

/* Two domains; "" for none. */
static void
begin(const char *first, const char *second)
{
	struct policy_rights none = { 0 };

	scene_begin(&sc);
	domain_put("plant", first);
	if (second[0] != '\0')
		domain_put("other", second);
	OK(store_reader_begin(sc.reader));
	OK(domain_set_read(sc.reader, &none, &set));
}

static void
end(void)
{
	sync_rules_release(&rules);
	domain_set_drop(set);
	scene_end(&sc);
}

static struct sync_peer_conf
conf_of(const char *text)
{
	struct sync_peer_conf conf;
	const char *why;

	if (!sync_peer_read(text, &conf, &why))
		ck_abort_msg("%s: %s", text, why);
	return conf;
}

static void
read_beside(const struct sync_peer_conf *row)
{
	const struct sync_rule_ask ask = {
		.set = set, .rows = row, .rows_n = row == NULL ? 0 : 1
	};

	sync_rules_release(&rules);
	sync_rules_read(&ask, &rules);
}

/* ---- what a block says --------------------------------------------------------------- */

START_TEST(each_word_goes_where_it_belongs)
{
	const struct sync_peer_conf *p;

	begin("sync \"acme\" { " WHERE
	      "pull = \"manu=Acme model=T1\" push = status every = 5m "
	      "may-alter = yes }",
	    "");
	read_beside(NULL);
	ck_assert_uint_eq(rules.confs.n, 1);
	ck_assert_uint_eq(rules.refused.n, 0);
	p = &rules.confs.at[0];
	ck_assert_str_eq(p->name, "acme@plant");
	ck_assert_str_eq(p->domain, "plant");
	ck_assert_int_eq(p->kind, SYNC_ICS);
	ck_assert_str_eq(p->url, "https://x");
	ck_assert(p->has_pin && p->pin[1] == 1 && p->pin[31] == 31);
	ck_assert_str_eq(p->select, "manu=Acme model=T1");
	ck_assert(p->pull && p->push && p->may_alter);
	ck_assert_int_eq(p->gives, SYNC_GIVES_STATUS);
	ck_assert_uint_eq(p->every, 300);
	end();
}
END_TEST

START_TEST(an_asterisk_is_everything_and_nothing_is_nothing)
{
	const struct sync_peer_conf *p;

	begin("sync \"a\" { " WHERE "pull = \"*\" push = \"*\" }\n"
	      "sync \"b\" { " WHERE "}",
	    "");
	read_beside(NULL);
	ck_assert_uint_eq(rules.confs.n, 2);
	p = &rules.confs.at[0];
	ck_assert(p->pull && p->select[0] == '\0' && p->push);
	ck_assert_int_eq(p->gives, SYNC_GIVES_ALL);
	ck_assert_uint_eq(p->every, 900);
	ck_assert(!p->may_alter);
	p = &rules.confs.at[1];
	ck_assert(!p->pull && !p->push);
	ck_assert_uint_eq(p->every, 0);
	end();
}
END_TEST

/* ---- whose word counts ---------------------------------------------------------------- */

START_TEST(the_operator_says_where_the_block_says_what)
{
	struct sync_peer_conf row =
	    conf_of("acme kind=ics url=https://op:1 key=" PIN2
		    " select=manu=Other every=7s weight=3");
	const struct sync_peer_conf *p;

	begin("sync \"acme\" { url = \"\" pull = \"model=T1\" every = 5m }",
	    "");
	read_beside(&row);
	p = &rules.confs.at[0];
	ck_assert_uint_eq(rules.confs.n, 1);
	ck_assert_str_eq(p->url, "https://op:1");
	ck_assert_uint_eq(p->pin[0], 1);
	ck_assert_uint_eq(p->weight, 3);
	ck_assert_str_eq(p->select, "model=T1");
	ck_assert_uint_eq(p->every, 300);
	ck_assert(!p->may_alter && !p->push);
	end();
}
END_TEST

START_TEST(what_he_overrules_is_told)
{
	struct sync_peer_conf same =
	    conf_of("acme kind=ics url=https://x key=" PIN);
	struct sync_peer_conf key =
	    conf_of("acme kind=ics url=https://x key=" PIN2);
	struct sync_peer_conf place =
	    conf_of("acme kind=ics url=https://y key=" PIN);

	begin("sync \"acme\" { " WHERE "}", "");
	read_beside(&same);
	ck_assert_uint_eq(rules.refused.n, 0);
	read_beside(&key);
	ck_assert_uint_eq(rules.confs.n, 1);
	ck_assert_uint_eq(rules.refused.n, 1);
	ck_assert(rules.refused.at[0].is_followed);
	read_beside(&place);
	ck_assert_uint_eq(rules.refused.n, 1);
	ck_assert_str_eq(rules.confs.at[0].url, "https://y");
	end();
}
END_TEST

START_TEST(who_cannot_be_reached_comes_by_himself)
{
	struct sync_peer_conf row = conf_of("acme kind=ics key=" PIN);

	begin("sync \"acme\" { " WHERE "pull = \"*\" }", "");
	read_beside(&row);
	ck_assert_str_eq(rules.confs.at[0].url, "");
	ck_assert_uint_eq(rules.confs.at[0].every, 0);
	end();
}
END_TEST

START_TEST(each_domain_has_its_own)
{
	begin("sync \"acme\" { " WHERE "pull = \"model=T1\" }",
	    "sync \"acme\" { url = \"https://y\" pin = \"" PIN2
	    "\" pull = \"model=T2\" }");
	read_beside(NULL);
	ck_assert_uint_eq(rules.confs.n, 2);
	ck_assert_str_eq(rules.confs.at[0].name, "acme@plant");
	ck_assert_str_eq(rules.confs.at[1].name, "acme@other");
	ck_assert_str_eq(rules.confs.at[1].url, "https://y");
	ck_assert(sync_rule_is_of(&rules.confs.at[1], "acme"));
	ck_assert(sync_rule_is_of(&rules.confs.at[1], "acme@other"));
	ck_assert(!sync_rule_is_of(&rules.confs.at[1], "acm"));
	ck_assert(!sync_rule_is_of(&rules.confs.at[1], "acme@plant"));
	end();
}
END_TEST

START_TEST(a_block_about_ourselves_is_for_others)
{
	uint8_t own[SYNC_PIN];
	struct sync_rule_ask ask = { .own = own };

	ck_assert(sync_pin_read(PIN, own));
	begin("sync \"us\" { " WHERE "pull = \"*\" }", "");
	ask.set = set;
	sync_rules_read(&ask, &rules);
	ck_assert_uint_eq(rules.confs.n + rules.refused.n, 0);
	end();
}
END_TEST

/* ---- what is refused -------------------------------------------------------------------- */

static const struct {
	const char *block, *why; /* a part of what is said */
} bad[] = {
	{ "sync \"a b\" { " WHERE "}", "its name" },
	{ "sync \"a@b\" { " WHERE "}", "its name" },
	{ "sync \"a\" { url = \"hkps://x\" }", "no pin" },
	{ "sync \"a\" { url = \"hkps://x\" pin = \"sha256//AAAA\" }",
	    "pin cannot" },
	{ "sync \"a\" { url = \"hkps://x\" pin = \"x\" }", "pin cannot" },
	{ "sync \"a\" { url = \"hkp://x\" pin = \"" PIN "\" }", "url" },
	{ "sync \"a\" { url = \"http://x\" pin = \"" PIN "\" }", "url" },
	{ "sync \"a\" { url = \"hkps://x/y\" pin = \"" PIN "\" }", "url" },
	{ "sync \"a\" { url = \"hkps://x every=1\" pin = \"" PIN "\" }",
	    "url" },
	{ "sync \"a\" { " WHERE "pull = \"model\" }", "pull" },
	{ "sync \"a\" { " WHERE "pull = \"model=T' push=yes\" }", "pull" },
};

START_TEST(what_will_not_do_is_told_why)
{
	begin(bad[_i].block, "");
	read_beside(NULL);
	ck_assert_msg(rules.confs.n == 0 && rules.refused.n == 1, "%s",
	    bad[_i].block);
	ck_assert_msg(strstr(rules.refused.at[0].why, bad[_i].why) != NULL,
	    "%s: %s", bad[_i].block, rules.refused.at[0].why);
	ck_assert(!rules.refused.at[0].is_followed);
	ck_assert_str_eq(rules.refused.at[0].domain, "plant");
	ck_assert_int_eq(rules.refused.at[0].line, 4);
	ck_assert_str_ne(rules.refused.at[0].help, "");
	end();
}
END_TEST

START_TEST(twins_and_other_kinds_are_refused)
{
	struct sync_peer_conf row = conf_of("b kind=hkp url=http://x");

	begin("sync \"a\" { " WHERE "}\nsync \"a\" { " WHERE "}\n"
	      "sync \"b\" { " WHERE "}",
	    "");
	read_beside(&row);
	ck_assert_uint_eq(rules.confs.n, 1);
	ck_assert_uint_eq(rules.refused.n, 2);
	ck_assert_int_eq(rules.refused.at[0].line, 5);
	ck_assert_ptr_nonnull(strstr(rules.refused.at[1].why, "kind"));
	end();
}
END_TEST

START_TEST(more_than_the_table_has_room_for)
{
	struct sync_peer_conf row = conf_of("x kind=hkp url=http://x");
	struct buf blocks;

	buf_init(&blocks, 1u << 16);
	for (int i = 0; i < SYNC_PEERS_MAX; i++)
		buf_printf(&blocks, "sync \"p%d\" { " WHERE "}\n", i);
	begin(buf_str(&blocks), "");
	read_beside(NULL);
	ck_assert_uint_eq(rules.confs.n, SYNC_PEERS_MAX);
	read_beside(&row);
	ck_assert_uint_eq(rules.confs.n, SYNC_PEERS_MAX - 1);
	ck_assert_uint_eq(rules.refused.n, 1);
	ck_assert_str_eq(rules.refused.at[0].name, "p63");
	end();
	buf_release(&blocks);
}
END_TEST

START_TEST(a_server_that_makes_no_connections_says_so)
{
	struct sync_rule_ask ask = { .is_mute = true };

	begin("sync \"a\" { " WHERE "}", "");
	ask.set = set;
	sync_rules_read(&ask, &rules);
	ck_assert_uint_eq(rules.confs.n, 0);
	ck_assert_ptr_nonnull(strstr(rules.refused.at[0].help, "restart"));
	end();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, each_word_goes_where_it_belongs);
	tcase_add_test(t, an_asterisk_is_everything_and_nothing_is_nothing);
	tcase_add_test(t, the_operator_says_where_the_block_says_what);
	tcase_add_test(t, what_he_overrules_is_told);
	tcase_add_test(t, who_cannot_be_reached_comes_by_himself);
	tcase_add_test(t, each_domain_has_its_own);
	tcase_add_test(t, a_block_about_ourselves_is_for_others);
	tcase_add_loop_test(t, what_will_not_do_is_told_why, 0,
	    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(t, twins_and_other_kinds_are_refused);
	tcase_add_test(t, more_than_the_table_has_room_for);
	tcase_add_test(t, a_server_that_makes_no_connections_says_so);
}

int
main(void)
{
	return fixture_run("sync_rule", add);
}
