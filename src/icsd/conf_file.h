/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration file, read by libconfuse into struct conf. */
#ifndef ICSD_CONF_FILE_H
#define ICSD_CONF_FILE_H

#include "icsd/conf.h"

/* Put what c->file says into c; complaints say what is wrong in it. */
void conf_file_read(struct conf *c, bool must_exist);

/*
 * Used by conf_file_read: option gets these texts (lent), which stand at
 * line. Complains when one of them will not do.
 */
void conf_put(struct conf *c, const struct conf_given *given, size_t n,
    int line);

#endif
