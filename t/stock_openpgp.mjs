// SPDX-License-Identifier: LGPL-2.1-or-later
//
// stock_openpgp.mjs FOLDER CERT RECORD: exit 0 when openpgp.js (below
// FOLDER/node_modules) finds the record, a signature over the empty document,
// good by the certificate.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [folder, cert, record] = process.argv.slice(2);
const openpgp = createRequire(`${folder}/`)('openpgp');
const verified = await openpgp.verify({
	message: await openpgp.createMessage({ binary: new Uint8Array(0) }),
	signature: await openpgp.readSignature({
		armoredSignature: readFileSync(record, 'utf8') }),
	verificationKeys: await openpgp.readKey({
		armoredKey: readFileSync(cert, 'utf8') }),
	format: 'binary',
});
await verified.signatures[0].verified;
