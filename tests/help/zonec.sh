# shellcheck shell=bash
# zonec.sh -- what the tests of zonec in shell share: they source it first, and end with `report`. It leaves them in
# an empty directory that goes when they end; $home is the tree.
set -u
cd "$(dirname "$0")/../.." || exit 1
home=$PWD
zonec=$home/${B:-build}/bin/zonec
checks=0 failures=0 code=0
work=$(tests/help/tempdir.sh) || exit 1
trap 'rm -rf "$work"' EXIT
export EDICT_MAPSIZE=${EDICT_MAPSIZE:-256M}
export EDICT_SEED=${EDICT_SEED:-1} # as in tests/help/run.c

if [ ! -x "$zonec" ]; then
	echo "skipped: there is no $zonec"
	exit 77
fi
cd "$work" || exit 1
touch out err

# run WORDS...: runs zonec, at the moment $now if that is set; its exit code, output and errors are in $code, out and
# err.
run() {
	"$zonec" "$@" ${now:+--now "$now"} >out 2>err
	code=$?
}
says() { grep -q -e "$1" err; }
prints() { grep -q -e "$1" out; }
prints_not() { ! prints "$1"; }
code_is() { [ "$code" = "$1" ]; }

# is WHY CONDITION...: one check.
is() {
	local why=$1
	shift
	checks=$((checks + 1))
	if ! "$@"; then
		failures=$((failures + 1))
		echo "not so: $why (code $code${now:+, now $(date -u -d "@$now" '+%F %T')})"
		cat out err
	fi
}

# report: the counts, in the words that tests/run.sh reads; false if a check failed.
report() {
	echo "Checks: $checks, Failures: $failures, Errors: 0"
	[ "$failures" = 0 ]
}
