#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The daemon as its operator meets it: command line, configuration, start,
# reload, the end.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl openssl

# log EXTENDED-REGEX: a line of the log is like this
logged() {
	grep -Eq -e "$1" "$icsd_err"
}

# Ask again until the log says so.
wait_logged() {
	log_wanted=$1
	wait_until 20 'logged "$log_wanted"' || {
		tail -n 20 "$icsd_err"
		return 1
	}
}

# What a reload logs, counted, since a log only grows.
reloads() {
	grep -Ec ' (reloaded|reload-refused) ' "$icsd_err"
}

reload() {
	reloads_before=$(reloads)
	kill -HUP "$icsd_pid" &&
		wait_until 20 'test "$(reloads)" -gt "$reloads_before"'
}

# ---- command line -----------------------------------------------------------

test_ok 'help and version' '
	"$ICSD" -h | grep -q "^usage: icsd" &&
	"$ICSD" --version | grep -q "^icsd [0-9]"
'
usage_lacks() {
	for option in -n -d -f -D -l --profile --tls-cert --tls-key --admin; do
		"$ICSD" -h | grep -q -e "\[\?$option[] ]" || echo "$option"
	done
}
test_ok 'every option is in the usage' 'same "" "$(usage_lacks)"'
for words in -x --no-such stray '-f' '-D'; do
	test_ok "wrong usage: $words" '
		fails_with 2 timeout 60 "$ICSD" $words 2>"$tmp/usage" &&
		grep -q "^usage: icsd" "$tmp/usage"
	'
done

# ---- configuration ----------------------------------------------------------

example=$srcdir/contrib/examples/icsd.conf

# Name and default of every option, by the table.
table() {
	$AWK '/^X\(/ { row = "" } { row = row $0 } /"\)$/ {
		split(row, part, "\""); print part[2], part[4] }' \
		"$srcdir/src/icsd/options.def"
}

# Name and value of every option that the example shows.
shown() {
	sed -n 's/^#\([a-z-]*\) = \(.*\)/\1 \2/p' "$example" | tr -d '"'
}

# These have no default that an example could show.
has_default() {
	grep -Ev '^(user|group|tls-[a-z]*|hostname|nodename|contact|root|right|peer) '
}

test_ok 'the example is good' '
	"$ICSD" -n -f "$example" | grep -q "icsd.conf: good"
'
test_ok 'it shows every option, and no other' '
	test "$(table | wc -l)" -ge 20 &&
	same "$(table | cut -d " " -f 1 | sort)" \
		"$(shown | cut -d " " -f 1 | sort)"
'
test_ok 'its values are the defaults' '
	same "$(table | has_default | sort)" "$(shown | has_default | sort)"
'
test_ok 'and are good when they are said' '
	sed "s/^#\([a-z-]* = \)/\1/" "$example" |
		grep -Ev "^(user|group|tls-)" >"$tmp/said.conf" &&
	test "$(grep -c "^[a-z]" "$tmp/said.conf")" -ge 15 &&
	"$ICSD" -n -f "$tmp/said.conf"
'
printf 'log-level = note\nconnections = many\n\nadmin = example.net\n' \
	>"$tmp/bad.conf"
test_ok '-n names file and line of each fault' '
	fails_with 2 timeout 60 "$ICSD" -n -f "$tmp/bad.conf" 2>"$tmp/faults" &&
	grep -q "^$tmp/bad.conf:2: connections: \"many\"" "$tmp/faults" &&
	grep -q "^$tmp/bad.conf:4: admin: \"example.net\"" "$tmp/faults" &&
	same 2 "$(wc -l <"$tmp/faults")"
'
printf 'claims = yes\nroot = {"04%s",\n  "%s"}\nright = "owner 04abc"\n' \
	0123456789012345678901234567890123456789 short >"$tmp/roots.conf"
test_ok '-n names file and line of a bad fingerprint' '
	fails_with 2 timeout 60 "$ICSD" -n -f "$tmp/roots.conf" 2>"$tmp/faults" &&
	grep -q "^$tmp/roots.conf:3: root: \"short\"" "$tmp/faults" &&
	grep -q "^$tmp/roots.conf:4: right: \"owner 04abc\"" "$tmp/faults" &&
	same 2 "$(wc -l <"$tmp/faults")" &&
	fails_with 2 timeout 60 "$ICSD" -n --root xyz 2>"$tmp/faults" &&
	grep -q "^command line: root: \"xyz\"" "$tmp/faults"
'
test_ok 'a start refuses it too, and makes nothing' '
	fails_with 2 timeout 60 "$ICSD" -d -f "$tmp/bad.conf" -D "$tmp/none" \
		2>"$tmp/faults" &&
	grep -q "bad.conf:4: admin" "$tmp/faults" && ! test -e "$tmp/none"
'
printf 'user = no-such-user-here\ntls-cert = %s\ntls-key = /no/such\n' \
	"$tmp/bad.conf" >"$tmp/machine.conf"
test_ok '-n looks at the machine as well' '
	fails_with 2 timeout 60 "$ICSD" -n -f "$tmp/machine.conf" 2>"$tmp/faults" &&
	grep -q "machine.conf:1: user: there is no user" "$tmp/faults" &&
	grep -q "machine.conf:2: tls-cert: .*no PEM certificate" "$tmp/faults" &&
	grep -q "machine.conf:3: tls-key: /no/such: No such" "$tmp/faults"
'
test_ok 'a file that is named must exist' '
	fails_with 2 timeout 60 "$ICSD" -n -f "$tmp/absent.conf" 2>"$tmp/faults" &&
	grep -q "absent.conf: No such file" "$tmp/faults"
'
for profile in open infield maintenance manufacturer developer certifier; do
	test_ok "profile $profile is known" '
		timeout 60 "$ICSD" -n --profile "$profile"
	'
done
test_ok 'another profile is refused with the names of those' '
	fails_with 2 timeout 60 "$ICSD" -n --profile other 2>"$tmp/faults" &&
	grep -q "profile: \"other\" .*manufacturer.*certifier" "$tmp/faults"
'

# ---- start ------------------------------------------------------------------

test_ok 'an empty folder becomes a server' '
	icsd_start plain --admin 127.0.0.1:0 &&
	expr "$icsd_http" : "http://127.0.0.1:[1-9][0-9]*$" &&
	expr "$icsd_admin" : "admin://127.0.0.1:[1-9][0-9]*$" &&
	same 404 "$(http_code "/pks/lookup?op=get&search=0x$(
		printf "%040d" 0)")"
'
plain_pid=$icsd_pid plain_port=$icsd_port
test_ok 'the operator socket is his alone' '
	same "600 socket" "$(stat -c "%a %F" "$icsd_dir/icsd.sock")" &&
	test "$(stat -c %a "$icsd_dir/store.db")" -le 640
'
test_ok 'health is on the admin listener' '
	same 200 "$(curl -s -o /dev/null -w "%{http_code}" \
		"http://${icsd_admin#admin://}/readyz")"
'
test_ok 'a second server on the folder is refused with words' '
	fails_with 1 timeout 60 "$ICSD" -d -D "$tmp/plain" -l 127.0.0.1:0 \
		>"$tmp/second" 2>&1 &&
	grep -q "another icsd or ics works on this folder" "$tmp/second" &&
	! grep -q "^listening" "$tmp/second" &&
	test -S "$tmp/plain/icsd.sock" &&
	same 404 "$(http_code /no/such)"
'
test_ok 'a taken port is refused with words' '
	fails_with 1 timeout 60 "$ICSD" -d -D "$tmp/other" -l "127.0.0.1:$plain_port" \
		>"$tmp/second" 2>&1 &&
	grep -q "listen-failed address=127.0.0.1:$plain_port .*another program" \
		"$tmp/second"
'
test_ok 'TERM ends it with 0, and its socket goes' '
	icsd_stop "$plain_pid" && logged "stopped status=ICS_OK" &&
	! test -e "$tmp/plain/icsd.sock"
'
test_ok 'the state folder is made private' '
	"$ICSD" -d -D "$tmp/made" -l 127.0.0.1:0 >"$tmp/made.out" \
		2>"$tmp/made.err" & icsd_pid=$! &&
	wait_until 60 "grep -q ^listening $tmp/made.out" &&
	same 700 "$(stat -c %a "$tmp/made")" &&
	kill -INT "$icsd_pid" && wait "$icsd_pid"
'
test_ok 'the folder above it is not made' '
	fails_with 1 timeout 60 "$ICSD" -d -D "$tmp/no/such" -l 127.0.0.1:0 \
		>"$tmp/second" 2>&1 &&
	grep -q "state-dir dir=$tmp/no/such .*make the folder above" \
		"$tmp/second"
'
cat >"$tmp/over.conf" <<X
state-dir = "$tmp/from-file"
listen    = {"127.0.0.1:1", "192.0.2.1:2"}
log-level = error
X
test_ok 'options override the file' '
	icsd_start over -f "$tmp/over.conf" -l 127.0.0.1:0 &&
	test -f "$tmp/over/store.db" && ! test -e "$tmp/from-file" &&
	same 1 "$(grep -c ^listening "$icsd_out")" &&
	! logged " note ready " && icsd_stop
'
if test -e /proc/sys/net/ipv6 && test "$(cat \
	/proc/sys/net/ipv6/conf/lo/disable_ipv6)" = 0; then
	test_ok 'localhost and every address are IPv4 and IPv6, one port' '
		icsd_start both -l localhost:0 -l :0 &&
		same 4 "$(grep -c ^listening "$icsd_out")" &&
		sed -n 2p "$icsd_out" | grep -q "http://\[::1\]:$icsd_port\$" &&
		same 2 "$(grep -c ":$icsd_port\$" "$icsd_out")" &&
		same 404 "$(curl -s -o /dev/null -w "%{http_code}" \
			"http://[::1]:$icsd_port/no/such")" &&
		same 404 "$(http_code /no/such)" && icsd_stop
	'
else
	test_skip 'IPv4 and IPv6' 'this machine has no IPv6'
fi

# ---- reload -----------------------------------------------------------------

printf 'body-octets = 8M\nlog-level = debug\n' >"$tmp/live.conf"
head -c 4096 /dev/zero | tr '\0' x >"$tmp/large"
test_ok 'limits of the file hold after a reload' '
	icsd_start live -f "$tmp/live.conf" &&
	test 413 != "$(http_code /pks/add --data-binary "@$tmp/large")" &&
	echo "body-octets = 1K" >"$tmp/live.conf" && reload &&
	logged " note reloaded file=$tmp/live.conf" &&
	same 413 "$(http_code /pks/add --data-binary "@$tmp/large")"
'
test_ok 'a wrong file changes nothing, and is named with its line' '
	printf "body-octets = 8M\n\nconnections = 0\n" >"$tmp/live.conf" &&
	reload && logged "configuration $tmp/live.conf:3: connections: \"0\"" &&
	logged "reload-refused .*the old configuration stays" &&
	same 413 "$(http_code /pks/add --data-binary "@$tmp/large")"
'
test_ok 'what counts from the next start is said' '
	echo "checkers = 1" >"$tmp/live.conf" && reload &&
	logged "needs-restart option=checkers" && ! logged "option=body-octets" &&
	! logged "option=listen" && icsd_stop
'

# ---- TLS --------------------------------------------------------------------

# certificate NAME: a key and its certificate for 127.0.0.1
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 2 -subj "/CN=$1" -addext 'subjectAltName=IP:127.0.0.1' \
		-keyout "$tmp/$1.key" -out "$tmp/$1.crt" 2>"$tmp/openssl.err"
}

# serve_with NAME: renew as certbot does, by a new file behind a link
serve_with() {
	ln -sfn "../$1.crt" "$tmp/tls/cert.pem" &&
		ln -sfn "../$1.key" "$tmp/tls/key.pem"
}

mkdir "$tmp/tls"
certificate one && certificate two && serve_with one
test_ok 'with a certificate a listener speaks HTTPS' '
	icsd_start tls --tls-cert "$tmp/tls/cert.pem" \
		--tls-key "$tmp/tls/key.pem" &&
	same "" "$icsd_http" && test -n "$icsd_https" &&
	same 404 "$(http_code /no/such --cacert "$tmp/one.crt")" &&
	! http_code /no/such --cacert "$tmp/two.crt"
'
test_ok 'only TLS 1.2 and later' '
	! http_code / --cacert "$tmp/one.crt" --tls-max 1.1 --ciphers \
		DEFAULT@SECLEVEL=0 &&
	same 404 "$(http_code /no/such --cacert "$tmp/one.crt" --tls-max 1.2)" &&
	same 404 "$(http_code /no/such --cacert "$tmp/one.crt" --tlsv1.3)"
'
test_ok 'a reload takes the new certificate' '
	serve_with two && reload && logged " reloaded " &&
	same 404 "$(http_code /no/such --cacert "$tmp/two.crt")" &&
	! http_code /no/such --cacert "$tmp/one.crt"
'
test_ok 'a broken one is refused, and the old one stays' '
	echo rubbish >"$tmp/three.crt" && cp "$tmp/two.key" "$tmp/three.key" &&
	serve_with three && reload &&
	logged "command line: tls-cert: .*holds no PEM certificate" &&
	same 404 "$(http_code /no/such --cacert "$tmp/two.crt")"
'
test_ok 'so is one that does not belong to the key' '
	cp "$tmp/one.crt" "$tmp/three.crt" && serve_with three && reload &&
	same 2 "$(grep -c reload-refused "$icsd_err")" &&
	same 404 "$(http_code /no/such --cacert "$tmp/two.crt")" && icsd_stop
'
test_ok 'a start with them is refused' '
	fails_with 2 timeout 60 "$ICSD" -d -D "$tmp/mixed" -l 127.0.0.1:0 \
		--tls-cert "$tmp/three.crt" --tls-key "$tmp/three.key" \
		>"$tmp/second" 2>&1 &&
	grep -q "belong together" "$tmp/second"
'
test_ok 'HTTP beside HTTPS' '
	icsd_start mixed -l 127.0.0.1:0 -l https://127.0.0.1:0 \
		--tls-cert "$tmp/one.crt" --tls-key "$tmp/one.key" &&
	test -n "$icsd_http" && test -n "$icsd_https" &&
	same 404 "$(http_code /no/such)" &&
	same 404 "$(curl -s -o /dev/null -w "%{http_code}" \
		--cacert "$tmp/one.crt" "$icsd_https/no/such")" && icsd_stop
'
test_ok 'a key that everybody may read is warned about' '
	chmod 644 "$tmp/one.key" &&
	icsd_start mixed -l https://127.0.0.1:0 --tls-cert "$tmp/one.crt" \
		--tls-key "$tmp/one.key" &&
	logged "warn tls-key file=$tmp/one.key .*chmod" && icsd_stop
'

# ---- the end ----------------------------------------------------------------

head -c 300000 /dev/zero | tr '\0' x >"$tmp/slow"
test_ok 'a server to end' 'icsd_start drain'
test_ok 'a request that runs at TERM gets its answer' '
	curl -v -s -o /dev/null -w "%{http_code}" --limit-rate 150k \
		-H Expect: --data-binary "@$tmp/slow" "$icsd_http/pks/add" \
		>"$tmp/slow.code" 2>"$tmp/slow.log" &
	slow=$! &&
	wait_until 20 "grep -q \"^> POST\" $tmp/slow.log" &&
	icsd_stop && wait "$slow" &&
	expr "$(cat "$tmp/slow.code")" : "[24]..$" &&
	! http_code /no/such
'

# ---- in the background ------------------------------------------------------

back_pid() {
	sed -n 's/.* ready .* pid=\([0-9]*\)$/\1/p' "$tmp/back/icsd.log" |
		tail -n 1
}

test_ok 'without -d it goes to the background when it is ready' '
	"$ICSD" -D "$tmp/back" -l 127.0.0.1:0 >"$tmp/back.out" &&
	icsd_http=$(sed -n "s/^listening //p" "$tmp/back.out") &&
	wait_until 20 "test -n \"\$(back_pid)\"" && icsd_pid=$(back_pid) &&
	icsd_pids="$icsd_pids $icsd_pid" &&
	same 404 "$(http_code /no/such)"
'
icsd_err=$tmp/back/icsd.log
test_ok 'a reload begins a log that was moved away anew' '
	mv "$icsd_err" "$icsd_err.0" && kill -HUP "$icsd_pid" &&
	wait_until 20 "test -f $icsd_err" && kill -TERM "$icsd_pid" &&
	wait_logged "stopped status=ICS_OK" &&
	wait_until 20 "! kill -0 $icsd_pid 2>/dev/null"
'
test_ok 'a start that fails is told at once' '
	fails_with 1 timeout 60 "$ICSD" -D "$tmp/no/such" -l 127.0.0.1:0
'
test_done
