/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Routes above the keyserver's: what the operator asks on the local socket.
 * They are rows that hkp_new takes; hkp/README is the wire contract.
 */
#ifndef API_API_H
#define API_API_H

#include "hkp/hkp.h"
#include "hkp/request.h"

extern const struct hkp_route_table api_routes;

#endif
