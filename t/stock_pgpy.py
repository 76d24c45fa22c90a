# SPDX-License-Identifier: LGPL-2.1-or-later
#
# stock_pgpy.py CERT RECORD: exit 0 when PGPy finds the record, a signature
# over the empty document, good by the certificate.

import sys

import pgpy

cert, _ = pgpy.PGPKey.from_file(sys.argv[1])
record = pgpy.PGPSignature.from_file(sys.argv[2])
sys.exit(0 if cert.verify(b"", record) else 1)
