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
for each in $five; do
	must "the $each's server is up" server_start "$each" "$each"
done

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

chapter 'Who follows whom, each owner says in the policy that he signs.'
knows() { # NAME: who comes to fetch
	rule_more "$1" "$2" "$(server_block maintenance)"
}
for each in 'manufacturer acme' 'developer soft' 'certifier lab'; do
	# shellcheck disable=SC2086 # words
	must "the ${each% *}'s server lets the maintenance server in" knows $each
done
must 'that one fetches one model of Acme, its firmware, and all that was certified' \
	rule_more maintenance care \
	"$(server_block manufacturer 'pull = "manu=Acme model=T1000"')
$(server_block developer 'pull = "code-name=t1000-fw"')
$(server_block certifier 'pull = "*"')
$(server_block infield)"
must 'the infield server follows the maintenance server, and it alone may alter it' \
	rule_more infield plant "$(server_block maintenance 'pull = "*"')"
parties_load() {
	for each in $five; do
		on "$each" load -q "$place/acme.pgp" "$place/soft.pgp" \
			"$place/lab.pgp" "$place/care.pgp" "$place/plant.pgp" || return
	done
}
must 'each operator takes in the certificates of those he believes' parties_load
