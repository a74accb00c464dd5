#!/bin/sh
# headers.sh CC FLAGS... -- every header must compile alone, so that the order of includes never matters.
cc=$1
shift
bad=0
for h in $(find lib zonec server -name '*.h' 2>/dev/null | sort); do
	# shellcheck disable=SC2086 # flags are words
	printf '#include "%s"\n' "$h" | "$cc" "$@" -x c -fsyntax-only - || { echo "$h: does not compile alone with $cc"; bad=1; }
done
exit $bad
