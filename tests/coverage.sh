#!/bin/bash
# coverage.sh begin|end BUILD -- which lines of lib/, zonec/ and server/ the tests of a --coverage build have run.
# begin makes the files to count in, which all may write: a front has given up root when it does. end reads them; the
# pages to click through are in BUILD/html.
set -eu
step=$1 build=$2
if [ "$step" = begin ]; then
	find "$build" -name '*.gcno' | while IFS= read -r notes; do
		counts=${notes%.gcno}.gcda
		: >"$counts"
		chmod 666 "$counts"
	done
	exit 0
fi
info=$build/coverage.info
lcov --quiet --capture --directory "$build" --base-directory . --output-file "$info.all" 2>/dev/null
lcov --quiet --output-file "$info" --extract "$info.all" "$PWD/lib/*" "$PWD/zonec/*" "$PWD/server/*" 2>/dev/null
genhtml --quiet --output-directory "$build/html" "$info" 2>/dev/null
lcov --list "$info" 2>/dev/null | grep -v '^Reading'
echo "coverage: $build/html/index.html"
