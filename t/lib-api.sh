# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Asking the ICS API; read after lib-icsd.sh and lib-hkp.sh.
#
#	api PATH [CURL-OPTION...]   ask below /ics/v1; prints the status, leaves
#	                            $tmp/head and $tmp/body
#	valid NAME [FILE]           the answer (or file) is what hkp/schema/NAME.json
#	                            describes
#	is FILTER                   jq finds it true of the answer

skip_unless jq python3
python3 -c 'import jsonschema' 2>/dev/null ||
	skip_all 'python3-jsonschema is not installed'

api() {
	api_path=$1
	shift
	http_code "/ics/v1$api_path" "$@"
}

valid() {
	python3 "$srcdir/t/schema.py" "$srcdir/hkp/schema/$1.json" \
		"${2:-$tmp/body}"
}

is() {
	jq -e "$1" "$tmp/body"
}
