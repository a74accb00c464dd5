#!/bin/bash
# However many threads work: the same findings in the same order, and the same database, octet by octet.
# shellcheck source=tests/help/zonec.sh
. "$(dirname "$0")/../help/zonec.sh"

# Enough names for several slices of every stage, in no order for some stretch, with something to find all over.
awk 'BEGIN {
	print "$TTL 300\n@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\nns A 192.0.2.1"
	for (i = 0; i < 70000; i++) {
		n = i % 1000 < 20 ? 70000 - i : i
		printf "d%05d NS ns%d.host%d.example.\n", n, i % 7, i % 500
		if (i % 3 == 0) printf "d%05d NS ns.d%05d\n", n, n
		if (i % 4 == 0) printf "ns.d%05d A 192.0.2.%d\n", n, i % 250
		if (i % 997 == 0) printf "d%05d 400 NS ns%d.host%d.example.\n", n, i % 7, i % 500
		if (i % 1009 == 0) printf "a.b.c%d.d TXT \"%d\"\nd%05d NS under_score.example.\n", i, i, n
		if (i % 5003 == 0) printf "x%d A 192.0.2.300\nx.elsewhere. A 192.0.2.1\n", i
	}
}' </dev/null >wrong.zone
grep -v '192.0.2.300' wrong.zone >big.zone

# A database has a secret seed of its own: all begin as copies of one.
printf '@ 300 SOA ns hostmaster 1 7200 900 1209600 300\n@ 300 NS ns.example.\n' >small.zone
"$zonec" compile -q --now 1000 -d empty small. small.zone || exit 1
for t in 1 2 3 7; do
	cp -r empty db$t
	"$zonec" check --max-errors 5 -t $t example.org. wrong.zone >wrong.$t 2>&1
	"$zonec" compile -q --now 1000 -t $t -d db$t example.org. big.zone >findings.$t 2>&1
	is "-t $t compiles" [ $? = 0 ]
	is "-t $t finds the same errors" cmp -s wrong.1 wrong.$t
	is "-t $t finds the same" cmp -s findings.1 findings.$t
	is "-t $t makes the same database" cmp -s db1/data.mdb db$t/data.mdb
done
is "there was something to find" [ "$(wc -l <findings.1)" -gt 30 ]
is "and errors with their places" grep -q '^wrong.zone:[0-9]*:[0-9]*: error: address' wrong.1
is "the database is whole" "$zonec" verify -q -t 2 -d db7

if [ -f "$home/zones/root.zone.xz" ]; then
	xz -dc "$home/zones/root.zone.xz" >root.zone
	for t in 1 4; do # when all signatures have expired
		"$zonec" check -t $t --now 1900000000 . root.zone >root.$t 2>&1
	done
	is "signatures are found expired" grep -q 'rrsig-expired' root.1
	is "and in the same order" cmp -s root.1 root.4
fi

report
