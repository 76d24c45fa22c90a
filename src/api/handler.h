/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private to src/api: its handlers, by the rows of routes.def. */
#ifndef API_HANDLER_H
#define API_HANDLER_H

#include "hkp/request.h"

#define X(method, pattern, handler, faces, words) hkp_handler api_##handler;
#include "api/routes.def"
#undef X

#endif
