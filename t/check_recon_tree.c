/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The prefix tree and sets: every node of a tree that was computed
 * elsewhere, and the laws that hold for all trees. Whatever was added and
 * removed in whatever order, any prefix has the sum of what lies below it.
 */
#include "recon_make.h"

static const struct recon_prefix root;

/* Hashes, a line each in hex. */
static struct hashes
hashes_read(const char *name)
{
	struct bytes text = fixture_read(name);
	struct hashes all = { .n = 0 };

	ck_assert_uint_eq(text.n % 33, 0);
	for (size_t i = 0; i < text.n; i += 33)
		ck_assert_int_eq(hex_read(bytes_of(text.p + i, 32),
				     hashes_add(&all)->b, RECON_HASH),
		    ICS_OK);
	fixture_free(text);
	return all;
}

/* Some of them begin alike, as an attacker would have it. */
static struct recon_hash
hash_crowded(void)
{
	struct recon_hash hash = hash_random();

	if (fixture_below(4) == 0)
		memset(hash.b, 0x5a, fixture_below(RECON_HASH - 4));
	return hash;
}

/* ---- the tree that was computed elsewhere ---- */

static struct recon_prefix
prefix_of(const char *bits)
{
	uint8_t octets[RECON_HASH] = { 0 };
	size_t n = strlen(bits);
	struct recon_prefix p;

	for (size_t i = 0; i < n; i++)
		octets[i / 8] |= (uint8_t)((bits[i] == '1') << (7 - i % 8));
	ck_assert_int_eq(recon_prefix_make((uint32_t)n,
			     bytes_of(octets, (n + 7) / 8), &p),
	    ICS_OK);
	return p;
}

static struct recon_set *
set_of(const struct hashes *all)
{
	struct recon_set *set = recon_set_new();

	for (size_t i = 0; i < all->n; i++)
		ck_assert(recon_set_add(set, &all->at[i]));
	return set;
}

START_TEST(test_vectors)
{
	struct hashes all = hashes_read("recon/tree-300-hashes.txt");
	json_t *vectors = vectors_read("recon/tree-300.json"), *row;
	struct recon_set *set = set_of(&all);
	const struct recon_backing *b = recon_set_backing(set);
	size_t i;

	json_array_foreach(json_object_get(vectors, "nodes"), i, row)
	{
		struct recon_prefix p =
		    prefix_of(json_string_value(json_object_get(row,
			"prefix")));
		struct recon_node node;

		ck_assert_int_eq(b->node_get(b->arg, &p, &node), ICS_OK);
		ck_assert_int_eq(node.sum.n,
		    json_integer_value(json_object_get(row, "size")));
		ck_assert_int_eq(node.is_leaf,
		    json_is_true(json_object_get(row, "leaf")));
		sum_equals(&node.sum, json_object_get(row, "svalues_wire"));
	}
	ck_assert_uint_eq(i, 21);
	json_decref(vectors);
	recon_set_free(set);
	hashes_release(&all);
}
END_TEST

/* ---- what holds for any tree ---- */

static enum ics_err
member_sum(void *arg, const struct recon_hash *hash)
{
	recon_sum_add(arg, hash);
	return ICS_OK;
}

/* Nodes, members and sums at and below p, as they should be; how many nodes. */
static size_t
node_check(const struct recon_backing *b, const struct recon_prefix *p)
{
	struct recon_node node;
	struct recon_prefix child;
	struct recon_sum sum;
	size_t n = 1;

	if (b->node_get(b->arg, p, &node) != ICS_OK)
		return 0;
	ck_assert_mem_eq(&node.prefix, p, sizeof(*p));
	recon_sum_init(&sum);
	ck_assert_int_eq(b->each(b->arg, p, member_sum, &sum), ICS_OK);
	ck_assert(recon_sum_is_equal(&sum, &node.sum));
	if (node.is_leaf)
		ck_assert_uint_le(sum.n, RECON_SPLIT);
	else
		ck_assert_uint_gt(sum.n, RECON_JOIN);
	for (unsigned i = 0; p->bits < 128 && i < RECON_CHILDREN; i++) {
		size_t below;

		recon_prefix_child(p, i, &child);
		below = node_check(b, &child);
		ck_assert_int_eq(below > 0, !node.is_leaf);
		n += below;
	}
	return n;
}

static void
set_check(struct recon_set *set)
{
	const struct recon_backing *b = recon_set_backing(set);
	size_t n = node_check(b, &root);

	ck_assert_int_eq(n == 0, recon_set_size(set) == 0);
}

/* A fresh tree of the same members has the same sums, wherever. */
static void
sums_compare(struct recon_set *a, struct recon_set *b)
{
	for (size_t i = 0; i < 300; i++) {
		struct recon_hash hash = hash_crowded();
		struct recon_prefix p;
		struct recon_sum x, y;

		recon_prefix_of(&hash, (uint8_t)(2 * fixture_below(65)), &p);
		ck_assert_int_eq(recon_tree_sum(recon_set_backing(a), &p, &x),
		    ICS_OK);
		ck_assert_int_eq(recon_tree_sum(recon_set_backing(b), &p, &y),
		    ICS_OK);
		ck_assert(recon_sum_is_equal(&x, &y));
	}
}

START_TEST(test_random)
{
	struct hashes in = { .n = 0 };
	struct recon_set *set = recon_set_new(), *fresh;

	for (size_t i = 0; i < 12000; i++) {
		/* In waves, so that it splits and joins over and over. */
		bool grow = fixture_below(10) < (i / 1500 % 2 == 0 ? 8u : 1u);
		size_t at = in.n == 0 ? 0 : fixture_below(in.n);

		if (grow || in.n == 0) {
			struct recon_hash *hash = hashes_add(&in);

			*hash = hash_crowded();
			ck_assert(recon_set_add(set, hash));
			ck_assert(!recon_set_add(set, hash));
		} else {
			struct recon_hash hash = in.at[at];

			in.at[at] = in.at[--in.n];
			ck_assert(recon_set_has(set, &hash));
			ck_assert(recon_set_remove(set, &hash));
			ck_assert(!recon_set_remove(set, &hash));
			ck_assert(!recon_set_has(set, &hash));
		}
		ck_assert_uint_eq(recon_set_size(set), in.n);
		if (i % 500 == 0)
			set_check(set);
	}
	fresh = set_of(&in);
	sums_compare(set, fresh);
	while (in.n > 0)
		ck_assert(recon_set_remove(set, &in.at[--in.n]));
	set_check(set);
	recon_set_free(set);
	recon_set_free(fresh);
	hashes_release(&in);
}
END_TEST

/* 50 stay a leaf, the 51st splits; 26 stay an inner node, 25 do not. */
START_TEST(test_thresholds)
{
	struct recon_set *set = recon_set_new();
	const struct recon_backing *b = recon_set_backing(set);
	struct hashes all = { .n = 0 };
	struct recon_node node;

	for (size_t i = 1; i <= 60; i++) {
		*hashes_add(&all) = hash_random();
		ck_assert(recon_set_add(set, &all.at[i - 1]));
		ck_assert_int_eq(b->node_get(b->arg, &root, &node), ICS_OK);
		ck_assert_int_eq(node.is_leaf, i <= 50);
		ck_assert_uint_eq(node.sum.n, i);
	}
	for (size_t i = 59; i > 0; i--) {
		ck_assert(recon_set_remove(set, &all.at[i]));
		ck_assert_int_eq(b->node_get(b->arg, &root, &node), ICS_OK);
		ck_assert_int_eq(node.is_leaf, i <= 25);
	}
	ck_assert(recon_set_remove(set, &all.at[0]));
	ck_assert_int_eq(b->node_get(b->arg, &root, &node), ICS_ENOTFOUND);
	recon_set_free(set);
	hashes_release(&all);
}
END_TEST

/* 130 that differ in their last octet: a tree as deep as it gets. */
START_TEST(test_deep)
{
	struct recon_set *set = recon_set_new();
	struct recon_hash hash = hash_random();

	for (unsigned i = 0; i < 130; i++) {
		hash.b[15] = (uint8_t)(i * 7);
		ck_assert(recon_set_add(set, &hash));
	}
	set_check(set);
	for (unsigned i = 0; i < 130; i++) {
		hash.b[15] = (uint8_t)(i * 7);
		ck_assert(recon_set_remove(set, &hash));
		if (i % 16 == 0)
			set_check(set);
	}
	recon_set_free(set);
}
END_TEST

START_TEST(test_misfits)
{
	struct recon_set *set = recon_set_new();
	struct recon_hash none = { { 2 } };

	ck_assert(!recon_set_add(set, &none));
	ck_assert(!recon_set_remove(set, &none));
	ck_assert_int_eq(recon_tree_add(recon_set_backing(set), &none),
	    ICS_EFORMAT);
	ck_assert_int_eq(recon_tree_remove(recon_set_backing(set), &none),
	    ICS_EFORMAT);
	ck_assert_uint_eq(recon_set_size(set), 0);
	recon_set_free(set);
}
END_TEST

/* ---- building, damage ---- */

/* A backing whose nodes are one set's and whose members are another's. */
struct mixed {
	const struct recon_backing *nodes, *members;
	size_t puts;
};

static enum ics_err
mixed_get(void *arg, const struct recon_prefix *p, struct recon_node *node)
{
	struct mixed *m = arg;

	return m->nodes->node_get(m->nodes->arg, p, node);
}

static enum ics_err
mixed_put(void *arg, const struct recon_node *node)
{
	struct mixed *m = arg;

	m->puts++;
	return m->nodes->node_put(m->nodes->arg, node);
}

static enum ics_err
mixed_drop(void *arg, const struct recon_prefix *p)
{
	struct mixed *m = arg;

	return m->nodes->node_drop(m->nodes->arg, p);
}

static enum ics_err
mixed_each(void *arg, const struct recon_prefix *p, recon_each *call,
    void *call_arg)
{
	struct mixed *m = arg;

	return m->members->each(m->members->arg, p, call, call_arg);
}

static struct recon_backing
mixed_backing(struct mixed *m)
{
	return (struct recon_backing){ mixed_get, mixed_put, mixed_drop,
		mixed_each, m };
}

/* Every node of one is a node of the other. */
static void
nodes_compare(const struct recon_backing *a, const struct recon_backing *b,
    const struct recon_prefix *p)
{
	struct recon_node x, y;
	struct recon_prefix child;
	bool is_there = a->node_get(a->arg, p, &x) == ICS_OK;

	ck_assert_int_eq(b->node_get(b->arg, p, &y) == ICS_OK, is_there);
	if (!is_there)
		return;
	ck_assert(recon_sum_is_equal(&x.sum, &y.sum));
	ck_assert_int_eq(x.is_leaf, y.is_leaf);
	for (unsigned i = 0; p->bits < 128 && i < RECON_CHILDREN; i++) {
		recon_prefix_child(p, i, &child);
		nodes_compare(a, b, &child);
	}
}

START_TEST(test_build)
{
	static const size_t sizes[] = { 0, 1, 50, 51, 333, 4000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct recon_set *set = recon_set_new();
		struct recon_set *built = recon_set_new();
		struct mixed m = { recon_set_backing(built),
			recon_set_backing(set), 0 };
		struct recon_backing b = mixed_backing(&m);

		while (recon_set_size(set) < sizes[i]) {
			struct recon_hash hash = hash_crowded();

			(void)recon_set_add(set, &hash); /* some are alike */
		}
		ck_assert_int_eq(recon_tree_build(&b, &root), ICS_OK);
		nodes_compare(m.members, m.nodes, &root);
		ck_assert_uint_eq(m.puts, node_check(m.members, &root));
		recon_set_free(set);
		recon_set_free(built);
	}
}
END_TEST

/* Members that nobody told the tree of are found out when a leaf splits. */
START_TEST(test_corrupt)
{
	struct recon_set *some = recon_set_new(), *more = recon_set_new();
	struct mixed m = { recon_set_backing(some), recon_set_backing(more),
		0 };
	struct recon_backing b = mixed_backing(&m);
	struct recon_hash hash = hash_random();
	struct recon_node node;

	ck_assert_int_eq(recon_tree_remove(&b, &hash), ICS_ECORRUPT);
	for (size_t i = 0; i < 52; i++) {
		hash = hash_random();
		ck_assert(recon_set_add(more, &hash));
		if (i < 50)
			ck_assert(recon_set_add(some, &hash));
	}
	ck_assert_int_eq(recon_tree_add(&b, &hash), ICS_ECORRUPT);
	recon_set_free(some);
	some = recon_set_new();
	for (size_t i = 0; i < 60; i++) {
		hash = hash_random();
		ck_assert(recon_set_add(some, &hash));
	}
	m.nodes = recon_set_backing(some);
	recon_prefix_of(&hash, 2, &node.prefix);
	ck_assert_int_eq(m.nodes->node_drop(m.nodes->arg, &node.prefix),
	    ICS_OK);
	ck_assert_int_eq(recon_tree_add(&b, &hash), ICS_ECORRUPT);
	ck_assert_int_eq(recon_tree_remove(&b, &hash), ICS_ECORRUPT);
	recon_set_free(some);
	recon_set_free(more);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_vectors);
	tcase_add_test(t, test_random);
	tcase_add_test(t, test_thresholds);
	tcase_add_test(t, test_deep);
	tcase_add_test(t, test_misfits);
	tcase_add_test(t, test_build);
	tcase_add_test(t, test_corrupt);
}

int
main(void)
{
	return fixture_run("recon_tree", add);
}
