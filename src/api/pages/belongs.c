/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To which domains an item belongs, of those that the reader may know of. */
#include "api/pages.h"

static void
put_domain(struct buf *rows, const struct api_page_item *it, const char *name)
{
	API_PUT(rows, HKP_PAGE_item_domain,
	    { "name", bytes_of_str(name), false },
	    { "id", bytes_of_str(it->id), false });
}

void
api_page_put_domains(struct buf *out, const struct api_page_item *it)
{
	struct domain_set *set = hkp_request_set(it->rq);
	struct buf rows, body;

	buf_init(&rows, HKP_PAGE_MAX);
	buf_init(&body, HKP_PAGE_MAX);
	for (size_t i = 0; i < domain_set_size(set); i++)
		if (store_bits_has(&it->domains, (unsigned)i) &&
		    hkp_may_read_domain(it->rq, i))
			put_domain(&rows, it, domain_set_name(set, i));
	if (rows.n > 0)
		API_PUT(&body, HKP_PAGE_part_lines,
		    { "rows", buf_bytes(&rows), true });
	api_page_put_section(out, "Where it belongs", &body);
	buf_release(&rows);
	buf_release(&body);
}
