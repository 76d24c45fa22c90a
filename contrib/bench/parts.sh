# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Read by `run`: the parts of a run. In each repetition of each measure the
# servers take turns, so that what the machine does meanwhile hits all alike.

loaders() {
	! in_list "$servers" icsd || echo icsd
	! in_list "$servers" sks || echo sks
}

# Every repetition loads anew; the last load is the one that is served.
part_load() {
	say "$1: bulk load"
	times=$reps
	in_list "$only" load || times=1
	total=$(wc -l <"$dir/$1.keys")
	for rep in $(seq "$times"); do
		for server in $(loaders) $(in_list "$servers" sks &&
			in_list "$only" load && echo sks-fast); do
			took=$(load "$1" "$server") || die "$server: load failed"
			! in_list "$only" load || note "$1" load "$server" \
				"$(awk -v n="$total" -v s="$took" \
				'BEGIN { printf "%.1f\n", n / s }')"
		done
		rm -rf "$dir/$1.sks-fast"
	done
}

part_start() {
	say "$1: from start to the first answer"
	for rep in $(seq "$reps"); do
		for server in $(loaders); do
			start "$1" "$server"
			note "$1" start "$server" "$milliseconds"
			stop "$pid"
		done
	done
}

# Starts every server of the run and learns the right answers.
serve() {
	say "$1: serving"
	for server in $(loaders); do
		start "$1" "$server"
		eval "pid_$server=\$pid"
		fetch "$1" "$server"
		! in_list "$only" index || fetch_index "$1" "$server"
	done
	for server in nginx mhd; do
		in_list "$servers" "$server" || continue
		test "$server" != nginx || nginx_lay "$1"
		start "$1" "$server"
		eval "pid_$server=\$pid"
	done
}

unserve() {
	for server in $(echo "$servers" | tr , ' '); do
		eval "stop \"\$pid_$server\""
		eval "pid_$server="
	done
}

turns() {
	echo "$servers" | tr , ' '
}

part_lookup() {
	say "$1: look-up by fingerprint"
	for rep in $(seq "$reps"); do
		for conns in 16 64 close; do
			for server in $(turns); do
				if test "$conns" = close; then
					ask "$1" get-close "$server" 16 200 \
						"$(path_get "$server")" \
						"$(pack_of "$1" "$server").idx" close
				else
					ask "$1" "get-$conns" "$server" "$conns" 200 \
						"$(path_get "$server")" \
						"$(pack_of "$1" "$server").idx"
				fi
			done
		done
	done
}

part_index() {
	say "$1: index by address"
	for rep in $(seq "$reps"); do
		for server in $(loaders); do
			ask "$1" index-16 "$server" 16 200 \
				'/pks/lookup?op=index&options=mr&search={key}' \
				"$dir/$1.$server.index.idx"
		done
	done
}

part_miss() {
	say "$1: miss"
	for rep in $(seq "$reps"); do
		for server in $(turns); do
			ask "$1" miss-16 "$server" 16 404 \
				"$(path_get "$server")" "$dir/$1.miss"
		done
	done
}

part_weigh() {
	for server in $(loaders); do
		eval "pid=\$pid_$server"
		test -z "$pid" || note "$1" "$2" "$server" "$(rss "$pid")"
	done
}

# add CORPUS SERVER RING: the rate of adds that were found again
add() {
	line=$("$bin/post" --port "$(port_of "$2")" --ring "$3" --conns 16 \
		2>"$dir/$1.$2.refused")
	wrong=$(field wrong "$(echo "$line" | grep '^add ')")
	if test "$wrong" = 0; then
		note "$1" add-16 "$2" \
			"$(field rate "$(echo "$line" | grep '^add ')")"
	else
		note "$1" add-16 "$2" WRONG
		say "  $line"
		head -n 3 "$dir/$1.$2.refused" >&2
	fi
}

# Fresh devices in every repetition, into the store that holds the corpus.
part_add() {
	say "$1: single adds, 16 connections"
	for rep in $(seq "$reps"); do
		"$bin/gen" --seed 1 --first $((count + (rep - 1) * adds)) \
			--count "$adds" --out "$dir/adds.pgp" || exit
		for server in $(loaders); do
			add "$1" "$server" "$dir/adds.pgp"
		done
	done
}

bench_corpus() {
	case $1 in
	devices) corpus_devices devices "$count" ;;
	keyrings) corpus_keyrings ;;
	*) usage ;;
	esac
	part_load "$1"
	! in_list "$only" start || part_start "$1"
	serve "$1"
	for part in lookup index miss; do
		! in_list "$only" "$part" || "part_$part" "$1"
	done
	part_weigh "$1" memory
	if in_list "$only" add; then
		part_add "$1"
		part_weigh "$1" memory-added
	fi
	unserve
}

# A million: what must not grow with the corpus. The look-ups are a sample,
# fetched once, because a million files would measure the file system.
bench_large() {
	all_reps=$reps reps=1 count=$million
	corpus_devices large "$count"
	part_load large
	reps=$all_reps
	part_start large
	awk 'NR % 20 == 0' "$dir/large.keys" >"$dir/large.sample"
	for server in $(loaders); do
		start large "$server"
		eval "pid_$server=\$pid"
		fetch large "$server" "$dir/large.sample"
	done
	for rep in $(seq "$reps"); do
		for server in $(loaders); do
			ask large get-16 "$server" 16 200 \
				"$(path_get "$server")" \
				"$(pack_of large "$server").idx"
		done
	done
	part_weigh large memory
	for server in $(loaders); do
		eval "stop \"\$pid_$server\""
		eval "pid_$server="
	done
}

# No server: the processor time of a sketch, and of its reader.
bench_sketch() {
	say "digests: $million, of which 1000 differ"
	for rep in $(seq "$reps"); do
		"$bin/differ" "$million" 1000 >"$dir/differ" 2>/dev/null
		while read -r measure who rate; do
			note digests "$measure" "$who" "$rate"
		done <"$dir/differ"
	done
}
