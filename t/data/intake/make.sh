#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes the certificates beside it with stock gpg: a maker, a device that the
# maker certified, and the device's revocation. Their secret keys are thrown
# away, so a new run gives other keys of the same shape.
set -eu
cd "$(dirname "$0")"
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
g() {
	gpg --batch --quiet --yes --pinentry-mode loopback --passphrase '' \
		--faked-system-time 20260102T030405! "$@"
}
fpr() {
	gpg --batch --with-colons --list-keys "$1" | awk -F: '$1 == "fpr" { print $10; exit }'
}
g --quick-gen-key 'Acme Devices <maker@acme.example>' ed25519 cert never
g --quick-gen-key 'Acme T1000 S/N 000123 <t1000-000123@devices.example>' \
	ed25519 cert,sign never
maker=$(fpr maker@acme.example)
device=$(fpr t1000-000123@devices.example)
g --quick-add-key "$device" cv25519 encr never
g --armor --export "$maker" >maker.asc
g --armor --export "$device" >device-plain.asc
g -u "$maker" --cert-notation model@ics.example=T1000 --quick-sign-key "$device"
g --armor --export "$device" >device.asc
g --armor --export-secret-keys "$device" >device-secret.asc
sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$device.rev" |
	sed -n '/^-----BEGIN/,$p' >device-revocation.asc
