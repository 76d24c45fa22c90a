# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A GnuPG of one's own; read after lib.sh. Invariant: the user's keyring,
# agent and dirmngr are never touched, and ours end with the script.
#
#	gpg_home [NAME]            make and enter a new home, $GNUPGHOME
#	gpg_use NAME               go back to an earlier one
#	gpg_key USERID [ALGO [USAGE [EXPIRE]]]   make a key; $gpg_fpr is its
#	gpg_fprs                   primary fingerprints of the keyring, sorted
#	gpg_at YYYYMMDDTHHMMSS ... gpg with a faked clock
#	gpg_trust_ca FILE          the CA that hkps:// servers must have

skip_unless gpg gpgconf

# A socket's path has 108 bytes, so the homes stand right under $tmp.
gpg_home() {
	GNUPGHOME=$tmp/${1:-gnupg}
	export GNUPGHOME
	mkdir -m 700 "$GNUPGHOME" || return
	cat >"$GNUPGHOME/gpg.conf" <<-'CONF'
		batch
		no-tty
		yes
		pinentry-mode loopback
		passphrase ""
	CONF
	echo allow-loopback-pinentry >"$GNUPGHOME/gpg-agent.conf"
	: >"$GNUPGHOME/dirmngr.conf"
	at_exit "gpg_end '$GNUPGHOME'"
}

gpg_use() {
	GNUPGHOME=$tmp/$1
	export GNUPGHOME
	test -d "$GNUPGHOME"
}

gpg_end() {
	gpgconf --homedir "$1" --kill all >/dev/null 2>&1
}

gpg_key() {
	gpg --quick-generate-key "$1" "${2:-ed25519}" "${3:-default}" \
		"${4:-never}" || return
	gpg_fpr=$(gpg --with-colons --list-keys "=$1" |
		$AWK -F: '$1 == "fpr" { print $10; exit }')
	test -n "$gpg_fpr"
}

gpg_fprs() {
	gpg --with-colons --list-keys | $AWK -F: '
		$1 == "pub" { primary = 1 }
		$1 == "fpr" && primary { print $10; primary = 0 }' | sort
}

gpg_at() {
	gpg_time=$1
	shift
	gpg --faked-system-time "$gpg_time!" "$@"
}

gpg_trust_ca() {
	echo "hkp-cacert $1" >>"$GNUPGHOME/dirmngr.conf"
	gpgconf --homedir "$GNUPGHOME" --kill dirmngr
}
