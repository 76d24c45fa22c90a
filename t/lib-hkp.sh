# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Certificates and questions for the scripts of family t7; read after
# lib-icsd.sh and lib-gpg.sh.
#
#	make_certs           keys and files below, in a GNUPGHOME of its own
#	add FILE [CURL-OPTION...]   post keytext from an armored file; prints
#	                     the status, leaves $tmp/head and $tmp/body
#	get SEARCH [REST]    look up with options=mr; prints the status
#	header NAME          its value in $tmp/head, without line end
#	enarmor FILE         packets as an armored block
#
# make_certs sets $alice_fpr $bob_fpr $carol_fpr $dave_fpr, and makes
# $tmp/certs/{alice,bob,carol,carol-revocation,dave-hard,ex}.asc:
# alice has a subkey, bob is expired since 2024, carol gets revoked softly by
# the revocation beside it, dave is revoked for good, eve's User ID is revoked;
# twin-a and twin-b share an address.

skip_unless curl

PGP_TOOL=$builddir/t/pgp_tool
HKP_TOOL=$builddir/t/hkp_tool

enarmor() {
	"$PGP_TOOL" armor <"$1"
}

header() {
	tr -d '\r' <"$tmp/head" | sed -n "s/^$1: //Ip" | tail -n 1
}

add() {
	add_file=$1
	shift
	http_code /pks/add --data-urlencode "keytext@$add_file" "$@"
}

get() {
	http_code "/pks/lookup?op=get&options=mr&search=$1${2:-}"
}

subkey_fpr() {
	gpg --with-colons --list-keys "$1" | $AWK -F: '
		$1 == "sub" { sub_seen = 1 }
		$1 == "fpr" && sub_seen { print $10; exit }'
}

make_certs() {
	gpg_home maker
	certs=$tmp/certs
	mkdir "$certs"
	gpg_key 'Alice <alice@example.org>' ed25519 cert && alice_fpr=$gpg_fpr &&
		gpg --quick-add-key "$alice_fpr" cv25519 encr never &&
		alice_sub=$(subkey_fpr "$alice_fpr") &&
		gpg --armor --export "$alice_fpr" >"$certs/alice.asc" &&
		gpg_at 20230101T000000 --quick-generate-key \
			'Bob <bob@example.org>' ed25519 cert 1y &&
		bob_fpr=$(gpg_fpr_of bob@example.org) &&
		gpg --armor --export "$bob_fpr" >"$certs/bob.asc" &&
		gpg_key 'Carol <carol@example.org>' ed25519 cert &&
		carol_fpr=$gpg_fpr &&
		gpg --armor --export "$carol_fpr" >"$certs/carol.asc" &&
		revoke "$carol_fpr" 3 >"$certs/carol-revocation.asc" &&
		gpg_key 'Dave <dave@example.org>' ed25519 cert &&
		dave_fpr=$gpg_fpr &&
		gpg --armor --export "$dave_fpr" >"$certs/dave.asc" &&
		revoke "$dave_fpr" 1 >"$certs/dave-revocation.asc" &&
		gpg_key 'Eve <eve@example.org>' ed25519 cert &&
		eve_fpr=$gpg_fpr &&
		gpg --quick-add-uid "$eve_fpr" 'Eve Old <eve.old@example.org>' &&
		gpg --quick-revoke-uid "$eve_fpr" \
			'Eve Old <eve.old@example.org>' &&
		gpg --armor --export "$eve_fpr" >"$certs/eve.asc" &&
		gpg_key 'Twin A <twin@example.org>' ed25519 cert &&
		twin_a_fpr=$gpg_fpr &&
		gpg --armor --export "$twin_a_fpr" >"$certs/twin-a.asc" &&
		gpg_key 'Twin B <twin@example.org>' ed25519 cert &&
		twin_b_fpr=$gpg_fpr &&
		gpg --armor --export "$twin_b_fpr" >"$certs/twin-b.asc" &&
		gpg --armor --export-secret-keys "$alice_fpr" \
			>"$certs/secret.asc"
}

gpg_fpr_of() {
	gpg --with-colons --list-keys "$1" |
		$AWK -F: '$1 == "fpr" { print $10; exit }'
}

# revoke FPR REASON: a revocation certificate, armored; the key stays as it is
# (0 no reason, 1 compromised, 2 superseded, 3 retired, as gpg's menu counts)
revoke() {
	printf 'y\n%s\n\ny\n' "$2" | gpg --no-batch --command-fd 0 --armor \
		--gen-revoke "$1" 2>"$tmp/revoke.err"
}
