# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The network as it stands at the end, as SVG on standard output: who keeps
# which server, who follows whom, what each has, how the sensors are.

# count NAME: certificates and records there
count() {
	on "$1" stats --json | jq -r '"\(.certs) certificates, \(.records) records"'
}

# box X Y NAME OWNER
box() {
	cat <<-END
		<g transform="translate($1 $2)">
		<rect width="236" height="74" rx="8"/>
		<text x="118" y="26" class="name">$3</text>
		<text x="118" y="45">$4</text>
		<text x="118" y="62" class="small">$(count "$3")</text>
		</g>
	END
}

# arrow X1 Y1 X2 Y2
arrow() {
	echo "<line x1=\"$1\" y1=\"$2\" x2=\"$3\" y2=\"$4\" marker-end=\"url(#to)\"/>"
}

# sensor N: where it stands, and whether it may take part
sensor() {
	x=$((40 + ($1 - 1) % 10 * 78)) y=$((590 + ($1 - 1) / 10 * 74))
	eval "each=\$s$1"
	echo "<g transform=\"translate($x $y)\"><circle r=\"20\"/>"
	echo "<text y=\"5\">$1</text>"
	if ! answers infield "subject=$each" allow; then
		echo '<path d="M-20-20L20 20M-20 20L20-20"/>'
		echo "<text y=\"36\" class=\"small\">$(get infield \
			"/ics/v1/items/$each/status" | jq -r .status)</text>"
	fi
	echo '</g>'
}

cat <<'END'
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 730" role="img">
<title>Five servers of five owners, a gateway and twenty sensors</title>
<defs><marker id="to" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8"
markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>
<style>
svg { font: 13px sans-serif; background: #fff }
rect, circle { fill: #f4f6f8; stroke: #345; stroke-width: 1.5 }
line { stroke: #345; stroke-width: 1.5 }
path { fill: none; stroke: #a00; stroke-width: 2.5 }
marker path { fill: #345; stroke: none }
text { text-anchor: middle; fill: #123 }
.name { font-weight: bold; font-size: 15px }
.small { font-size: 11px }
.side { text-anchor: start; font-size: 12px }
</style>
END
arrow 138 114 330 194
arrow 390 114 390 194
arrow 642 114 450 194
arrow 390 274 390 334
arrow 390 414 390 474
box 20 40 manufacturer Acme
box 272 40 developer Softworks
box 524 40 certifier Trustlab
box 272 200 maintenance Carewell
box 272 340 infield 'Plant 7'
cat <<'END'
<text x="20" y="176" class="side">devices, code, endorsements</text>
<text x="402" y="308" class="side">what belongs to the plant</text>
<text x="402" y="448" class="side">may this thing talk?</text>
<g transform="translate(312 480)"><rect width="156" height="44" rx="8"/>
<text x="78" y="27" class="name">gateway</text></g>
END
for n in $sensors; do
	sensor "$n"
done
echo '</svg>'
