# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Read by `run`: makes the corpora, and what the servers need to serve them.
#
#   DIR/CORPUS.pgp    concatenated certificates    DIR/CORPUS.list  one a line
#   DIR/CORPUS.keys   fingerprints                 DIR/CORPUS.mails addresses
#   DIR/CORPUS.miss   fingerprints nobody has      DIR/CORPUS.adds  N files

rings='debian-keyring debian-maintainers debian-nonupload debian-role-keys'
ring_dir=/usr/share/keyrings

# What every corpus has beside its certificates. A reversed fingerprint is as
# random as the fingerprint and belongs to nobody.
corpus_lists() {
	awk '!seen[$1]++ { print $1 }' "$dir/$1.list" >"$dir/$1.keys"
	rev "$dir/$1.keys" >"$dir/$1.miss"
	awk '!seen[$1]++ && match($0, /<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>$/) {
		mail = substr($0, RSTART + 1, RLENGTH - 2)
		if (!had[mail]++ && n++ < 2000)
			print mail
	}' "$dir/$1.list" >"$dir/$1.mails"
	say "$1: $(wc -l <"$dir/$1.keys") certificates," \
		"$(wc -c <"$dir/$1.pgp") octets"
}

# corpus_devices NAME COUNT
corpus_devices() {
	"$bin/gen" --seed 1 --count "$2" --out "$dir/$1.pgp" \
		--list "$dir/$1.list" || exit
	corpus_lists "$1"
}

corpus_keyrings() {
	for ring in $rings; do
		test -r "$ring_dir/$ring.gpg" || die "no $ring_dir/$ring.gpg"
		cat "$ring_dir/$ring.gpg"
	done >"$dir/keyrings.pgp" || exit
	"$bin/lay" list "$dir/keyrings.pgp" >"$dir/keyrings.list" || exit
	corpus_lists keyrings
}

# fetch CORPUS SERVER: the right answers of a running server, as a pack. What
# is missing is told, and is asked of nobody.
fetch() {
	line=$("$bin/look" fetch --port "$(port_of "$2")" --conns 4 \
		--path "$(path_get "$2")" --keys "${3:-$dir/$1.keys}" \
		--pack "$dir/$1.$2.pack" 2>"$dir/$1.$2.missing")
	say "  $2 holds $(field right "$line") certificates," \
		"lacks $(field wrong "$line");" \
		"$(wc -c <"$dir/$1.$2.pack") octets of answers"
}

# The index answers of a server, each of which names the address asked for.
fetch_index() {
	line=$("$bin/look" fetch --port "$(port_of "$2")" --conns 4 \
		--path '/pks/lookup?op=index&options=mr&search={key}' \
		--mentions --keys "$dir/$1.mails" \
		--pack "$dir/$1.$2.index" 2>"$dir/$1.$2.unindexed")
	say "  $2 indexes $(field right "$line") addresses," \
		"not $(field wrong "$line")"
}

nginx_lay() {
	base=$dir/$1.nginx
	rm -rf "$base"
	mkdir -p "$base/files" "$base/tmp"
	sed "s|@DIR@|$base|g; s|@PORT@|$(port_of nginx)|" \
		"$here/nginx.conf.in" >"$base/nginx.conf"
	"$bin/lay" files "$(pack_of "$1" nginx)" "$base/files" || exit
	# Workers that drop root must still reach a private directory.
	chmod 711 "$dir" "$base"
}
