#!/bin/bash
# coverage.sh BUILD -- which lines of lib/, zonec/ and server/ the tests of a --coverage build have run.
# The pages to click through are in BUILD/html.
set -eu
build=$1
info=$build/coverage.info
lcov --quiet --capture --directory "$build" --base-directory . --output-file "$info.all" 2>/dev/null
lcov --quiet --output-file "$info" --extract "$info.all" "$PWD/lib/*" "$PWD/zonec/*" "$PWD/server/*" 2>/dev/null
genhtml --quiet --output-directory "$build/html" "$info" 2>/dev/null
lcov --list "$info" 2>/dev/null | grep -v '^Reading'
echo "coverage: $build/html/index.html"
