# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What pages are about; read after lib-icsd.sh, lib-gpg.sh, lib-hkp.sh and
# lib-api.sh.
#
#	pages_parties      keys by gpg: $acme makes, $plant owns, $lab approves,
#	                   $mallory has no right and a name full of markup
#	pages_say          what they say of $device and of code $code (a digest)
#	pages_records      a record each, below $tmp/say
#	pages_send         all of it to the server that runs
#	pages_domain       the domain plant-7, put by its operator
#	page PATH [CURL-OPTION...]   a page; prints the status
#	parsed MODE        what page_parse.py says of it

hostile='<script>alert(1)</script> "M" & <img src=x onerror=alert(1)>'
at=@$domain

pages_key() {
	gpg_at 20261101T120000 --quick-generate-key "$1" ed25519 default never &&
		page_fpr=$(gpg_fpr_of "=$1")
}

pages_parties() {
	gpg_home maker &&
		pages_key 'Acme Sensors <ca@acme.example>' && acme=$page_fpr &&
		pages_key 'Plant 7 <it@plant.example>' && plant=$page_fpr &&
		pages_key 'Lab <lab@cert.example>' && lab=$page_fpr &&
		pages_key "$hostile" && mallory=$page_fpr &&
		pages_key 'Acme T1000 000123' && device=$page_fpr &&
		gpg_at 20261101T120000 --quick-add-key "$device" cv25519 encr never
}

# pages_certify DAY ISSUER ABOUT NAME=VALUE...
pages_certify() {
	page_day=$1 page_by=$2 page_about=$3
	shift 3
	for page_pair; do
		set -- "$@" --cert-notation "$page_pair"
		shift
	done
	gpg_at "202611${page_day}T120000" --expert "$@" -u "$page_by" \
		--quick-sign-key "$page_about"
}

# pages_record DAY ISSUER NAME=VALUE...: the next file below $tmp/say
pages_record() {
	page_day=$1 page_by=$2
	shift 2
	for page_pair; do
		set -- "$@" \
			--sig-notation "${page_pair%%=*}$at=${page_pair#*=}"
		shift
	done
	page_n=$((page_n + 1))
	gpg_at "202611${page_day}T120000" -u "$page_by" "$@" \
		-o "$tmp/say/$page_n.sig" -b </dev/null
}

pages_say() {
	mkdir -p "$tmp/say"
	page_n=100
	page_sub=dev:04$(lower "$device")
	code=$(printf firmware | sha256sum | cut -c 1-64)
	pages_certify 02 "$acme" "$device" manu=Acme model=T1000 lot=2026-11 \
		"serial$at=000123" "hwrev$at=C" "protection$at=chip" \
		"status$at=active" "owner$at=04$(lower "$plant")" &&
		pages_certify 03 "$acme" "$lab" "role$at=certification-body" &&
		pages_record 05 "$plant" rec=device-status/1 \
			"subject=$page_sub" status=lost \
			'reason=not seen at the inventory' &&
		pages_record 06 "$mallory" rec=device-status/1 \
			"subject=$page_sub" status=destroyed \
			"reason=<b>boom</b>\" onload='alert(1)' {{name}}" &&
		pages_record 12 "$plant" rec=device-status/1 \
			"subject=$page_sub" status=stolen \
			since=2026-11-11T08:00:00Z \
			'reason=taken from the yard over night' &&
		pages_record 04 "$acme" rec=code/1 "subject=code:sha256:$code" \
			code-name=t1000-fw code-version=1.4.2 code-size=8 \
			"code-hash=sha256:$code fw.bin" &&
		pages_record 07 "$lab" rec=approval/1 \
			"subject=code:sha256:$code" \
			'approval=scheme=mdr;id=7;state=granted' &&
		pages_record 08 "$acme" rec=code-status/1 \
			"subject=code:sha256:$code" code-status=released
}

pages_send() {
	cat "$tmp/say"/*.sig >"$tmp/records" &&
		same 200 "$(submit)" && same 200 "$(post "$tmp/records")"
}

# A descriptor with every sort of block, by $plant.
pages_domain() {
	page_owner=04$(lower "$plant") page_maker=04$(lower "$acme")
	cat >"$tmp/plant-7" <<-END
		domain "plant-7" {
		    serial = 1
		    owner = "$page_owner"
		    level = standard
		    freshness = 72h
		    grace = 1d
		    claims = yes
		    party "Acme <b>" {
		        key = "$page_maker"
		        contact = "mailto:ca@acme.example"
		    }
		    grant "$page_maker" {
		        role = manufacturer
		        scope = "Acme/*"
		        until = 2028-12-31
		        regrant = yes
		    }
		    grant "04eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" {
		        role = operator
		    }
		    grant "$page_owner" {
		        role = registrar
		    }
		    member {
		        kind = device
		        where = "manu=Acme model=T1000"
		        certified-by = manufacturer
		    }
		    require device {
		        purpose = "join"
		        must = {manufacturer}
		        should = {owner}
		        needs = 2
		    }
		    read {
		        public = yes
		        networks = {"10.7.0.0/16"}
		        peers = {"north"}
		        tokens = {"$(printf x | sha256sum | cut -c 1-64)"}
		    }
		    state destroyed {
		        by = {owner, manufacturer}
		        needs = 2
		    }
		    update firmware {
		        class = maker
		        window = yes
		    }
		    sync "acme" {
		        url = "https://ics.acme.example"
		        key = "$page_maker"
		        pull = "manu=Acme"
		        push = "status"
		        every = 15m
		    }
		}
	END
	gpg_at 20261120T120000 -u "$plant" -o "$tmp/plant-7.asc" --clearsign \
		"$tmp/plant-7" && "$ICS" -D "$icsd_dir" policy put "$tmp/plant-7.asc"
}

page() {
	http_code "$@"
}

parsed() {
	python3 "$srcdir/t/page_parse.py" "$1" "$tmp/body"
}
