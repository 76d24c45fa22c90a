/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server of each profile takes: profile by kind of write by who made
 * it by who carries it, all of it.
 */
#include "intake_domain.h"

/* Those with a right for each role, in the order of roles.def; a root; a
 * stranger; and one whom the manufacturer names as owner of dev. */
#define ROLES	 8u
#define ROOT	 8u
#define STRANGER 9u
#define NAMED	 10u
#define PARTIES	 11u

static struct maker_key party[PARTIES];
static struct policy_right rights[ROLES + 1];

/*
 * A mark for each party: + taken, - refused. cert: one's own certificate, not
 * here before; device: one that the party certified.
 */
static const struct {
	const char *cert, *device, *thing, *code; /* MIPDOXCRrsn */
	bool peer_is_all; /* what a peer brings is taken */
} rows[DOMAIN_PROFILES] = {
	[DOMAIN_PROFILE_OPEN] = { "+++++++++++", "+++++++++++", "+++++++++++",
	    "+++++++++++", true },
	[DOMAIN_PROFILE_MANUFACTURER] = { "+++++++++--", "+-------+--",
	    "+-+-+---+-+", "+-++----+--", false },
	[DOMAIN_PROFILE_DEVELOPER] = { "+++++++++--", "--------+--",
	    "--------+--", "+-++----+--", false },
	[DOMAIN_PROFILE_MAINTENANCE] = { "+++++++++--", "-++-+---+--",
	    "-++-+---+-+", "-++-+---+--", true },
	[DOMAIN_PROFILE_INFIELD] = { "-----------", "-----------",
	    "-----------", "-----------", true },
	[DOMAIN_PROFILE_CERTIFIER] = { "+++++++++--", "------+-+--",
	    "------+-+--", "------+-+--", false },
};

static unsigned next_key = 100, next_date = 1;

static void
parties_make(void)
{
	for (unsigned i = 0; i < PARTIES; i++)
		maker_key_init(&party[i], 4, 20 + i, T0);
	for (unsigned i = 0; i <= ROLES; i++)
		rights[i] = (struct policy_right){ .fpr = party[i].key.fpr,
			.role = i == ROOT ? NOTATIONS_ROLE_NONE
					  : (enum notations_role)(i + 1) };
}

static void
begin_as(int profile_i)
{
	stop();
	parties_make();
	trusted = (struct policy_rights){ .at = rights, .n = ROLES + 1 };
	profile = (enum domain_profile)profile_i;
	start();
}

static struct answer
send_as(bool is_peer)
{
	struct intake_job job = { .input = alloc_bytes(buf_bytes(&p)),
		.is_peer = is_peer };

	buf_clear(&p);
	return job_run(&job);
}

static void
must(char mark, const struct answer *a, const char *what, unsigned who)
{
	bool is_taken = a->n > 0 && a->outcome[0] == INTAKE_INSERTED;

	ck_assert_msg(a->err == ICS_OK && is_taken == (mark == '+'),
	    "%s: %s by %u: %s %s", domain_profile_word(profile), what, who,
	    a->n > 0 ? intake_outcome_word(a->outcome[0]) : "nothing",
	    a->reason);
	if (mark == '-' && profile == DOMAIN_PROFILE_INFIELD)
		ck_assert_str_eq(a->reason, "not-a-peer");
	else if (mark == '-')
		ck_assert_msg(strncmp(a->reason, "foreign-", 8) == 0, "%s",
		    a->reason);
}

static void
device_put(const struct maker_key *by, struct maker_key *device)
{
	struct pgp_subject on;

	maker_key_init(device, 4, next_key++, T0);
	on = maker_on_uid(device, "a device");
	maker_cert_put(&p, device, "a device");
	maker_sig_put(&p,
	    &(struct maker_sig){
		.by = by, .type = PGP_SIG_CERT_GENERIC, .created = T0 + 1 },
	    &on);
}

static void
thing_say(const struct maker_key *by, const char *thing)
{
	record_put(&(struct record_make){ .by = by,
		       .created = T0 + next_date++,
		       .rec = "device-status/1",
		       .subject = thing,
		       .status = "active" },
	    &p);
}

static void
code_say(const struct maker_key *by, const char *code)
{
	struct buf more;

	buf_init(&more, 200);
	notations_write(NOTATIONS_NAME_CODE_STATUS, bytes_of_str("deprecated"),
	    &more);
	record_put(&(struct record_make){ .by = by,
		       .created = T0 + next_date++,
		       .rec = "code-status/1",
		       .subject = code,
		       .more = buf_bytes(&more) },
	    &p);
	buf_release(&more);
}

static void
parties_load(void)
{
	for (unsigned i = 0; i < PARTIES; i++)
		maker_cert_put(&p, &party[i], "a party");
	ck_assert_uint_eq(send_by(INTAKE_OPERATOR).n, PARTIES);
	ck_assert_int_eq(certs_stored(), PARTIES);
}

/* The manufacturer makes the last party owner of dev. */
static void
owner_name(const char *subject)
{
	char owner[PGP_FPR_TEXT_MAX + 2];
	struct answer a;
	struct buf more;

	notations_vfp_text(&party[NAMED].key.fpr, owner);
	buf_init(&more, 200);
	notations_write(NOTATIONS_NAME_OWNER, bytes_of_str(owner), &more);
	record_put(&(struct record_make){ .by = &party[0],
		       .created = T0 + 1,
		       .rec = "transfer/1",
		       .subject = subject,
		       .more = buf_bytes(&more) },
	    &p);
	buf_release(&more);
	a = send_by(INTAKE_OPERATOR);
	ck_assert_msg(a.outcome[0] == INTAKE_INSERTED, "%s", a.reason);
}

/* Their own certificates, before anything else of them is here. */
START_TEST(certificates)
{
	struct answer a;

	begin_as(_i);
	for (unsigned i = 0; i < PARTIES; i++) {
		maker_cert_put(&p, &party[i], "a party");
		a = send_as(false);
		must(rows[_i].cert[i], &a, "own certificate", i);
	}
}
END_TEST

START_TEST(devices)
{
	struct maker_key device;
	struct answer a;

	begin_as(_i);
	parties_load();
	for (unsigned i = 0; i < PARTIES; i++) {
		device_put(&party[i], &device);
		a = send_as(false);
		must(rows[_i].device[i], &a, "device", i);
		device_put(&party[i], &device);
		a = send_as(true);
		must(rows[_i].peer_is_all ? '+' : rows[_i].device[i], &a,
		    "device from a peer", i);
	}
}
END_TEST

START_TEST(records)
{
	static const char code[] = "code:sha256:"
				   "00112233445566778899aabbccddeeff"
				   "00112233445566778899aabbccddeeff";
	char thing[NOTATIONS_SUBJECT_TEXT_MAX];
	struct notations_subject s;
	struct answer a;

	begin_as(_i);
	parties_load();
	notations_subject_of_fpr(&dev.key.fpr, &s);
	notations_subject_text(&s, thing);
	owner_name(thing);
	for (unsigned i = 0; i < 2 * PARTIES; i++) {
		unsigned who = i / 2;
		bool is_peer = i % 2 == 1,
		     is_all = is_peer && rows[_i].peer_is_all;

		thing_say(&party[who], thing);
		a = send_as(is_peer);
		must(is_all ? '+' : rows[_i].thing[who], &a, "thing", who);
		code_say(&party[who], code);
		a = send_as(is_peer);
		must(is_all ? '+' : rows[_i].code[who], &a, "code", who);
	}
}
END_TEST

/* Who holds a key goes on with it; strangers' words about it stay out. */
START_TEST(updates)
{
	struct maker_key device;
	struct pgp_subject on;
	struct answer a;
	bool is_open = _i == DOMAIN_PROFILE_OPEN;

	begin_as(_i);
	parties_load();
	device_put(&party[0], &device);
	ck_assert_int_eq(send_by(INTAKE_OPERATOR).outcome[0], INTAKE_INSERTED);
	on = maker_on_uid(&device, "a device");
	maker_cert_put(&p, &device, "a device");
	maker_sig_put(&p,
	    &(struct maker_sig){ .by = &party[STRANGER],
		.type = PGP_SIG_CERT_GENERIC,
		.created = T0 + 2 },
	    &on);
	a = send_as(false);
	ck_assert_int_eq(a.outcome[0],
	    is_open ? INTAKE_UPDATED : INTAKE_INVALID);
	on = maker_on_key(&device);
	pgp_packet_write(&p, PGP_TAG_PUBLIC_KEY, device.key.body);
	maker_sig_put(&p,
	    &(struct maker_sig){ .by = &device,
		.type = PGP_SIG_KEY_REVOCATION,
		.created = T0 + 3 },
	    &on);
	a = send_as(false);
	ck_assert_msg((a.outcome[0] == INTAKE_UPDATED) ==
			  (_i != DOMAIN_PROFILE_INFIELD),
	    "%s %s", intake_outcome_word(a.outcome[0]), a.reason);
}
END_TEST

/* What waited comes in by whoever brought it then. */
START_TEST(waited)
{
	char thing[NOTATIONS_SUBJECT_TEXT_MAX];
	struct notations_subject s;

	begin_as(DOMAIN_PROFILE_MAINTENANCE);
	notations_subject_of_fpr(&dev.key.fpr, &s);
	notations_subject_text(&s, thing);
	thing_say(&party[STRANGER], thing);
	ck_assert_int_eq(send_as(true).outcome[0], INTAKE_WAITING);
	thing_say(&party[NAMED], thing);
	ck_assert_int_eq(send_as(false).outcome[0], INTAKE_WAITING);
	parties_load();
	intake_drain(in);
	ck_assert_int_eq(stats_stored().records, 1);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, certificates, 0, DOMAIN_PROFILES);
	tcase_add_loop_test(t, devices, 0, DOMAIN_PROFILES);
	tcase_add_loop_test(t, records, 0, DOMAIN_PROFILES);
	tcase_add_loop_test(t, updates, 0, DOMAIN_PROFILES);
	tcase_add_test(t, waited);
}

int
main(void)
{
	return fixture_run("intake_takes", add);
}
