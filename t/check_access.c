/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may see what, over HTTP: every requester at every route, about every
 * thing. What is kept back is answered as what is not here: status, headers
 * and octets. Routes are those of the tables that the server is made of;
 * access_rows.def says what each of them tells.
 */
#include "access_ask.h"

/* ---- by construction ----------------------------------------------------------- */

static bool
has_row(const struct hkp_route *route)
{
	bool is_public = (route->faces & 1u << HKP_FACE_PUBLIC) != 0;

	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].method == route->method &&
		    strcmp(rows[i].pattern, route->pattern) == 0 &&
		    (rows[i].kind == SHUT) != is_public)
			return true;
	return false;
}

static bool
has_route(const struct row *row)
{
	const struct hkp_route_table *tables[] = { &hkp_routes, &api_routes };

	for (size_t t = 0; t < 2; t++)
		for (size_t i = 0; i < tables[t]->n; i++)
			if (tables[t]->at[i].method == row->method &&
			    strcmp(tables[t]->at[i].pattern, row->pattern) == 0)
				return true;
	return false;
}

START_TEST(every_route_has_its_row)
{
	for (size_t i = 0; i < hkp_routes.n; i++)
		ck_assert_msg(has_row(&hkp_routes.at[i]),
		    "access_rows.def lacks %s", hkp_routes.at[i].pattern);
	for (size_t i = 0; i < api_routes.n; i++)
		ck_assert_msg(has_row(&api_routes.at[i]),
		    "access_rows.def lacks %s", api_routes.at[i].pattern);
	for (size_t i = 0; i < ROWS; i++)
		ck_assert_msg(has_route(&rows[i]), "there is no route %s",
		    rows[i].pattern);
}
END_TEST

/* ---- asking every row ----------------------------------------------------- */

#define SAY(what)                                                           \
	"%s: %s%s, %s, thing %u: %ld\n%.*s", what, row->pattern, row->path, \
	    who->name, n, a.status, (int)a.body.n, (const char *)a.body.p

static void
one_check(const struct requester *who, const struct row *row, uint32_t n)
{
	struct answer a = ask(who, row, n), none = ask(who, row, ABSENT);
	bool sees = (who->sees & SEES(n)) != 0;
	bool is_alike_now;

	names_blank(&a.head, n);
	names_blank(&a.body, n);
	names_blank(&none.head, ABSENT);
	names_blank(&none.body, ABSENT);
	if (strcmp(row->body, "ECHO") == 0) {
		etag_blank(&a.head);
		etag_blank(&none.head);
	}
	is_alike_now = is_alike(&a, &none);
	if (strcmp(row->body, "ALWAYS") == 0)
		sees = false;
	ck_assert_msg(is_alike_now == !sees,
	    SAY(sees ? "it is kept back" : "it is betrayed"));
	answer_release(&a);
	answer_release(&none);
}

static unsigned
how_many(const struct requester *who)
{
	unsigned all = 0;

	for (uint32_t n = 1; n <= THINGS; n++)
		all += (who->sees & SEES(n)) != 0;
	return all;
}

/* Of no domain is the issuer, too. */
static unsigned
certs_seen(const struct requester *who)
{
	return how_many(who) + ((who->sees & SEES(1)) != 0);
}

static bool
is_told(const struct answer *a, enum kind kind, uint32_t n)
{
	struct thing *t = &things[n];
	char head[9] = "";

	memcpy(head, t->fpr, 8);
	return holds(a, kind == LIST	? t->number
			: kind == HEADS ? head
					: t->fpr);
}

static void
list_check(const struct requester *who, const struct row *row)
{
	struct answer a = ask(who, row, 1);

	for (uint32_t n = 1; n <= ABSENT; n++) {
		bool sees = (who->sees & SEES(n)) != 0;

		ck_assert_msg(is_told(&a, row->kind, n) == sees,
		    SAY(sees ? "it is not told" : "it is betrayed"));
	}
	answer_release(&a);
}

/* Rows of descriptors are about the domains' owner, and told by number. */
static void
owned_check(const struct requester *who, const struct row *row)
{
	struct answer a = ask(who, row, 1);
	unsigned told = 0, n = 0;
	size_t at = 0;

	for (uint32_t i = 2; i <= THINGS; i++)
		told += (who->sees & SEES(i)) != 0;
	if (strcmp(row->body, "ROWS") == 0) {
		while ((at = find(buf_bytes(&a.body), "\"descriptor\"", at)) !=
		       SIZE_MAX) {
			at++;
			n++;
		}
		ck_assert_msg(n == told, SAY("descriptors"));
	}
	for (n = 2; strcmp(row->body, "ROWS") != 0 && n <= ABSENT; n++)
		ck_assert_msg(holds(&a, domains[n].name) ==
				  ((who->sees & SEES(n)) != 0),
		    SAY("a domain"));
	answer_release(&a);
}

static void
number_check(const struct requester *who, const struct row *row)
{
	struct answer a = ask(who, row, 1);
	struct cursor cur = cursor_of(buf_bytes(&a.body));
	unsigned n = how_many(who);
	char total[32];

	(void)snprintf(total, sizeof(total), "\"total\":%u", certs_seen(who));
	ck_assert_int_eq(a.status, 200);
	if (row->kind == COUNT)
		ck_assert_msg(cursor_be32(&cur) == n, SAY("count"));
	else if (row->kind == PRINT)
		ck_assert_msg(cursor_be64(&cur) == 2 * n + certs_seen(who),
		    SAY("print"));
	else
		ck_assert_msg(holds(&a, total) && !holds(&a, "\"total\":5,") ==
						      !(certs_seen(who) == 5),
		    SAY(total));
	answer_release(&a);
}

/* Nothing verifies, so nothing is stored: what is seen hears of that. */
static void
submit_check(const struct requester *who, const struct row *row)
{
	for (uint32_t n = 1; n <= THINGS; n++) {
		struct answer a = ask(who, row, n);
		bool sees = who->is_local || (who->sees & SEES(n)) != 0;

		ck_assert_msg(holds(&a, "received") == !sees,
		    SAY("submission"));
		if (!sees)
			ck_assert_int_eq(a.status, 200);
		answer_release(&a);
	}
}

/* Beside what a cache must know, for those who do not see everything. */
static void
same_check(const struct requester *who, const struct row *row)
{
	struct answer a = ask(who, row, 1), b = ask(&requesters[0], row, 1);
	const uint32_t n = 0;

	ck_assert_msg(a.status == b.status &&
			  bytes_equal(buf_bytes(&a.body), buf_bytes(&b.body)),
	    SAY("another answer"));
	answer_release(&a);
	answer_release(&b);
}

static void
shut_check(const struct requester *who, const struct row *row)
{
	struct answer a;
	const uint32_t n = 0;

	if (who->is_local)
		return;
	a = ask(who, row, 1);
	ck_assert_msg(a.status == 404, SAY("an open door"));
	answer_release(&a);
}

/* Two hosts are one too many. */
static bool
is_odd(const struct requester *who, const struct row *row)
{
	return strcmp(row->body, "HOST") == 0 && who->headers[1] != NULL &&
	       strncmp(who->headers[1], "Host", 4) == 0;
}

static void
row_check(const struct requester *who, const struct row *row)
{
	if (is_odd(who, row))
		return;
	switch (row->kind) {
	case THING:
		for (uint32_t n = 1; n <= THINGS; n++)
			one_check(who, row, n);
		break;
	case DOMAIN:
		for (uint32_t n = 2; n <= THINGS; n++)
			one_check(who, row, n);
		break;
	case LIST:
	case NAMES:
	case HEADS:
		list_check(who, row);
		break;
	case COUNT:
	case TOTAL:
	case PRINT:
		number_check(who, row);
		break;
	case OWNED:
		owned_check(who, row);
		break;
	case SUBMIT:
		submit_check(who, row);
		break;
	case SAME:
		same_check(who, row);
		break;
	case SHUT:
		shut_check(who, row);
		break;
	}
}

START_TEST(matrix)
{
	for (size_t i = 0; i < REQUESTERS; i++)
		row_check(&requesters[i], &rows[_i]);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_unchecked_fixture(t, access_begin, access_end);
	tcase_add_test(t, every_route_has_its_row);
	tcase_add_loop_test(t, matrix, 0, (int)ROWS);
}

int
main(void)
{
	int status;

	if (pgp_crypto_init() != ICS_OK ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return EXIT_FAILURE;
	client = curl_easy_init();
	status = fixture_run("access", add);
	curl_easy_cleanup(client);
	curl_global_cleanup();
	return status;
}
