#!/bin/bash
# run.sh PROGRAM... -- runs every test program, as many at once as there are processors (EDICT_TEST_JOBS says another
# number), also when one fails, and ends with "N passed, N failed". What a program wrote is shown whole when it has
# ended, and its end once more, below "-- failed", when it failed: who sees the end of a long log only sees why.
#
# A program says how it went in check's words, "Checks: N, Failures: F, Errors: E", once for each suite.
# Exit 77 means it cannot run here and says why. A program that dies, hangs, or exits with an error without
# having counted one (a sanitizer at its end) is one failure more.
set -u
passed=0 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# A test that hangs must not hang the build; nothing here comes near these limits.
limit=${EDICT_TEST_LIMIT:-900}
jobs=${EDICT_TEST_JOBS:-$(nproc)}

# TSan of gcc 12 cannot work with the address randomisation of newer kernels.
wrap=()
if [ -n "${TSAN_OPTIONS:-}" ] && setarch -R true 2>/dev/null; then wrap=(setarch -R); fi

# Who is interrupted takes the programs along: they run in the background, where no terminal reaches them.
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM

# run_one NUMBER PROGRAM: leaves what it wrote, and its exit status.
run_one() {
	local run=("$2") child
	case $2 in *.sh) run=(bash "$2") ;; esac
	trap 'kill "$child"' TERM
	"${wrap[@]}" timeout --kill-after=10 "$limit" "${run[@]}" >"$dir/$1.log" 2>&1 </dev/null &
	child=$!
	wait "$child"
	echo $? >"$dir/$1.status"
}

# judge NUMBER PROGRAM: shows and counts.
judge() {
	local log=$dir/$1.log before=$failed status checks bad
	status=$(cat "$dir/$1.status")
	echo "== $2"
	cat "$log"
	read -r checks bad < <(awk '
		match($0, /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/) {
			split(substr($0, RSTART, RLENGTH), n, /[^0-9]+/); checks += n[2]; bad += n[3] + n[4] }
		END { print checks + 0, bad + 0 }' "$log")
	if [ "$status" = 77 ]; then return; fi
	if [ "$status" = 124 ]; then echo "$2: no end after $limit seconds"; fi
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		echo "$2: exit status $status"
		failed=$((failed + 1))
	fi
	if [ "$status" = 0 ] && [ "$checks" = 0 ]; then
		echo "$2: ended without counting any check"
		failed=$((failed + 1))
	fi
	passed=$((passed + checks - bad)) failed=$((failed + bad))
	if [ "$failed" != "$before" ]; then guilty+=("$1"); fi
}

# repeat_failures: what to read first.
repeat_failures() {
	local i
	[ ${#guilty[@]} != 0 ] || return 0
	echo "-- failed"
	for i in "${guilty[@]}"; do
		echo "== ${programs[$i]}: exit status $(cat "$dir/$i.status")"
		tail -n 40 "$dir/$i.log"
	done
}

# judge_ended shows those that have ended since it was called last.
programs=("$@") judged=() guilty=()
judge_ended() {
	local i
	for i in "${!programs[@]}"; do
		if [ -s "$dir/$i.status" ] && [ -z "${judged[$i]:-}" ]; then
			judged[i]=1
			judge "$i" "${programs[$i]}"
		fi
	done
}

running=0
for i in "${!programs[@]}"; do
	if [ "$running" -ge "$jobs" ]; then
		wait -n
		running=$((running - 1))
		judge_ended
	fi
	run_one "$i" "${programs[$i]}" &
	running=$((running + 1))
done
wait
judge_ended
repeat_failures
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
