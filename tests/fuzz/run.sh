#!/bin/bash
# run.sh BUILD SECONDS FUZZ_SOURCE... -- runs each libFuzzer target for so many seconds, starting from its
# seeds in tests/fuzz/seeds/NAME (if any) and from what earlier runs found in BUILD/corpus/NAME. A finding
# is left in BUILD/ as crash-NAME-*; exit 1 if there is one.
set -u
build=$1 seconds=$2
shift 2
if [ $# = 0 ]; then
	echo "fuzz: there are no targets tests/fuzz/fuzz_*.c"
	exit 1
fi
failed=()
for source in "$@"; do
	name=${source##*/fuzz_}
	name=${name%.c}
	corpus=("$build/corpus/$name")
	mkdir -p "${corpus[0]}"
	if [ -d "tests/fuzz/seeds/$name" ]; then corpus+=("tests/fuzz/seeds/$name"); fi
	options=()
	if [ -f "tests/fuzz/$name.dict" ]; then options+=("-dict=tests/fuzz/$name.dict"); fi
	echo "== fuzz $name, $seconds s"
	"$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -verbosity=0 \
		-print_final_stats=1 -artifact_prefix="$build/crash-$name-" "${options[@]}" "${corpus[@]}" || failed+=("$name")
done
if [ ${#failed[@]} != 0 ]; then
	echo "fuzz: findings in: ${failed[*]}; see $build/crash-*"
	exit 1
fi
