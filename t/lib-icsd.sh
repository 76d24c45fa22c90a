# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An icsd of one's own, on free ports; read after lib.sh. Invariant: a server
# is waited for by the line it prints when it is ready, and ended by its pid.
#
#	icsd_start NAME [OPTION...]   with -D $tmp/NAME; a second start with the
#	                              same NAME finds the same state
#	icsd_stop [PID]               TERM, then wait; gives its exit status
#	icsd_kill [PID]               KILL, then wait
#	http_code PATH [CURL-OPTION...]   ask $icsd_http; prints the status,
#	                              leaves $tmp/head and $tmp/body
#
# A start sets $icsd_pid, $icsd_dir, $icsd_out, $icsd_err, and for each kind of
# listener it printed $icsd_http, $icsd_https, $icsd_admin, $icsd_recon
# (URL or empty), and $icsd_port (that of http, else of https).

ICSD=${ICSD:-$builddir/icsd}
ICS=${ICS:-$builddir/ics}
# Seconds; a build with sanitizers on a busy machine is slow to start.
ICSD_PATIENCE=${ICSD_PATIENCE:-60}
icsd_pids=
at_exit icsd_end_all

icsd_end_all() {
	for icsd_each in $icsd_pids; do
		kill -KILL "$icsd_each" 2>/dev/null && wait "$icsd_each"
	done 2>/dev/null
}

icsd_listener() {
	sed -n "s/^listening \($1:\/\/.*\)$/\1/p" "$icsd_out" | head -n 1
}

# Ready or dead; either way there is no more to wait for.
icsd_settled() {
	grep -q '^listening ' "$icsd_out" || ! kill -0 "$icsd_pid" 2>/dev/null
}

icsd_start() {
	icsd_dir=$tmp/$1
	icsd_out=$tmp/$1.out
	icsd_err=$tmp/$1.err
	shift
	mkdir -p "$icsd_dir"
	: >"$icsd_out" # now, not in the child: it may tell of an earlier start
	case " $* " in
	*' -l '*) ;;
	*) set -- -l 127.0.0.1:0 "$@" ;;
	esac
	"$ICSD" -d -D "$icsd_dir" "$@" >"$icsd_out" 2>>"$icsd_err" </dev/null &
	icsd_pid=$!
	icsd_pids="$icsd_pids $icsd_pid"
	wait_until "$ICSD_PATIENCE" icsd_settled
	if ! grep -q '^listening ' "$icsd_out"; then
		echo "icsd did not start:"
		tail -n 20 "$icsd_err"
		return 1
	fi
	icsd_http=$(icsd_listener http)
	icsd_https=$(icsd_listener https)
	icsd_admin=$(icsd_listener admin)
	icsd_recon=$(icsd_listener recon)
	icsd_port=${icsd_http:-$icsd_https}
	icsd_port=${icsd_port##*:}
}

icsd_forget() {
	icsd_rest=
	for icsd_each in $icsd_pids; do
		test "$icsd_each" = "$1" || icsd_rest="$icsd_rest $icsd_each"
	done
	icsd_pids=$icsd_rest
}

icsd_stop() {
	icsd_forget "${1:-$icsd_pid}"
	kill -TERM "${1:-$icsd_pid}" && wait "${1:-$icsd_pid}"
}

icsd_kill() {
	icsd_forget "${1:-$icsd_pid}"
	kill -KILL "${1:-$icsd_pid}" || return
	wait "${1:-$icsd_pid}" 2>/dev/null
	return 0
}

http_code() {
	http_path=$1
	shift
	curl -sS -o "$tmp/body" -D "$tmp/head" -w '%{http_code}' "$@" \
		"${icsd_http:-$icsd_https}$http_path"
}
