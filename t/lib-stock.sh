# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Other people's verifiers of a record, each over the empty document; read
# after lib.sh. Invariant: none of our own code takes part.
#
#	stock_verify TOOL CERT RECORD   TOOL: gpg, sq, pgpy, openpgpjs; armored
#	                                files; true when it calls it good
#	stock_tools                     those that are here, one a line
#
# openpgp.js is looked for in $OPENPGPJS, a folder with node_modules, which
# contrib/check fills.

# Debian's own interpreter: that is whose modules Debian's packages are.
PYTHON=${PYTHON:-/usr/bin/python3}
OPENPGPJS=${OPENPGPJS:-$builddir/node}

stock_tools() {
	for stock_tool in gpg sq pgpy openpgpjs; do
		"stock_has_$stock_tool" >/dev/null 2>&1 && echo "$stock_tool"
	done
	return 0
}

stock_has_gpg() { command -v gpg; }
stock_has_sq() { command -v sq; }
stock_has_pgpy() { "$PYTHON" -c 'import pgpy'; }
stock_has_openpgpjs() {
	command -v node && test -d "$OPENPGPJS/node_modules/openpgp"
}

stock_verify() {
	"stock_by_$1" "$2" "$3"
}

stock_by_gpg() {
	mkdir -p -m 700 "$tmp/stock-gpg"
	rm -f "$tmp/stock-gpg"/pubring.*
	gpg --homedir "$tmp/stock-gpg" --batch --quiet --no-autostart \
		--import "$1" &&
		gpg --homedir "$tmp/stock-gpg" --batch --no-autostart \
			--trust-model always --verify "$2" /dev/null
}

stock_by_sq() {
	sq verify --signer-cert "$1" --detached "$2" /dev/null
}

stock_by_pgpy() {
	"$PYTHON" -W ignore "$srcdir/t/stock_pgpy.py" "$1" "$2"
}

stock_by_openpgpjs() {
	node "$srcdir/t/stock_openpgp.mjs" "$OPENPGPJS" "$1" "$2"
}
