#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# S52: a developer whose key is no OpenPGP key signs his file with openssl,
# ssh-keygen, minisign or signify; whoever publishes the file vouches for that
# signature, and ics verify checks it once more against the very octets.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-prove.sh"
skip_unless jq curl openssl ssh-keygen
unset ICS_SERVER

ics() { "$ICS" -s "$icsd_http" "$@"; }
key() { # NAME OPENSSL-OPTION...
	key_name=$1
	shift
	openssl genpkey -quiet "$@" -out "$tmp/$key_name.pem" &&
		openssl pkey -in "$tmp/$key_name.pem" -pubout \
			-out "$tmp/$key_name.pub"
}
octets() { # FILE: some that nobody has seen
	head -c 5000 /dev/urandom >"$tmp/$1"
}
publish() { # FILE OPTION...
	publish_file=$1
	shift
	ics code add "$tmp/$publish_file" --as "$dev" --name "$publish_file" \
		--quiet "$@"
}
verify() { ics verify --anchor "$dev" "$@"; }
answer() { # FILE WORDS: yes, and the developer's signature is good
	verify --json "$tmp/$1" >"$tmp/said" &&
		same good "$(jq -r '.developers[0].answer' "$tmp/said")" &&
		jq -r '.developers[0].words' "$tmp/said" | grep -q "$2"
}
refused() { # COMMAND...: before anything is signed
	fails_with 5 "$@" 2>"$tmp/err" && cat "$tmp/err"
}

test_ok 'a publisher and a server' '
	gpg_home && gpg_key "Dev <dev@soft.example>" && dev=$gpg_fpr &&
	icsd_start server --root "$dev" &&
	gpg --keyserver "hkp://127.0.0.1:$icsd_port" --send-keys "$dev"
'
test_ok 'openssl: a raw Ed25519 signature and a PEM key' '
	key ed -algorithm ed25519 && octets ed.bin &&
	openssl pkeyutl -sign -rawin -inkey "$tmp/ed.pem" -in "$tmp/ed.bin" \
		-out "$tmp/ed.sig" &&
	publish ed.bin --evidence "$tmp/ed.sig" --evidence-key "$tmp/ed.pub" &&
	answer ed.bin "bare signature by the key SHA256:" &&
	verify "$tmp/ed.bin" | grep "developer: a bare signature.*: good"
'
for curve in P-256 P-384 P-521; do
	for hash in sha256 sha384 sha512; do
		test_ok "openssl: ECDSA on $curve with $hash" '
			key ec -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" &&
			octets "ec$curve$hash" &&
			openssl dgst "-$hash" -sign "$tmp/ec.pem" \
				-out "$tmp/ec.sig" "$tmp/ec$curve$hash" &&
			publish "ec$curve$hash" --evidence "$tmp/ec.sig" \
				--evidence-key "$tmp/ec.pub" &&
			answer "ec$curve$hash" "bare signature"
		'
	done
done
test_ok 'openssl: RSA, and base 64 instead of octets' '
	key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:4096 && octets rsa.bin &&
	openssl dgst -sha512 -sign "$tmp/rsa.pem" "$tmp/rsa.bin" |
		openssl base64 >"$tmp/rsa.sig" &&
	publish rsa.bin --evidence "$tmp/rsa.sig" --evidence-key "$tmp/rsa.pub" &&
	answer rsa.bin "bare signature"
'
ssh_sign() { # TYPE FILE OPTION...
	ssh_type=$1 ssh_file=$2
	shift 2
	rm -f "$tmp/ssh" "$tmp/$ssh_file.sig"
	ssh-keygen -q -t "$ssh_type" -N '' -C dev -f "$tmp/ssh" &&
		octets "$ssh_file" &&
		ssh-keygen -q -Y sign -f "$tmp/ssh" -n file "$@" "$tmp/$ssh_file"
}
for type in ed25519 ecdsa rsa; do
	test_ok "ssh-keygen -Y sign: $type, named as ssh-keygen -l names it" '
		ssh_sign "$type" "ssh-$type" &&
		publish "ssh-$type" --evidence "$tmp/ssh-$type.sig" &&
		name=$(ssh-keygen -l -f "$tmp/ssh.pub" | cut -d " " -f 2) &&
		answer "ssh-$type" "SSH signature by the key $name, namespace file"
	'
done
test_ok 'ssh-keygen: the key that is given is held against the one inside' '
	ssh_sign ed25519 ssh2 -O hashalg=sha256 &&
	publish ssh2 --evidence "$tmp/ssh2.sig" --evidence-key "$tmp/ssh.pub" &&
	answer ssh2 "SSH signature" &&
	ssh-keygen -q -t ed25519 -N "" -f "$tmp/sshother" &&
	refused publish ssh2 --evidence "$tmp/ssh2.sig" \
		--evidence-key "$tmp/sshother.pub" | grep "another key"
'
if command -v minisign >/dev/null; then
	test_ok 'minisign, with its comment' '
		octets mini.bin &&
		minisign -G -W -p "$tmp/mini.pub" -s "$tmp/mini.key" >/dev/null &&
		minisign -S -s "$tmp/mini.key" -m "$tmp/mini.bin" \
			-t "release 7" >/dev/null &&
		publish mini.bin --evidence "$tmp/mini.bin.minisig" \
			--evidence-key "$tmp/mini.pub" &&
		id=$(sed -n "s/.*public key //p" "$tmp/mini.pub") &&
		answer mini.bin "minisign signature by the key $id, comment release 7"
	'
	test_ok 'minisign: the comment is signed, too' '
		sed "s/release 7/release 8/" "$tmp/mini.bin.minisig" >"$tmp/forged" &&
		refused publish mini.bin --evidence "$tmp/forged" \
			--evidence-key "$tmp/mini.pub" | grep "is bad"
	'
	test_ok 'minisign over the octets themselves, as of old' '
		octets old.bin &&
		minisign -S -l -s "$tmp/mini.key" -m "$tmp/old.bin" >/dev/null &&
		publish old.bin --evidence "$tmp/old.bin.minisig" \
			--evidence-key "$tmp/mini.pub" && answer old.bin signature
	'
else
	test_skip 'minisign signs' 'minisign is not installed'
fi
if command -v signify-openbsd >/dev/null; then
	test_ok 'signify' '
		octets fy.bin &&
		signify-openbsd -G -n -p "$tmp/fy.pub" -s "$tmp/fy.sec" &&
		signify-openbsd -S -s "$tmp/fy.sec" -m "$tmp/fy.bin" \
			-x "$tmp/fy.sig" &&
		publish fy.bin --evidence "$tmp/fy.sig" \
			--evidence-key "$tmp/fy.pub" && answer fy.bin signify
	'
else
	test_skip 'signify signs' 'signify-openbsd is not installed'
fi
test_ok 'what does not hold is not even signed' '
	octets other.bin &&
	refused publish other.bin --evidence "$tmp/ed.sig" \
		--evidence-key "$tmp/ed.pub" | grep "is bad" &&
	refused publish ed.bin --evidence "$tmp/ed.sig" \
		--evidence-key "$tmp/rsa.pub" | grep "is bad" &&
	refused publish ed.bin --evidence "$tmp/ed.sig" | grep "evidence-key" &&
	refused publish ed.bin --evidence "$tmp/ed.pub" \
		--evidence-key "$tmp/ed.pub" | grep "no signature" &&
	fails_with 2 publish ed.bin --evidence-key "$tmp/ed.pub"
'
test_ok 'by the digest alone: what can be checked is, the rest is told' '
	verify "sha256:$(digest_of "$tmp/ecP-256sha256")" | grep ": good$" &&
	verify "sha256:$(digest_of "$tmp/ed.bin")" |
		grep "unchecked, the file itself is needed"
'
test_ok 'a bundle carries it, and no server is asked' '
	verify --save-bundle "$tmp/b" "$tmp/ed.bin" &&
	"$ICS" verify --anchor "$dev" --bundle "$tmp/b" "$tmp/ed.bin" |
		grep "developer: .*good"
'
# A publisher vouches for a signature that is not of this file: by gpg, since
# ics refuses.
test_ok 'a signature of other octets turns yes to no' '
	octets lie.bin && lie=$(digest_of "$tmp/lie.bin") &&
	gpg -u "$dev" --sig-notation rec@$domain=code/1 \
		--sig-notation "subject@$domain=code:sha256:$lie" \
		--sig-notation "code-hash@$domain=sha256:$lie" \
		--sig-notation "evidence@$domain=raw $(base64 -w0 "$tmp/ed.sig")" \
		--sig-notation "evidence-key@$domain=spki $(openssl pkey -pubin \
			-in "$tmp/ed.pub" -outform der | base64 -w0)" \
		-b -o "$tmp/lie.sig" </dev/null &&
	curl -sSf -o /dev/null --data-binary "@$tmp/lie.sig" "$icsd_http/ics/v1/submit" &&
	no bad-evidence -s "$icsd_http" --anchor "$dev" "$tmp/lie.bin"
'
test_ok 'a form of later programs is kept, and said not to be checked' '
	octets later.bin && later=$(digest_of "$tmp/later.bin") &&
	gpg -u "$dev" --sig-notation rec@$domain=code/1 \
		--sig-notation "subject@$domain=code:sha256:$later" \
		--sig-notation "code-hash@$domain=sha256:$later" \
		--sig-notation "evidence@$domain=cms-9 AAAA" \
		-b -o "$tmp/later.sig" </dev/null &&
	curl -sSf -o /dev/null --data-binary "@$tmp/later.sig" "$icsd_http/ics/v1/submit" &&
	verify "$tmp/later.bin" | grep "developer: .*unsupported"
'
test_done
