# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Twenty sensors are made, and what makers and a laboratory say about them.

sensors=$(seq 20)

# A sensor keeps its key; home "sensors" stands for twenty chips.
sensor_make() {
	gpg --quick-generate-key "T1000 $1" ed25519 sign,cert never &&
		eval "s$1=\$(fpr_of \"T1000 $1\")"
}
sensors_make() {
	home sensors
	for n in $sensors; do sensor_make "$n" || return; done
	gpg --export >"$place/made.pgp"
}
sensors_certify() {
	home acme
	gpg --import "$place/made.pgp" || return
	for n in $sensors; do
		eval "each=\$s$n"
		gpg --expert -u "$acme" --cert-notation manu=Acme \
			--cert-notation model=T1000 --cert-notation "serial=$n" \
			--quick-sign-key "$each" || return
	done
	gpg --export >"$place/lot.pgp"
}

chapter 'At the factory.'
must 'twenty sensors make their keys' sensors_make
must 'Acme certifies each with stock gpg: maker, model, serial' sensors_certify
must 'its server takes the lot' send manufacturer "$place/lot.pgp"
refuses() {
	! send "$1" "$2" && grep -q "$3" "$place/said"
}
must "Softworks' server does not: it keeps code" \
	refuses developer "$place/made.pgp" foreign-certificate
gpg_finds() {
	home reader
	gpg --keyserver "hkp://${manufacturer_http#http://}" --recv-keys "$s7" &&
		gpg --list-keys "$s7"
}
must 'any gpg finds a sensor there' gpg_finds

chapter 'Firmware is published.'
head -c 40000 /dev/urandom >"$place/fw1.bin"
head -c 41000 /dev/urandom >"$place/fw2.bin"
fw1=sha256:$(sha256sum <"$place/fw1.bin" | cut -d ' ' -f 1)
fw2=sha256:$(sha256sum <"$place/fw2.bin" | cut -d ' ' -f 1)
published() {
	home soft
	at developer code add "$place/fw1.bin" --as "$soft" --name t1000-fw \
		--release 1.0 --seq-code 1 &&
		at developer code add "$place/fw2.bin" --as "$soft" \
			--name t1000-fw --release 1.1 --seq-code 2
}
must 'Softworks signs releases 1.0 and 1.1' published
must 'a user verifies 1.1 by the word of Softworks alone' \
	at developer verify --anchor "$place/soft.pgp" "$place/fw2.bin"
flipped() {
	{ cat "$place/fw2.bin" && echo x; } >"$place/bad.bin"
	! at developer verify --anchor "$place/soft.pgp" "$place/bad.bin"
}
must 'and not one octet more' flipped

chapter 'Trustlab looks at both.'
endorsed() {
	home lab
	at certifier endorse "$1" --as "$lab" --scheme EUCC --id "EUCC-2026-$2" \
		--level high
}
must 'release 1.1 is endorsed' endorsed "code:$fw2" 17
