#!/bin/bash
# lint.sh -- every rule of the house that a machine can check. All steps run; exit 1 if one of them found
# something. STD and WARN are the Makefile's flags.
set -u
cd "$(dirname "$0")/../.." || exit 2
read -ra std <<<"${STD:?}"
read -ra warn <<<"${WARN:?}"
lint=tests/lint
failed=()

mapfile -t code < <(find lib zonec server -name '*.[ch]' 2>/dev/null | sort)
mapfile -t sources < <(find lib zonec server -name '*.c' 2>/dev/null | sort)
mapfile -t all < <(find lib zonec server tests -name '*.[ch]' 2>/dev/null | sort)
mapfile -t scripts < <(find .ci tests zones -type f \( -name '*.sh' -o -path .ci/deps -o -path .ci/run \) 2>/dev/null | sort)

# step NAME COMMAND...: says what is being checked and remembers a failure.
step() {
	local name=$1
	shift
	echo "-- $name"
	"$@" || failed+=("$name")
}

tidy_one() {
	clang-tidy --quiet --config-file=tests/lint/clang-tidy.yaml "$1" -- "${@:2}" 2>/dev/null
}
export -f tidy_one
tidy() {
	printf '%s\0' "${sources[@]}" |
		xargs -0 -P "$(nproc)" -I FILE bash -c 'tidy_one "$@"' tidy FILE "${std[@]}" "${warn[@]}"
}

step "floors"             $lint/floors.sh
step "sizes"              $lint/sizes.sh "${all[@]}"
step "banned calls"       $lint/banned.sh "${code[@]}"
step "tour"               $lint/tour.sh
step "headers alone, gcc" $lint/headers.sh gcc "${std[@]}" "${warn[@]}"
step "headers alone, clang" $lint/headers.sh clang "${std[@]}" "${warn[@]}"
step "shellcheck"         shellcheck -x "${scripts[@]}"
step "cppcheck"           cppcheck --quiet --std=c11 --language=c -j "$(nproc)" --error-exitcode=1 --inline-suppr \
	--enable=warning,performance,portability --suppress=missingIncludeSystem \
	--suppressions-list=$lint/cppcheck.txt -D_GNU_SOURCE -Ilib -I. "${sources[@]}"
step "clang-tidy"         tidy

if [ ${#failed[@]} != 0 ]; then
	printf 'lint: found something in: %s\n' "$(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
	exit 1
fi
echo "lint: clean"
