/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys that never speak, in a pool: their makers alone name them, who are the
 * anchors and those with a manufacturer's right.
 */
#include "item_make.h"

static struct pieces all;

static void
setup(void)
{
	ck_assert_int_eq(pgp_crypto_init(), ICS_OK);
	cast_init();
}

static void
teardown(void)
{
	pieces_release(&all);
}

/* A key that never speaks, with a name by its maker and one by somebody else. */
static void
silent_tell(void)
{
	static const struct {
		enum member by;
		const char *uid;
	} names[] = { { MAKER, "right" }, { STRANGER, "wrong" } };
	struct buf *p = piece_add(&all);

	pgp_packet_write(p, PGP_TAG_PUBLIC_KEY, cast[DEVICE].key.body);
	for (size_t i = 0; i < 2; i++) {
		struct pgp_subject on =
		    maker_on_uid(&cast[DEVICE], names[i].uid);

		pgp_packet_write(p, PGP_TAG_USER_ID, on.uid);
		maker_sig_put(p,
		    &(struct maker_sig){ .by = &cast[names[i].by],
			.type = PGP_SIG_CERT_GENERIC,
			.created = BORN + DAY },
		    &on);
	}
	certificate_put(MAKER, piece_add(&all));
	certificate_put(STRANGER, piece_add(&all));
}

/* User IDs of the device, by the word of those rights; -1: it is not there. */
static int
silent_names(const struct policy_rights *rights)
{
	struct item_pool *pool = item_pool_new();
	struct report rep = { 0 };
	struct item_source source;
	struct bytes data;
	struct pgp_cert *cert;
	int n = -1;

	for (size_t i = 0; i < all.n; i++)
		ck_assert_int_eq(item_pool_add(pool, buf_bytes(&all.at[i])),
		    ICS_OK);
	item_pool_rights(pool, rights);
	ck_assert_int_eq(item_pool_settle(pool, MAKER_NOW, &rep), ICS_OK);
	item_source_of_pool(pool, &source);
	if (source.cert(source.arg, &cast[DEVICE].key.fpr, &data) == ICS_OK) {
		cert = maker_cert_parse(data);
		n = (int)cert->parts_n - 1;
		ck_assert(n != 1 || bytes_equal(cert->parts[1].body,
					bytes_of_str("right")));
		pgp_cert_free(cert);
	}
	report_release(&rep);
	item_pool_free(pool);
	return n;
}

START_TEST(makers_alone_name_silent_keys)
{
	static const struct {
		enum notations_role role;
		enum member who;
		int names;
	} rows[] = {
		{ NOTATIONS_ROLE_NONE, MAKER, 1 },
		{ NOTATIONS_ROLE_MANUFACTURER, MAKER, 1 },
		{ NOTATIONS_ROLE_OWNER, MAKER, -1 },
		{ NOTATIONS_ROLE_NONE, OWNER, -1 },
	};
	const struct policy_rights none = { 0 };

	silent_tell();
	ck_assert_int_eq(silent_names(&none), 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy_right one = { .fpr = cast[rows[i].who].key.fpr,
			.role = rows[i].role };
		const struct policy_rights rights = { .at = &one, .n = 1 };

		ck_assert_int_eq(silent_names(&rights), rows[i].names);
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, makers_alone_name_silent_keys);
}

int
main(void)
{
	return fixture_run("item_silent", add);
}
