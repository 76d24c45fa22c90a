# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Read by `run`: turns lines "CORPUS MEASURE SERVER VALUE" into the table.
# Invariant: a ratio is always the median of icsd over the median of the
# server in its row, so above 1 means that icsd gives more (or takes more, in
# the rows of ms and MiB, which have a ceiling instead of a ratio).

BEGIN {
	unit["start"] = "ms"
	unit["memory"] = unit["memory-added"] = "MiB"
	ceiling["start"] = 300
	ceiling["memory"] = ceiling["memory-added"] = 64
	want["get-16", "nginx"] = want["get-64", "nginx"] = 0.75
	want["get-close", "nginx"] = 0.9
	want["index-16", "nginx"] = 0.6
	want["miss-16", "nginx"] = 0.7
	want["get-16", "sks"] = want["get-64", "sks"] = 3.5
	want["get-close", "sks"] = 1.5
	want["add-16", "sks"] = 1.0
	want["load", "sks"] = 0.6
	want["sketch", "sha256"] = 0.2
	want["decode", "sha256"] = 0.1
}

{
	row = $1 SUBSEP $2
	if (!(row in seen)) {
		seen[row] = 1
		order[++rows] = row
	}
	key = row SUBSEP $3
	if (!(key in n))
		who[row] = who[row] " " $3
	if ($4 == "WRONG")
		wrong[key] = 1
	value[key, ++n[key]] = $4 + 0
}

function sort_values(key,    i, j, v) {
	for (i = 2; i <= n[key]; i++) {
		v = value[key, i]
		for (j = i - 1; j > 0 && value[key, j] > v; j--)
			value[key, j + 1] = value[key, j]
		value[key, j + 1] = v
	}
}

function median(key) {
	if (n[key] % 2)
		return value[key, (n[key] + 1) / 2]
	return (value[key, n[key] / 2] + value[key, n[key] / 2 + 1]) / 2
}

function number(v) {
	return v >= 100 ? sprintf("%.0f", v) : sprintf("%.1f", v)
}

function line(label, key, server, measure,    own, ratio, target, verdict) {
	own = substr(key, 1, length(key) - length(server)) "icsd"
	if (label ~ /index/ && server == "nginx")
		own = corpus SUBSEP "index-16" SUBSEP "icsd"
	verdict = ratio = target = ""
	if (server == "icsd" && (measure in ceiling)) {
		target = "<" ceiling[measure]
		verdict = median(key) < ceiling[measure] ? "yes" : "NO"
	} else if (server != "icsd" && (own in n) && !(measure in unit)) {
		ratio = median(key) > 0 ? median(own) / median(key) : 0
		if ((measure, server) in want) {
			target = sprintf("%.2f", want[measure, server])
			verdict = ratio >= want[measure, server] ? "yes" : "NO"
		}
		if (wrong[own])
			verdict = "NO"
		ratio = sprintf("%.2f", ratio)
	}
	if (wrong[key])
		verdict = "WRONG"
	printf "%-9s %-13s %-8s %9s %9s %9s %-4s %7s %7s %s\n",
	    corpus, label, server, number(median(key)), number(value[key, 1]),
	    number(value[key, n[key]]),
	    (measure in unit) ? unit[measure] : "/s", ratio, target, verdict
}

END {
	for (key in n)
		sort_values(key)
	printf "%-9s %-13s %-8s %9s %9s %9s %-4s %7s %7s %s\n", "corpus",
	    "measure", "server", "median", "min", "max", "", "icsd/it",
	    "target", "met"
	for (r = 1; r <= rows; r++) {
		split(order[r], part, SUBSEP)
		corpus = part[1]
		m = split(substr(who[order[r]], 2), server, " ")
		for (i = 1; i <= m; i++)
			line(part[2], order[r] SUBSEP server[i], server[i],
			    part[2])
		# The index has no static twin: nginx's look-ups stand in.
		fallback = corpus SUBSEP "get-16" SUBSEP "nginx"
		if (part[2] == "index-16" && (fallback in n))
			line("index/get-16", fallback, "nginx", "index-16")
	}
}
