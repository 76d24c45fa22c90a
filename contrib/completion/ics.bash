# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Completion of ics(1) for bash. Commands and options are asked of ics itself
# ("ics help --words": a command and its options a line), and so are the verbs
# of a command, the words in lower case of its usage; so none is forgotten here.

_ics() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words command= verb= i skip=

	words=$("${COMP_WORDS[0]}" help --words 2>/dev/null) || return
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ $skip ]]; then
			skip=
			continue
		fi
		case ${COMP_WORDS[i]} in
		-s | --server | -D | --state-dir | -o | --output | -r | --reason | \
			-p | --profile | -k | --key | -A | --anchor | --at | --known-at | \
			--bundle | --save-bundle | --from | --limit) skip=yes ;;
		-*) ;;
		*)
			if [[ $command ]]; then
				verb=${COMP_WORDS[i]}
				break
			fi
			command=${COMP_WORDS[i]}
			;;
		esac
	done
	case $prev in
	-D | --state-dir)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	-o | --output | -A | --anchor | --bundle | --save-bundle)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	-s | --server | -r | --reason | -k | --key | --at | --known-at | --from | --limit)
		return
		;;
	-p | --profile)
		words=$("${COMP_WORDS[0]}" policy new '?' 2>&1 |
			sed -n 's/^ics:   *\([a-z]*\)  .*/\1/p')
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		return
		;;
	esac
	if [[ -z $command ]]; then
		words=$(cut -d ' ' -f 1 <<<"$words")
	elif [[ $cur == -* ]]; then
		words=$(grep "^$command " <<<"$words" | cut -d ' ' -f 2-)
	elif [[ $command == help ]]; then
		words=$(cut -d ' ' -f 1 <<<"$words")
	else
		if [[ -z $verb ]]; then
			words=$("${COMP_WORDS[0]}" help "$command" 2>/dev/null |
				sed -n '1s/.*OPTION[.]*] //p' | grep -oE '\<[a-z]{3,}\>')
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		fi
		case "$command $verb" in
		'policy new')
			words=$("${COMP_WORDS[0]}" policy new '?' 2>&1 |
				sed -n 's/^ics:   *\([a-z]*\)  .*/\1/p')
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
			;;
		'policy grant' | 'policy revoke' | 'policy set') ;;
		'load '* | 'verify '* | 'import '* | 'audit '* | 'radius '* | 'policy '?* | 'code '?*)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			;;
		'init '*) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
		esac
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -o filenames -F _ics ics
