#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The commands that sign: what each says, where it stands, and what they refuse
# to sign; who signs; that a server gets it, and who signed, too.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
ICS=${ICS:-$builddir/ics}

lower() { echo "$1" | tr A-F a-f; }
# said FILE: the notations of a file's first signature, sorted
said() {
	gpg --list-packets "$1" | sed -n 's/.*(notation: \(.*\))$/\1/p' | sort
}
# says FILE LINE...: exactly these notations
says() {
	said_file=$1
	shift
	same "$(printf '%s\n' "$@" | sort)" "$(said "$said_file")"
}
at='--date 2026-11-26T10:00:00Z'
seq=seq@ics.example=1795687200

test_ok 'a maker with a signing subkey, a device, an owner' '
	gpg_home && gpg_at 20260101T000000 --quick-generate-key "Acme <acme@x.example>" ed25519 sign,cert never &&
	acme=$(gpg --with-colons --list-keys acme@x.example | $AWK -F: "/^fpr/ { print \$10; exit }") &&
	gpg_at 20260102T000000 --quick-add-key "$acme" rsa2048 sign never &&
	subkey=$(gpg --with-colons --list-keys "$acme" | $AWK -F: "/^fpr/ { f = \$10 } END { print f }") &&
	gpg_at 20260101T000000 --quick-generate-key "T1000 000123" ed25519 sign,cert never &&
	device=$(gpg --with-colons --list-keys "=T1000 000123" | $AWK -F: "/^fpr/ { print \$10; exit }") &&
	gpg_at 20260101T000000 --quick-generate-key "Owner" rsa2048 sign,cert never &&
	owner=$(gpg --with-colons --list-keys "=Owner" | $AWK -F: "/^fpr/ { print \$10; exit }") &&
	gpg --export "$device" >"$tmp/device.pgp" && dev=dev:04$(lower "$device") &&
	export ICS_SERVER=http://127.0.0.1:9
'

# ---- what is said -----------------------------------------------------------

test_ok 'state: a record, by the signing subkey' '
	"$ICS" state "$device" in-use --as acme@x.example $at --since 2026-11-01 -o "$tmp/r.asc" &&
	says "$tmp/r.asc" rec@ics.example=device-status/1 "subject@ics.example=$dev" \
		status@ics.example=active since@ics.example=2026-11-01T00:00:00Z $seq &&
	gpg --status-fd 1 --verify "$tmp/r.asc" /dev/null | grep "VALIDSIG $subkey 2026-11-26 1795687200"
'
test_ok 'approve, label, endorse: certifications by the primary key' '
	"$ICS" approve "$tmp/device.pgp" --as "$acme" $at -o "$tmp/c.asc" &&
	gpg --import "$tmp/c.asc" &&
	gpg --with-colons --check-sigs "$device" | grep "^sig:!.*:10x:.*:$acme:" &&
	"$ICS" label "$tmp/device.pgp" "safety:SIL 2" --as "$acme" $at -o - |
		gpg --list-packets | grep "label@ics.example=safety:SIL 2" &&
	"$ICS" endorse "$tmp/device.pgp" --as "$acme" --scheme matter --id "CSA 1" \
		--level a=b --until 2028-01-01 -o - | gpg --list-packets |
		grep "approval@ics.example=scheme=matter;id=CSA%201;level=a%3Db;until=2028-01-01T00:00:00Z;state=granted"
'
test_ok 'grant: a role, its scope and its end' '
	"$ICS" grant "$tmp/device.pgp" integrator --scope Acme/T1000 --until 2028-01-01T00:00:00Z \
		--as "$acme" -o - | gpg --list-packets |
		grep "role@ics.example=integrator;scope=Acme/T1000;until=2028-01-01T00:00:00Z"
'
printf 'firmware' >"$tmp/fw.bin"
fw=$(sha256sum "$tmp/fw.bin" | cut -c 1-64)
test_ok 'code add: its digest twice, its size, its targets' '
	"$ICS" code add "$tmp/fw.bin" --as "$acme" $at --name t1000-fw --release 2.4.1 --kind firmware \
		--target "Acme/T1000,Acme/T2000/B" --seq-code 41 -o "$tmp/code.asc" &&
	says "$tmp/code.asc" rec@ics.example=code/1 "subject@ics.example=code:sha256:$fw" \
		"code-hash@ics.example=sha256:$fw fw.bin" "hash=[not human readable]" \
		code-name@ics.example=t1000-fw code-version@ics.example=2.4.1 \
		code-kind@ics.example=firmware code-seq@ics.example=41 \
		code-target@ics.example=Acme/T1000 code-target@ics.example=Acme/T2000/B \
		code-size@ics.example=8 $seq &&
	gpg --verify "$tmp/code.asc" /dev/null
'
test_ok 'code state, by file or by digest' '
	"$ICS" code state "$tmp/fw.bin" withdrawn --as "$acme" $at -o "$tmp/1" &&
	"$ICS" code state "sha256:$fw" withdrawn --as "$acme" $at -o "$tmp/2" &&
	same "$(said "$tmp/1")" "$(said "$tmp/2")" && said "$tmp/1" | grep code-status@ics.example=withdrawn
'
test_ok 'a transfer: an offer, and its acceptance by the digest of the offer' '
	"$ICS" transfer offer "$device" --as "$acme" --owner "$owner" $at -o "$tmp/offer.asc" &&
	says "$tmp/offer.asc" rec@ics.example=device-status/1 "subject@ics.example=$dev" \
		status@ics.example=transferred "owner@ics.example=04$(lower "$owner")" $seq &&
	"$ICS" transfer accept "$device" --as Owner --prev "$tmp/offer.asc" $at -o "$tmp/accept.asc" &&
	said "$tmp/accept.asc" | grep "prev@ics.example=sha256:[0-9a-f]\{64\}$" &&
	said "$tmp/accept.asc" | grep status@ics.example=active
'
test_ok 'revoke: a record takes a record back' '
	"$ICS" revoke "$tmp/offer.asc" --as "$acme" --reason "wrong device" -o "$tmp/back.asc" &&
	digest=$(said "$tmp/accept.asc" | sed -n "s/^prev@ics.example=//p") &&
	said "$tmp/back.asc" | grep "revokes@ics.example=$digest" &&
	said "$tmp/back.asc" | grep "subject@ics.example=rec:$digest"
'
test_ok 'revoke: a certification of ours by 0x30, which gpg knows' '
	gpg --export "$device" >"$tmp/certified.pgp" &&
	"$ICS" certify "$tmp/device.pgp" --as Owner --json $at -o "$tmp/o.asc" | tee "$tmp/json" &&
	digest=$(sed -n "s/.*\"digest\": \"\(.*\)\".*/\1/p" "$tmp/json") &&
	gpg --import "$tmp/o.asc" &&
	"$ICS" revoke "$digest" "$tmp/o.asc" --as Owner -o "$tmp/back.asc" && gpg --import "$tmp/back.asc" &&
	gpg --with-colons --check-sigs "$device" | grep "^rev:!.*:30x:.*:$owner:"
'

# ---- what is set, and refused ---------------------------------------------------

test_ok 'certify: --set, with commas, names with and without domain' '
	"$ICS" certify "$tmp/device.pgp" --as "$acme" --set manu=Acme --set "model@ics.example=T, 1000" \
		--set serial=7 --set note@acme.example=x --carrier record -o "$tmp/r" &&
	said "$tmp/r" >"$tmp/said" && grep -x manu=Acme "$tmp/said" &&
	grep -x "model=T, 1000" "$tmp/said" && grep -x serial@ics.example=7 "$tmp/said" &&
	grep -x note@acme.example=x "$tmp/said" && grep -x rec@ics.example=device/1 "$tmp/said"
'
refused() {
	fails_with 2 "$ICS" "$@" --as "$acme" -o "$tmp/never" && ! test -e "$tmp/never"
}
test_ok 'values against their syntax, unknown names, states that are none' '
	refused certify "$tmp/device.pgp" --set maker=nobody &&
	refused certify "$tmp/device.pgp" --set modl=T1000 &&
	refused certify "$tmp/device.pgp" --set manu=A --set manu=B &&
	refused state "$device" gone &&
	refused state "$device" withdrawn &&
	refused state "$device" lost --since yesterday &&
	refused state "$device" lost --carrier pigeon &&
	refused code state "sha256:$fw" stolen &&
	refused transfer offer "$device" && refused transfer accept "$device" &&
	refused transfer steal "$device" && refused code drop "$tmp/fw.bin" &&
	refused endorse "$device" --scheme x --carrier record &&
	refused state "$device" lost --expire 2020-01-01
'
test_ok 'a statement that servers would not take is not signed' '
	fails_with 5 "$ICS" state "$device" transferred --as "$acme" -o "$tmp/never" 2>"$tmp/err" &&
	grep owner@ "$tmp/err" && ! test -e "$tmp/never"
'
test_ok 'nobody, a public key only, two that fit' '
	gpg_key "Acme Two <two@x.example>" && gpg --delete-secret-keys "$gpg_fpr" &&
	fails_with 1 "$ICS" state "$device" lost --as nobody@x.example -n &&
	fails_with 1 "$ICS" state "$device" lost --as "$gpg_fpr" -n &&
	fails_with 2 "$ICS" state "$device" lost &&
	gpg_key "Other Acme" && fails_with 2 "$ICS" state "$device" lost --as Acme -n
'
test_ok 'an expired and a revoked key do not sign' '
	gpg_at 20260101T000000 --quick-generate-key "Old" ed25519 sign,cert 30d &&
	fails_with 1 "$ICS" state "$device" lost --as "=Old" -n
'
test_ok '--dry-run shows everything and asks for nothing' '
	"$ICS" state "$device" lost --as "$acme" -n $at >"$tmp/out" 2>"$tmp/shown" &&
	same "" "$(cat "$tmp/out")" && grep "$(lower "$subkey")" "$tmp/shown" &&
	grep "will sign: a record about $dev, dated 2026-11-26T10:00:00Z" "$tmp/shown" &&
	grep "status@ics.example = lost" "$tmp/shown"
'
test_ok '--json is an object with every notation and the digest' '
	"$ICS" state "$device" lost --as "$acme" $at --json -o "$tmp/r.asc" >"$tmp/json" &&
	grep "\"carrier\": \"record\"" "$tmp/json" && grep "\"status@ics.example\"" "$tmp/json" &&
	grep "\"digest\": \"sha256:[0-9a-f]\{64\}\"" "$tmp/json"
'

# ---- passphrases -----------------------------------------------------------------

test_ok 'a passphrase by a file descriptor, where the agent allows it' '
	gpg_home locked &&
	gpg --passphrase secret --quick-generate-key "Locked" ed25519 sign,cert &&
	gpgconf --kill gpg-agent &&
	echo secret | "$ICS" state "$device" lost --as Locked --passphrase-fd 0 -o "$tmp/l.asc" &&
	gpg --verify "$tmp/l.asc" /dev/null &&
	gpgconf --kill gpg-agent &&
	echo wrong >"$tmp/wrong" &&
	fails_with 3 "$ICS" state "$device" lost --as Locked --passphrase-fd 4 -o "$tmp/never" 4<"$tmp/wrong" &&
	! test -e "$tmp/never"
'
cat >"$tmp/pinentry" <<EOF
#!/bin/sh
echo "OK here"
while read -r line; do
	echo "\$line" >>"$tmp/asked"
	case \$line in
	GETPIN) echo "D secret" ;;
	GETINFO*) echo "D 1" ;;
	BYE) echo OK; exit ;;
	esac
	echo OK
done
EOF
chmod +x "$tmp/pinentry"
test_ok 'pinentry asks, shows what is signed, and finds the terminal' '
	echo "pinentry-program $tmp/pinentry" >>"$GNUPGHOME/gpg-agent.conf" &&
	gpgconf --kill gpg-agent && : >"$tmp/asked" &&
	GPG_TTY=/dev/tty77 "$ICS" state "$device" lost --as Locked -o "$tmp/l2.asc"; cat "$tmp/asked"
	gpg --verify "$tmp/l2.asc" /dev/null &&
	grep "SETDESC.*ics: sign a statement about%0A$dev" "$tmp/asked" &&
	grep "ttyname=/dev/tty77" "$tmp/asked" && grep GETPIN "$tmp/asked"
'
test_ok '--home names a GnuPG home' '
	gpg_use gnupg && fails_with 1 "$ICS" state "$device" lost --as Locked -n &&
	"$ICS" state "$device" lost --as Locked --home "$tmp/locked" -n
'

# ---- a server ----------------------------------------------------------------------

test_ok 'a certification reaches the server, and who made it goes along' '
	icsd_start state && export ICS_SERVER="$icsd_http" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$device" &&
	"$ICS" certify "$device" --as "$acme" --set manu=Acme --set model=T1000 >"$tmp/out" &&
	grep "^sha256:[0-9a-f]\{64\}$" "$tmp/out" &&
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$acme")" &&
	gpg_home reader &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --recv-keys "$acme" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --keyserver-options no-self-sigs-only \
		--recv-keys "$device" &&
	gpg --with-colons --check-sigs "$device" | grep "^sig:!.*:10x:.*:$acme:" &&
	gpg_use gnupg
'
test_ok 'records reach it, of somebody whom it does not know, too' '
	"$ICS" state "$device" lost --as "$acme" $at -q >"$tmp/1" &&
	"$ICS" code add "$tmp/fw.bin" --as Owner $at -q >"$tmp/2" &&
	same 200 "$(http_code "/pks/lookup?op=get&search=0x$owner")" &&
	"$ICS" -D "$icsd_dir" dump -o "$tmp/dump" && gpg --list-packets "$tmp/dump" >"$tmp/list" &&
	grep "status@ics.example=lost" "$tmp/list" && grep "code-hash@ics.example=sha256:$fw fw.bin" "$tmp/list" &&
	same 2 "$(cat "$tmp/1" "$tmp/2" | grep -c "^sha256:[0-9a-f]\{64\}$")"
'
test_ok 'what the server refuses is told, with status 5' '
	"$ICS" -D "$icsd_dir" deny "$device" --reason "asked for" &&
	fails_with 5 "$ICS" certify "$tmp/device.pgp" --as "$acme" --set manu=Acme 2>"$tmp/err" &&
	cat "$tmp/err" && grep "the server" "$tmp/err"
'
test_ok 'no server: the statement is not lost on the way, it is not made' '
	icsd_stop && fails_with 3 "$ICS" state "$device" lost --as "$acme" &&
	fails_with 3 "$ICS" -D "$icsd_dir" --server "" state "$device" lost --as "$acme"
	fails_with 3 env -u ICS_SERVER "$ICS" -D "$icsd_dir" state "$device" lost --as "$acme"
'
test_done
