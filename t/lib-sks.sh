# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian's sks as a peer; read after lib.sh. Each server is both its processes
# on an address of its own in 127/8: sks tells peers apart by their addresses.
# Invariant: nothing but loopback, and both processes end by their pids.
#
#	sks_new NAME ADDR [PEER-ADDR:PORT...]  its folder and configuration; on
#	                            free ports, $sks_port (recon, then HTTP)
#	sks_peer NAME ADDR:PORT     one more peer; noticed while it runs
#	sks_load NAME FILE...       certificates, before its first start; its
#	                            filters are then yminsky.dedup (cleandb,
#	                            which adds merge, crashes at its first run)
#	sks_start NAME | sks_stop NAME
#	sks_hashes NAME             its set, sorted, while it is stopped
#	sks_errors NAME             what its logs say went wrong
#	sks_url NAME                http://ADDR:PORT

skip_unless sks curl
SKS_PATIENCE=${SKS_PATIENCE:-60}
sks_pids=
at_exit sks_end_all

sks_end_all() {
	for sks_each in $sks_pids; do
		kill -KILL "$sks_each" 2>/dev/null && wait "$sks_each"
	done 2>/dev/null
}

# Two ports next to each other that nobody listens on.
sks_ports_find() {
	# Below those that the kernel gives away.
	sks_port=$((20000 + ($$ * 14 + ${sks_count:-0} * 2) % 12000))
	while ss -Hltn "sport = :$sks_port or sport = :$((sks_port + 1))" |
		grep -q .; do
		sks_port=$((sks_port + 2))
	done
	sks_count=$((${sks_count:-0} + 1))
}

sks_new() {
	sks_dir=$tmp/$1
	sks_addr=$2
	sks_ports_find
	mkdir -p "$sks_dir/etc/sks" "$sks_dir/var/log/sks" \
		"$sks_dir/var/lib/sks" "$sks_dir/var/spool/sks" \
		"$sks_dir/var/run/sks" || return
	cat >"$sks_dir/etc/sks/sksconf" <<-CONF
		hostname: $2
		recon_address: $2
		recon_port: $sks_port
		hkp_address: $2
		hkp_port: $((sks_port + 1))
		gossip_interval: ${SKS_INTERVAL:-0.03}
	CONF
	echo "$2 $sks_port" >"$sks_dir/where"
	: >"$sks_dir/etc/sks/mailsync"
	: >"$sks_dir/etc/sks/membership"
	sks_name=$1
	shift 2
	for sks_each; do
		sks_peer "$sks_name" "$sks_each"
	done
}

sks_peer() {
	echo "${2%:*} ${2##*:}" >>"$tmp/$1/etc/sks/membership"
}

sks_load() {
	sks_base=$tmp/$1
	shift
	sks build -basedir "$sks_base" "$@" -n 100 -cache 20 &&
		sks pbuild -basedir "$sks_base" -cache 20 -ptree_cache 20
}

sks_url() {
	read -r sks_on sks_at <"$tmp/$1/where" &&
		echo "http://$sks_on:$((sks_at + 1))"
}

# sks_listens NAME PART
sks_listens() {
	read -r sks_on sks_at <"$tmp/$1/where" &&
		test "$2" = recon || sks_at=$((sks_at + 1))
	ss -Hltn "src $sks_on and sport = :$sks_at" | grep -q .
}

# Its recon asks its db as it starts, and dies where that does not answer.
sks_start() {
	for sks_part in db recon; do
		sks "$sks_part" -basedir "$tmp/$1" \
			>>"$tmp/$1/$sks_part.out" 2>&1 </dev/null &
		sks_pids="$sks_pids $!"
		echo $! >"$tmp/$1/$sks_part.pid"
		wait_until "$SKS_PATIENCE" "sks_listens '$1' $sks_part" && continue
		tail -n 20 "$tmp/$1"/*.out "$tmp/$1"/var/log/sks/*.log
		return 1
	done
}

sks_stop() {
	for sks_part in recon db; do
		sks_each=$(cat "$tmp/$1/$sks_part.pid") || return
		kill -TERM "$sks_each" && wait "$sks_each"
		sks_pids=$(echo " $sks_pids " | sed "s/ $sks_each / /")
	done
	return 0
}

sks_hashes() {
	rm -rf "$tmp/$1/dumped" && mkdir "$tmp/$1/dumped" &&
		sks dump -basedir "$tmp/$1" 100000 "$tmp/$1/dumped" all \
			>/dev/null 2>&1 &&
		for sks_each in "$tmp/$1/dumped"/*.pgp; do
			"$builddir/t/pgp_tool" hashes <"$sks_each" || return
		done | sort
}

# What it says of itself and of what is usual: no mailsync file, no mailer, one
# of its processes that stops before the other; a hash asked for that an update has replaced since the session (Spec: recon.md
# 15).
sks_usual='Failed to find mtime|failed messages|Sendmail|<command handler>'
sks_usual="$sks_usual|Error fetching key from hash [0-9A-F]*: Not_found"

sks_errors() {
	grep -hiE 'error|fail|exception|invalid|unexpected|refus' \
		"$tmp/$1/var/log/sks/"*.log |
		grep -vE "$sks_usual"
}
