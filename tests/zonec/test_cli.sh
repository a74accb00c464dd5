#!/bin/bash
# zonec as its users see it: exit codes, messages, what the database holds afterwards.
# shellcheck source=tests/help/zonec.sh
. "$(dirname "$0")/../help/zonec.sh"

cat >good.zone <<'Z'
$TTL 1h
@	SOA	ns.Example.ORG. hostmaster 1 2h 15m 2w 5m
@	NS	ns
ns	A	192.0.2.1
WwW	A	192.0.2.2
*.w	TXT	"a \"quoted\" one" two
a.b.c	AAAA	2001:db8::1
x\.y	CNAME	www
Z
sed 's/192.0.2.2/192.0.2.300/; s/^\*.w.*/*.w TXT/' good.zone >bad.zone
sed 's/ 1 2h / 2 2h /; s/192.0.2.2/192.0.2.3/' good.zone >newer.zone
printf '@ SOA ns hostmaster 1 2h 15m 2w 5m\n@ NS ns\nns A 192.0.2.9\n' >no-ttl.zone

run
is "without a command it is usage" code_is 2
run frobnicate
is "an unknown command is usage" code_is 2
is "and is named" says "frobnicate"
run check --frobnicate a b
is "an unknown option is usage" code_is 2
run list --json -d db
is "an option that does nothing for a command is usage" code_is 2
is "and is named" says "^zonec: list takes no option --json"
run check --policy p.yaml example.org. good.zone
is "so is one that would have been believed" says "^zonec: check takes no option --policy"
run check --quiet=yes example.org. good.zone
is "a flag with a value is usage" says "^zonec: --quiet takes no value"
run check --max-errors=1 example.org. good.zone
is "a value may stand behind =" code_is 0
run check -t1 --off=duplicate example.org. good.zone
is "or right behind a letter" code_is 0
run compile -d db -k keys example.org. good.zone
is "keys for a zone that is not to be signed are usage" says "neither --sign nor --policy"
for words in key ksr; do
	run "$words"
	is "half a command is usage" code_is 2
	is "and the other halves are told" says "^zonec: there is no command '$words'; $words is followed by .*\(retire\|sign\)"
done
run check example.org.
is "a missing operand is usage" code_is 2
run check a..b good.zone
is "an origin that is no name is usage" code_is 2
run --help
is "help exits 0" code_is 0
for c in compile check list stats dump drop verify query; do
	is "help tells of $c" prints "^  $c "
done

for words in --version -V "list --version"; do
	# shellcheck disable=SC2086 # words
	run $words
	is "the version is told" prints "^zonec [0-9]"
	is "with code 0" code_is 0
done

run check example.org. good.zone
is "a good zone is good" code_is 0
is "and counted" prints "serial 1, 7 records: good"
run check example.org. bad.zone
is "a bad zone exits 1" code_is 1
is "an error has file, line, column and field" says '^bad.zone:5:7: error: .*192.0.2.300'
is "all errors are shown" says '^bad.zone:6:'
run check example.org. /nonexistent/file
is "a file that is not there is the system's fault" code_is 3
run check --json example.org. bad.zone
is "JSON goes to standard output" prints '"line":5,"column":7'
is "every line of it is JSON" python3 -c 'import json,sys; [json.loads(l) for l in open("out")]'
odd=$(printf 'zon\303\251 \377.zone')
cp bad.zone "$odd"
run check --json example.org. "$odd"
is "a name in UTF-8 stays itself, other octets become text" python3 -c \
	'import json; assert json.loads(open("out", encoding="utf-8").readline())["file"] == "zon\u00e9 \u00ff.zone"'
run compile --json -d jsondb example.org. good.zone
is "a compile says nothing else there" [ ! -s out ]
is "but on standard error" says "^example.org.: compiled"
run check example.org. - <good.zone
is "standard input is read" code_is 0
run check --explain
is "checks are explained" prints "^cname-and-other-data"
printf 'www A 192.0.2.2\nwww CNAME ns\n' | cat good.zone - >cname.zone
run check example.org. cname.zone
is "CNAME and other data is an error" code_is 1
is "that names its check" says "\[cname-and-other-data\]"
run check --warning cname-and-other-data example.org. cname.zone
is "a check can be made a warning" code_is 0
is "and still tells" says "warning: .*\[cname-and-other-data\]"
run check --off cname-and-other-data example.org. cname.zone
is "or be turned off" bash -c '! grep -q cname-and err'
run check --off nonsense example.org. good.zone
is "a check that does not exist is usage" code_is 2

mkdir parts
cat good.zone - >main.zone <<'Z'
$INCLUDE parts/one
mail CNAME ns
@ MX 1 mail
x CNAME y
Z
cat >parts/one <<'Z'
p A 192.0.2.9

$INCLUDE two
p A 192.0.2.9
x A 192.0.2.9
Z
printf '; nothing\nq NS nowhere\n' >parts/two
run check example.org. main.zone
is "what is wrong in an included file is told with its name and line" says '^parts/two:2: warning: q.example.org.: .*\[ns-missing\]'
is "as it is behind a file included there" says '^parts/one:4: warning: p.example.org.: .*\[duplicate\]'
is "as it is in the file itself" says '^main.zone:11: warning: example.org.: .*\[mx-alias\]'
is "also for errors" says '^parts/one:5: error: x.example.org.: .*\[cname-and-other-data\]'
sed 's/.*/a&    4000000000 A 192.0.2.1/' <(seq 1000) | cat good.zone - >warned.zone
run check example.org. warned.zone
is "warnings of one kind are told ten times" [ "$(grep -c 'warning: TTL: 4000000000' err)" = 10 ]
is "with the number of those that are not" says '^warned.zone: warning: TTL: and 990 more$'
is "and all are counted" prints '1000 warnings'

run list -d db
is "a database that is not there cannot be listed" code_is 3
run compile -d db example.org. good.zone
is "a compile exits 0" code_is 0
run dump -d db example.org.
is "a dump exits 0" code_is 0
cp out first.dump
is "the letter case of owners is kept" prints "^WwW.example.org."
is "and that of names in records" prints "ns.Example.ORG."
run compile -d db example.org. bad.zone
is "a bad zone is not compiled" code_is 1
is "and it is said that nothing changed" says "the database is as it was"
run dump -d db example.org.
is "and nothing changed" cmp -s out first.dump
run check example.net. first.dump
is "another zone's file is wrong" code_is 1
is "because of what is outside the zone" says "\[out-of-zone\]"
run compile -d db2 example.org. first.dump
run dump -d db2 example.org.
is "a dump compiles to the same zone" cmp -s out first.dump
run compile -q -d db example.org. newer.zone
is "a newer zone replaces the old" code_is 0
is "quietly" [ ! -s out ]
run query -d db www.example.org. A
is "the new zone is answered" prints "192.0.2.3"
is "with a header as dig prints it" prints '^;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 0$'
is "flags and counts" prints '^;; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1$'
is "the question" prints '^;www.example.org.		IN	A$'
is "and headings" prints '^;; ANSWER SECTION:$'
is "OPT is shown by itself" prints '^; EDNS: version: 0, flags:; udp: 1232$'
is "and not as a record" bash -c '! grep -q "ADDITIONAL SECTION" out'
run query -d db +dnssec nope.example.org. A
is "with DO when asked for" prints '^; EDNS: version: 0, flags: do;'
is "with NXDOMAIN where it should" prints "NXDOMAIN"
run query -d db www.example.org. NOTYPE
is "a type that is none is usage" code_is 2
run list -d db
is "the list has the zone and its serial" prints "^example.org.	serial=2"
run stats -d db
is "stats count zones" prints "^zones 1$"

printf '# comment\n\nexample.org. good.zone\nexample.net. bad.zone\nexample.com. no-ttl.zone\nmissing. nofile\nexample.biz. newer.zone # too\n' >list
run compile -d db --list list
is "one bad zone of a list gives 1" code_is 1
run list -d db
is "the others are compiled" [ "$(wc -l <out)" = 3 ]
printf 'a. good.zone -d other\nb. good.zone --policy p.yaml\n' >wrong-lines
run compile -d db --list wrong-lines
is "wrong lines give 1" code_is 1
is "a line has no say in where the database is" says "^zonec: wrong-lines:1: a line of a list takes no option --database"
is "a policy needs a place for keys" says "^zonec: wrong-lines:2: --policy needs a place"
echo 'ns 300 A 192.0.2.1' >no-soa.zone
run compile -d no-soa --off soa-count --off apex-ns example.org. no-soa.zone
is "a zone without SOA is not compiled, whatever checks are off" code_is 1
is "for a reason" says "^zonec: example.org.: not compiled: it has no SOA record"
printf '@ 60 SOA ns h 1 1 1 1 1\n@ NS ns.example.\ntwo CNAME a\ntwo CNAME b\na A 192.0.2.1\nb A 192.0.2.2\n' >two.zone
run compile -q -d two --off cname-count example.org. two.zone
is "two CNAMEs, if somebody insists" code_is 0
run query -d two two.example.org. A
is "are given, and one is followed" [ "$(grep -c '^two.*CNAME\|^[ab].example.org.*192.0.2' out)" = 3 ]
mkdir -p folder
for n in {1..600}; do echo "z$n.example. newer.zone"; done >many
run compile -q -d many.db --list many
run list -d many.db
is "a list that is read in parts is whole" [ "$(cut -f 1 out | sort -u | wc -l)" = 600 ]
is "and has nothing twice" [ "$(wc -l <out)" = 600 ]
printf 'a..b. good.zone\nexample.org. good.zone --odd\nexample.org.\nexample.org. good.zone\n' >lines
run compile -d db --list lines
is "bad lines give 1" code_is 1
is "a bad origin is told with its line" says "^zonec: lines:1: 'a..b.' is no name for a zone: an empty label"
is "and so is an option that does not exist" says "^zonec: lines:2: there is no option '--odd'"
is "and a line that is too short" says "^zonec: lines:3: a line is ORIGIN FILE"
is "the line behind them is compiled" prints "^example.org.: "
run compile -d db --list folder
is "a list that cannot be read gives 3" code_is 3
is "and is named" says "^zonec: folder: cannot be read beyond line 0: Is a directory"
printf 'example.org. good.zone%s\n' "$(printf ' --off duplicate%.0s' {1..40})" >long
run compile -d db --list long
is "options that are too many are not left out" code_is 1
is "but told of" says "^zonec: long:1: a line is ORIGIN FILE"
run drop -d typo example.org.
is "what is dropped from no database" code_is 3
run key ds-seen -d typo example.org.
is "or noted in none" code_is 3
is "is refused" says "typo: No such file or directory"
is "and makes none" [ ! -e typo ]
printf 'a A x\na A y\na A z\n' >three.zone
for c in "check" "compile -d db"; do
	# shellcheck disable=SC2086 # words are meant
	run $c --max-errors 2 three.example three.zone
	is "$c: reading stops at so many errors" code_is 1
	is "$c: which is said" grep -q "2 errors.*reading stopped there (--max-errors)" out err
	# shellcheck disable=SC2086
	run $c --max-errors 4 three.example three.zone
	is "$c: or it does not, and nothing is said" [ -z "$(grep stopped out err)" ]
done
run --help
is "no line of the help is wider than a terminal" [ -z "$(grep -E '.{81}' out)" ]
is "and its options keep their columns" [ "$(grep -c '^  \(-., \|    \)[-+]' out)" = "$(grep -c '^  \(-., \|    \)[-+].\{20\} [^ ]' out)" ]
run check --now 253402300800 example.org. good.zone
is "a clock beyond the year 9999 is usage" code_is 2
run check --max-errors 4294967296 example.org. good.zone
is "and so is a number that does not fit" says "max-errors: '4294967296' is not a number from 1 to 4294967295"
run verify -d db
is "all of it verifies" code_is 0
run drop -d db example.biz.
is "a zone is dropped" code_is 0
run drop -d db example.biz.
is "once" code_is 1
is "and the reason is told, once" says "^zonec: example.biz.: not dropped: no such zone in the database$"
run query -d db www.example.biz. A
is "and is not served" prints "REFUSED"
is "and why" prints "^; EDE: 20"
run dump -d db example.biz.
is "nor dumped" code_is 1
run verify -d db nowhere.
is "what is not there does not verify" code_is 1
printf 'garbage' >db3
run list -d db3
is "a file is no database" code_is 3
mkdir junk && printf 'not LMDB at all, certainly' >junk/data.mdb
run compile -d junk example.org. good.zone
is "nor is another program's file" code_is 3
is "which is left alone" grep -q "not LMDB" junk/data.mdb
run query -d db www.example.org. A
{
	printf '@ 60 SOA ns h 1 1 1 1 1\n@ NS ns.example.\n'
	for i in $(seq 3000); do echo "host-$i-with-a-long-name TXT \"$i of many\""; done
} >long.zone
run compile -q -d longdb example.org. long.zone
mkfifo slow
"$zonec" dump -d longdb example.org. >slow &
pid=$!
exec 7<slow
read -r line <&7
is "a dump that is read slowly begins" [ "${line:0:12}" = "example.org." ]
mdb_stat -r longdb >out 2>err
is "and holds no pages of the database" prints "no active readers"
cat <&7 >rest
exec 7<&-
wait "$pid"
is "it comes in full" [ "$(wc -l <rest)" = 3001 ]
"$zonec" dump -d longdb example.org. >/dev/full 2>err
is "or says that it did not" [ $? = 3 ]
is "and why" says "standard output could not be written: No space left on device"
mkfifo pipe
(exec "$zonec" compile -d db example.org. pipe 2>err) &
pid=$!
exec 3>pipe # the compile has begun when this goes on
head -c 1000 good.zone >&3
kill -TERM "$pid"
wait "$pid"
code=$?
exec 3>&-
is "a compile that is interrupted does not exit 0" code_is 143
is "and says so in a line" says "^zonec: interrupted"
run verify -d db
is "the database is whole" code_is 0
if [ -w /dev/full ]; then
	"$zonec" dump -d db example.org. >/dev/full 2>err
	code=$?
	is "output that cannot be written is the system's fault" code_is 3
fi
if [ -f "$home/zones/root.zone.xz" ]; then
	xz -dc "$home/zones/root.zone.xz" >root.zone
	run compile -q -d rootdb --now 1785600000 . root.zone
	is "the signed root compiles" code_is 0
	run dump -d rootdb .
	cp out root.dump
	run compile -q -d rootdb2 --now 1785600000 . root.dump
	run dump -d rootdb2 .
	is "its dump is a fixed point" cmp -s out root.dump
	run verify -d rootdb
	is "it verifies" code_is 0
fi

report
