/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cases about a descriptor: read, and those that can be read are judged. */
#include "domain/domain.h"

#define NOW 1790000000

static const char descriptor[] =
    "domain \"x\" { serial = 1 level = open\n"
    "owner = \"0444444444444444444444444444444444444444dd\"\n"
    "party acme { key = \"0411111111111111111111111111111111111111aa\" }\n"
    "grant acme { role = {manufacturer, owner} scope = \"Acme/T*\"\n"
    "    regrant = yes until = 2028-12-31 }\n"
    "member { where = \"manu=Acme\" certified-by = {manufacturer} }\n"
    "require device { must = {owner} needs = 2 }\n"
    "read { networks = {\"10.0.0.0/8\"} peers = {\"acme\"} }\n"
    "state stolen { needs = 2 }\n"
    "}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct domain_complaints c = { 0 };
	struct policy_domain *d = domain_read(bytes_of_str(descriptor), &c);
	struct domain_cases all;

	domain_cases_read(bytes_of(data, size), d, &c, &all);
	for (size_t i = 0; i < all.n; i++) {
		struct domain_answer a;

		domain_case_judge(d, &all.at[i], NOW, &a);
		domain_answer_release(&a);
	}
	domain_cases_free(&all);
	domain_complaints_release(&c);
	policy_domain_free(d);
	return 0;
}
