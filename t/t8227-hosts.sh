#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two domains behind one address, told apart by their host names: the Host of a
# request says which is meant, its token what may be seen, and the name that TLS
# was asked for says nothing.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
skip_unless curl openssl jq

# token NAME: $NAME_token, $NAME_hash
token() {
	"$ICS" token new >"$tmp/$1.token" &&
		eval "$1_token=\$(head -n 1 '$tmp/$1.token')" &&
		eval "$1_hash=\$(sed -n 's/.*{\"\(.*\)\"}.*/\1/p' '$tmp/$1.token')"
}
# descriptor NAME MEMBER HASH
descriptor() {
	printf 'domain "%s" {
		serial = 1
		owner = "04%s"
		member { items = {"04%s"} }
		read { hosts = {"%s.example"} tokens = {"%s"} }
	}\n' "$1" "$owner" "$2" "$1" "$3" >"$tmp/$1" &&
		gpg -u "$owner" --clearsign "$tmp/$1" &&
		"$ICS" -D "$icsd_dir" -q policy put "$tmp/$1.asc"
}
# ask SNI HOST TOKEN PATH: the status; the answer in $tmp/body, but for its time
ask() {
	curl -sSk -o "$tmp/whole" -w '%{http_code}' -H "Host: $2" \
		-H "Authorization: Bearer $3" --connect-to "$1:443:127.0.0.1:$port" \
		"https://$1$4" &&
		sed 's/"\(at\|until\)": *"[^"]*"//g' "$tmp/whole" >"$tmp/body"
}
# alike HOST TOKEN PATH: the same for each name that TLS may be asked for
alike() {
	status=$(ask "$1" "$@") && cp "$tmp/body" "$tmp/first" || return
	for sni in north.example south.example other.example 127.0.0.1; do
		same "$status" "$(ask "$sni" "$@")" &&
			cmp "$tmp/first" "$tmp/body" || return
	done
	echo "$status" >"$tmp/status"
}
# is STATUS HOST TOKEN PATH
is() {
	is_status=$1
	shift
	alike "$@" && same "$is_status" "$(cat "$tmp/status")"
}

test_ok 'a server with two domains, a thing in each' '
	gpg_home && gpg_key Owner && owner=$gpg_fpr && gpg_key Pump && pump=$gpg_fpr &&
	gpg_key Valve && valve=$gpg_fpr && gpg --export >"$tmp/all.pgp" &&
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj /CN=north.example -keyout "$tmp/key" -out "$tmp/cert" 2>/dev/null &&
	icsd_start one -l https://127.0.0.1:0 --tls-cert "$tmp/cert" --tls-key "$tmp/key" &&
	port=${icsd_https##*:} && "$ICS" -D "$icsd_dir" -q load "$tmp/all.pgp" &&
	token north && token south &&
	descriptor north "$pump" "$north_hash" && descriptor south "$valve" "$south_hash"
'
pump_path="/pks/lookup?op=get&options=mr&search=0x$pump"
valve_path="/pks/lookup?op=get&options=mr&search=0x$valve"
test_ok 'without a token neither is there, whatever was asked for' '
	wait_until 60 "test 404 = \$(ask north.example north.example none \"$pump_path\") &&
		test 404 = \$(ask south.example south.example none \"$valve_path\")" &&
	is 404 north.example none "$pump_path" && is 404 south.example none "$pump_path" &&
	is 404 other.example none "$valve_path"
'
test_ok 'who may read one domain reads that, under its name' '
	is 200 north.example "$north_token" "$pump_path" &&
	is 404 north.example "$north_token" "$valve_path" &&
	is 200 south.example "$south_token" "$valve_path" &&
	is 404 south.example "$south_token" "$pump_path"
'
test_ok 'and under the name of another: the token is what counts' '
	is 404 south.example "$north_token" "$valve_path" &&
	is 404 north.example "$south_token" "$pump_path"
'
test_ok 'decisions go by the domain of Host' '
	is 200 north.example "$north_token" "/ics/v1/check?subject=$pump" &&
	same north "$(jq -r .domain "$tmp/whole")" &&
	is 200 south.example "$south_token" "/ics/v1/check?subject=$valve" &&
	same south "$(jq -r .domain "$tmp/whole")"
'
test_ok 'a domain outside of one'"'"'s rights is as one that is not there' '
	is 404 north.example "$north_token" /ics/v1/domains/south && cp "$tmp/body" "$tmp/south" &&
	is 404 north.example "$north_token" /ics/v1/domains/nowhere &&
	sed s/south/nowhere/g "$tmp/south" | cmp - "$tmp/body"
'
test_done
