#!/bin/bash
# Breaks each lint rule once in a small house of its own and looks whether the rule names file and line.
set -u
lint=$(cd "$(dirname "$0")" && pwd)
house=$(mktemp -d) || exit 1
trap 'rm -rf "$house"' EXIT
checks=0 failures=0

# expect WHY WANT COMMAND...: the command must fail and print WANT; with WANT empty it must pass in silence.
expect() {
	local why=$1 want=$2 out status
	shift 2
	out=$("$@" 2>&1)
	status=$?
	checks=$((checks + 1))
	if [ -z "$want" ] && [ "$status" = 0 ] && [ -z "$out" ]; then return; fi
	if [ -n "$want" ] && [ "$status" = 1 ] && grep -qF -- "$want" <<<"$out"; then return; fi
	failures=$((failures + 1))
	printf '%s: wanted "%s", got status %s and: %s\n' "$why" "$want" "$status" "$out"
}

# source FILE LINE...: writes a file of the small house.
source_file() {
	mkdir -p "$house/$(dirname "$1")"
	printf '%s\n' "${@:2}" >"$house/$1"
}

# includes WHY FILE INCLUDE WANT: one file of the small house, whose third line is the include.
includes() {
	rm -rf "${house:?}"/*
	source_file "$2" "/* a" " */" "#include $3" "int x;"
	expect "$1" "$4" "$lint/floors.sh" "$house"
}

includes "the floor below is fine"            lib/dns/a.c    '"base/base.h"'    ""
includes "the same room is fine"              lib/dns/a.h    '"dns/name.h"'     ""
includes "libc is fine"                       lib/base/a.c   '<string.h>'       ""
includes "base knows no DNS"                  lib/base/a.c   '"dns/name.h"'     'lib/base/a.c:3: base may not include "dns/name.h"'
includes "the read path knows no zone"        lib/answer/a.c '"zone/zone.h"'    'lib/answer/a.c:3: answer may not include "zone/zone.h"'
includes "neither program sees the other"     server/a.c     '"zonec/main.h"'   'server/a.c:3: server may not include "zonec/main.h"'
includes "a header is looked at as well"      lib/sec/a.h    '"store/store.h"'  'lib/sec/a.h:3: sec may not include "store/store.h"'
includes "a path that leaves its room"        lib/dns/a.c    '"../zone/zone.h"' 'lib/dns/a.c:3: dns may not include "../zone/zone.h"'
includes "no room named"                      lib/dns/a.c    '"name.h"'         'lib/dns/a.c:3: dns may not include "name.h"'
includes "LMDB in its room"                   lib/store/a.c  '<lmdb.h>'         ""
includes "LMDB elsewhere"                     zonec/a.c      '<lmdb.h>'         'zonec/a.c:3: zonec may not include <lmdb.h>'
includes "OpenSSL in its room"                lib/crypto/a.c '<openssl/evp.h>'  ""
includes "OpenSSL elsewhere"                  lib/sec/a.c    '<openssl/evp.h>'  'lib/sec/a.c:3: sec may not include <openssl/evp.h>'
includes "libsodium elsewhere"                lib/store/a.c  '<sodium.h>'       'lib/store/a.c:3: store may not include <sodium.h>'
includes "sockets in the server"              server/a.c     '<sys/socket.h>'   ""
includes "sockets elsewhere"                  lib/answer/a.c '<sys/socket.h>'   'lib/answer/a.c:3: answer may not include <sys/socket.h>'
includes "sockets in the file that may"       zonec/parent.c '<sys/socket.h>' ""
includes "sockets beside it"                  zonec/a.c      '<sys/socket.h>'   'zonec/a.c:3: zonec may not include <sys/socket.h>'
includes "a file of that name elsewhere"      lib/zonec/parent.c '<sys/socket.h>' 'lib/zonec/parent.c:3: zonec may not include <sys/socket.h>'
includes "a space does not hide it"           lib/base/a.c   ' "dns/name.h"'    'lib/base/a.c:3: base may not include "dns/name.h"'

# sizes WHY LINES WANT: a file with one function of so many lines.
sizes() {
	# shellcheck disable=SC2046 # one word a line
	source_file a.c "static void long_one(void)" "{" $(yes ';' | head -n "$2") "}"
	expect "$1" "$3" "$lint/sizes.sh" "$house/a.c"
}
sizes "a function of 70 lines passes"   70  ""
sizes "a function of 71 lines does not" 71  "a.c:2: 71 lines, at most 70: static void long_one(void)"
# shellcheck disable=SC2046
source_file b.c $(yes ';' | head -n 701)
expect "a file of 701 lines" "b.c: 701 lines, at most 700" "$lint/sizes.sh" "$house/b.c"

source_file a.c "int f(char *a)" "{" "	strcpy(a, b);" "}"
expect "strcpy is refused" "a.c:3: strcpy does not know the size of its target" "$lint/banned.sh" "$house/a.c"
source_file a.c "/* strcpy(a, b) */" "	my_strcpy(a); /* not strcpy(a) */" '	say("strcpy(a)");'
expect "talking about it is allowed" "" "$lint/banned.sh" "$house/a.c"

echo "Checks: $checks, Failures: $failures, Errors: 0"
[ "$failures" = 0 ]
