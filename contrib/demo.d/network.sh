# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Five owners and their servers: who believes whom, who follows whom.

five='manufacturer developer certifier maintenance infield'

chapter 'The parties: each has a GnuPG of its own, and believes whom it chose.'
must 'Acme makes sensors' party acme 'Acme <keys@acme.example>'
must 'Softworks writes their firmware' party soft 'Softworks <release@soft.example>'
must 'Trustlab certifies' party lab 'Trustlab <office@lab.example>'
must 'Carewell integrates and maintains' party care 'Carewell <ops@care.example>'
must 'Plant 7 owns them' party plant 'Plant 7 <it@plant.example>'

chapter 'The servers: each begins on an empty directory, with a key of its own.'
keys() {
	for each in $five; do server_key "$each" || return; done
}
must 'five TLS keys, by which servers know each other' keys
server_peers manufacturer "maintenance kind=ics key=$maintenance_pin"
server_peers developer "maintenance kind=ics key=$maintenance_pin"
server_peers certifier "maintenance kind=ics key=$maintenance_pin"
for each in manufacturer developer certifier; do
	must "the $each's server is up" server_start "$each" "$each"
done
server_peers maintenance "$(server_row manufacturer every=1s)" \
	"$(server_row developer every=1s)" "$(server_row certifier every=1s)" \
	"infield kind=ics key=$infield_pin"
must 'the maintenance server is up' server_start maintenance maintenance
server_peers infield "$(server_row maintenance every=1s)"
must 'the infield server is up' server_start infield infield

must 'Acme grants: itself; the owner and the maintainer report from the field' \
	rule manufacturer acme '' "manufacturer=$acme" "owner=$plant" "maintainer=$care"
must 'Softworks grants: itself' rule developer soft '' "developer=$soft"
must 'Trustlab grants: itself' rule certifier lab '' "certification-body=$lab"
token_make() {
	"$ics" token new >"$place/token" &&
		maintenance_token=$(head -n 1 "$place/token") &&
		token_hash=$(sed -n 's/.*{"\(.*\)"}.*/\1/p' "$place/token")
}
must 'Carewell makes a token: what it maintains is not for everybody' token_make
must 'it grants six roles; those with the token read, and the infield server' \
	rule maintenance care \
	"read.tokens=$token_hash read.peers=infield" "manufacturer=$acme" "developer=$soft" \
	"certification-body=$lab" "integrator=$care" "maintainer=$care" \
	"owner=$plant"
must 'Plant 7 grants them in the field' \
	rule infield plant '' "manufacturer=$acme" "developer=$soft" \
	"certification-body=$lab" "integrator=$care" "maintainer=$care" \
	"owner=$plant"
parties_load() {
	for each in $five; do
		on "$each" load -q "$place/acme.pgp" "$place/soft.pgp" \
			"$place/lab.pgp" "$place/care.pgp" "$place/plant.pgp" || return
	done
}
must 'each operator takes in the certificates of those he believes' parties_load
