/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tokenizer of the text index, asked directly: a query is cut into words
 * exactly as the User IDs were, and fsck knows which words must be there.
 */
#include <assert.h>

#include "store/handle.h"
#include "store/row.h"

struct taker {
	void (*token)(void *arg, struct bytes token);
	void *arg;
};

/* FTS5 hands out its functions through a pointer bound to a query. */
static enum ics_err
api_get(struct store_reader *r, fts5_api **api)
{
	sqlite3_stmt *stmt = db_query(&r->db, SQL_FIND_FTS5);
	enum ics_err err;
	int rc;

	*api = NULL;
	rc = sqlite3_bind_pointer(stmt, 1, api, "fts5_api_ptr", NULL);
	assert(rc == SQLITE_OK);
	TRY(db_step(&r->db, stmt));
	db_settle(&r->db);
	err = *api != NULL ? ICS_OK : ICS_EDB;
out:
	return err;
}

/* The same as "tokenize" of the schema. */
static enum ics_err
tokenizer_open(struct store_reader *r)
{
	const char *options[] = { "remove_diacritics", "2" };
	struct fts5_tokenizer_at *t = &r->tokens;
	void *own = NULL;
	fts5_api *api;
	enum ics_err err;
	int rc;

	TRY(api_get(r, &api));
	rc = api->xFindTokenizer(api, "unicode61", &own, &t->calls);
	if (rc == SQLITE_OK)
		rc = t->calls.xCreate(own, options, 2, &t->it);
	if (rc != SQLITE_OK)
		err = db_error(&r->db, rc);
out:
	return err;
}

/* foreign signature: FTS5 calls this */
static int
token_take(void *arg, int flags, const char *token, int n, int start, int end)
{
	const struct taker *taker = arg;

	(void)flags; /* synonyms: this tokenizer has none */
	(void)start;
	(void)end;
	taker->token(taker->arg, bytes_of(token, (size_t)n));
	return SQLITE_OK;
}

enum ics_err
store_tokens(struct store_reader *r, struct bytes text,
    void (*token)(void *arg, struct bytes token), void *arg)
{
	struct taker taker = { token, arg };
	enum ics_err err = ICS_OK;
	int rc;

	if (text.n == 0)
		return ICS_OK;
	if (r->tokens.it == NULL)
		TRY(tokenizer_open(r));
	rc = r->tokens.calls.xTokenize(r->tokens.it, &taker,
	    FTS5_TOKENIZE_DOCUMENT, (const char *)text.p, (int)text.n,
	    token_take);
	if (rc != SQLITE_OK)
		err = db_error(&r->db, rc);
out:
	return err;
}

void
store_tokens_close(struct store_reader *r)
{
	if (r->tokens.it != NULL)
		r->tokens.calls.xDelete(r->tokens.it);
	r->tokens.it = NULL;
}
