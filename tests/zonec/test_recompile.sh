#!/bin/bash
# Zones that are compiled and signed again: what is written, and which signatures stay.
# shellcheck source=tests/help/zonec.sh
. "$(dirname "$0")/../help/zonec.sh"

now=1795884356 # 2026-11-28
# good: what is stored is what the rows make.
good() { "$zonec" verify -d "$1" >out 2>err && grep -q ": good" out; }

# zone SERIAL [RECORD...]: a zone that is too large for the pool, with these records more, in the file zone.
zone() {
	{
		printf '@ 3600 SOA ns1 hostmaster %s 7200 3600 604800 300\n@ NS ns1\nns1 A 192.0.2.1\n' "$1"
		shift
		for i in $(seq 300); do
			printf 'host%d A 198.51.100.%d\n' "$i" $((i % 250))
		done
		for i in $(seq 20); do
			printf 'child%d NS ns.child%d\nns.child%d A 203.0.113.%d\n' "$i" "$i" "$i" "$i"
		done
		printf '%s\n' "$@"
	} >zone
}

# ---- unsigned ----

zone 1
run compile -d db example.org zone
is "a new zone is compiled" prints "^example.org: compiled, [0-9]* records$"
run compile -d db example.org zone
is "the same zone again is unchanged" prints "^example.org: unchanged, [0-9]* records$"
zone 2 'more A 192.0.2.7'
run compile -d db example.org zone
is "what differs is told" prints "compiled, [0-9]* records, 2 RRsets changed$"
is "and is good" good db
run query -d db more.example.org A
is "and is answered" prints "192.0.2.7"
run compile --replace -d db example.org zone
is "--replace compiles it whole" prints "compiled, [0-9]* records$"

printf '@ 3600 SOA ns1.example. h.example. 1 7200 3600 604800 300\n@ NS ns1.example.\n' >small
run compile -d db small.example small
is "so is a small zone" prints "^small.example: compiled"
run compile -d db small.example small
is "which the second time is unchanged" prints "^small.example: unchanged, 2 records$"

# ---- damaged ----

# spoil TEXT: overwrites it where answers are made from it, while the RRset that dump prints stays.
spoil() {
	while IFS=: read -r at _; do
		printf 'X' | dd of=db/data.mdb bs=1 seek="$at" conv=notrunc 2>/dev/null
		"$zonec" dump -d db example.org 2>/dev/null | grep -q "$1" && ! good db && return
		printf '%s' "${1:0:1}" | dd of=db/data.mdb bs=1 seek="$at" conv=notrunc 2>/dev/null
	done < <(grep -abo "$1" db/data.mdb)
}

zone 3 'more TXT spoil-this-octet'
run compile -d db --replace example.org zone
spoil spoil-this-octet
run verify -d db
is "damage is found" code_is 3
is "and what helps is said" says "example.org.: 1 things are wrong.*compile the zone again, with --replace"
run compile -d db --replace example.org zone
is "it helps" good db

# ---- signed ----

run key generate -k keys --csk example.org
is "there is a key" code_is 0
sign() {
	run compile -d sdb --sign -k keys "$@" example.org zone
}
zone 1
sign --nsec3
is "a new zone is signed" prints "serial 1, [0-9]* signatures made, 0 kept"
sign --nsec3
is "the same zone again is unchanged" prints "^example.org: unchanged, serial 1$"
zone 1 'more A 192.0.2.7'
sign --nsec3
is "of one more name the record, two links of the chain, and the SOA are signed" prints \
	"4 RRsets changed; serial 2, 4 signatures made"
is "and it is good" good sdb
run query -d sdb +dnssec more.example.org A
is "and is answered" prints "RRSIG"
run query -d sdb +dnssec nomore.example.org A
is "with proofs" prints "NSEC3"
zone 1
sign --nsec3
is "one name less" prints "4 RRsets changed; serial 3, 2 signatures made"
is "is good" good sdb
zone 1 'child1 DS 1 13 2 0123456789012345678901234567890123456789012345678901234567890123'
sign --nsec3
is "a DS record: itself, its link, the SOA" prints "3 RRsets changed; serial 4, 3 signatures made"
is "is good, too" good sdb
run compile --replace -d sdb --sign -k keys --nsec3 example.org zone
is "--replace writes the same zone whole" prints "compiled, [0-9]* records; serial 4, 0 signatures made"
sign --nsec
is "another kind of proof takes a whole build" prints "compiled, [0-9]* records; serial 5"
is "which is good" good sdb
run query -d sdb +dnssec nomore.example.org A
is "and proves with NSEC" prints "NSEC	"
zone 1 'b.ent A 192.0.2.9'
sign --nsec
is "in a chain of NSEC records, too, little is written: a name comes, a DS record goes" prints "6 RRsets changed; serial 6, 5 signatures made"
is "which is as good" good sdb
now=$((now + 3600 * 24 * 15))
sign --nsec
is "signatures that are fresh stay" prints "unchanged, serial 6"
now=$((now + 3600 * 24 * 10))
sign --nsec
is "and are made anew before they expire" prints "serial 7, [1-9][0-9]* signatures made"
is "all of which is good" good sdb
# ---- a zone that a list names twice ----

zone 1
cp zone first
zone 1 'more A 192.0.2.7'
printf 'example.org first\nexample.org zone\n' >list
run compile -d ldb --sign -k keys --list list
is "the second comes after the first" prints "compiled, [0-9]* records, 4 RRsets changed; serial 2"

report
