# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Documents against the schemas of hkp/schema; read after lib.sh. Python is
# started once a script; descriptors 7 and 8 are the way to it.
#
#	valid NAME [FILE]   the file ($tmp/body) is what NAME.json describes

skip_unless python3

mkfifo "$tmp/schema.ask" "$tmp/schema.say"
python3 "$srcdir/t/schema.py" "$srcdir/hkp/schema" \
	<"$tmp/schema.ask" >"$tmp/schema.say" 2>"$tmp/schema.err" &
schema_pid=$!
exec 7>"$tmp/schema.ask" 8<"$tmp/schema.say"
at_exit 'exec 7>&- 8<&-; { kill "$schema_pid" && wait "$schema_pid"; } 2>/dev/null'
read -r schema_said <&8 || {
	grep -q "No module named 'jsonschema'" "$tmp/schema.err" &&
		skip_all 'python3-jsonschema is not installed'
	cat "$tmp/schema.err"
	exit 99
}

valid() {
	echo "$1 ${2:-$tmp/body}" >&7 && read -r schema_said <&8 &&
		same valid "$schema_said"
}
