#!/bin/bash
# run.sh PROGRAM... -- runs every test program, also when one fails, and ends with "N passed, N failed".
#
# A program says how it went in check's words, "Checks: N, Failures: F, Errors: E", once for each suite.
# Exit 77 means it cannot run here and says why. A program that dies, hangs, or exits with an error without
# having counted one (a sanitizer at its end) is one failure more.
set -u
passed=0 failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

# A test that hangs must not hang the build; nothing here comes near these limits.
limit=${EDICT_TEST_LIMIT:-900}

# TSan of gcc 12 cannot work with the address randomisation of newer kernels.
wrap=()
if [ -n "${TSAN_OPTIONS:-}" ] && setarch -R true 2>/dev/null; then wrap=(setarch -R); fi

for t in "$@"; do
	echo "== $t"
	case $t in *.sh) run=(bash "$t") ;; *) run=("$t") ;; esac
	"${wrap[@]}" timeout --kill-after=10 "$limit" "${run[@]}" 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	read -r checks bad < <(awk '
		match($0, /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/) {
			split(substr($0, RSTART, RLENGTH), n, /[^0-9]+/); checks += n[2]; bad += n[3] + n[4] }
		END { print checks + 0, bad + 0 }' "$log")
	if [ "$status" = 77 ]; then continue; fi
	if [ "$status" = 124 ]; then echo "$t: no end after $limit seconds"; fi
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		echo "$t: exit status $status"
		failed=$((failed + 1))
	fi
	if [ "$status" = 0 ] && [ "$checks" = 0 ]; then
		echo "$t: ended without counting any check"
		failed=$((failed + 1))
	fi
	passed=$((passed + checks - bad)) failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
