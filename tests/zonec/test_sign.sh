#!/bin/bash
# zonec --sign as operators meet it: what is said when it cannot be, and what a list may say of each zone.
# shellcheck source=tests/help/zonec.sh
. "$(dirname "$0")/../help/zonec.sh"

# refused WHY WORDS SENTENCE: compiling exits with 1 and says so, and the database does not know the zone.
refused() {
	local why=$1 sentence=$3
	# shellcheck disable=SC2086 # words
	run compile -q -d db --sign $2 example.org. zone
	is "$why: exit 1" code_is 1
	is "$why: it says so" says "$sentence"
	run list -d db
	is "$why: nothing is committed" [ ! -s out ]
}
# usage WHY WORDS SENTENCE: a command line that is refused as such.
usage() {
	# shellcheck disable=SC2086 # words
	run compile -d db $2 example.org. zone
	is "$1" code_is 2
	is "$1: it says so" says "$3"
}

moment=1794614400 # 2026-11-14
cat >zone <<'Z'
$TTL 1h
@	SOA	ns hostmaster 1 2h 15m 2w 5m
@	NS	ns
ns	A	192.0.2.1
a.b	NS	ns.elsewhere.example.
Z
run key generate -k keys --now $moment -a 13 example.org.
is "a key is made" code_is 0

usage "signing needs keys"           "--sign"                                   "needs the zone's keys"
usage "options need --sign"          "--nsec3"                                  "but not --sign"
usage "one chain"                    "--sign -k keys --nsec --nsec3"            "one or the other"
usage "opt-out is NSEC3's"           "--sign -k keys --opt-out"                 "are for --nsec3"
usage "a salt in hexadecimal"        "--sign -k keys --nsec3 --salt abc"        "'abc' is not 1 to 255 octets"
usage "iterations need insistence"   "--sign -k keys --nsec3 --iterations 1"    "allow-iterations insists"
usage "a number of iterations"       "--sign -k keys --nsec3 --iterations 1x"   "not a number up to 65535"
usage "a serial policy"              "--sign -k keys --serial later"            "'later' is not keep"
usage "a hash"                       "--sign -k keys --zonemd sha384,md5"       "is not sha384"
usage "a time"                       "--sign -k keys --validity 30y"            "'30y' is not a time"

refused "no directory"        "-k nowhere"                              "key directory nowhere"
mkdir empty
refused "no keys"             "-k empty --now $moment"                     "no key of example.org.: zonec key generate"
refused "a clock"             "-k keys --now 1000"                      "the clock says 1970-01-01"
refused "not yet"             "-k keys --now $((moment - 10))"             "no key signs yet: the first, .* does from 2026-11-14"
refused "validity"            "-k keys --now $moment --validity 7d"        "never fresh"
cp -r keys open
chmod 644 open/*.private
refused "others can read it"  "-k open --now $moment"                      "readable\|read by\|others"
cp -r keys half
rm half/*.private
refused "half a key"          "-k half --now $moment"                      "private half is missing"
"$zonec" key generate -k old --now $moment -a 13 --inactive +1d --delete +2d example.org. >out 2>err
refused "not any more"        "-k old --now $((moment + 86400))"           "no key signs any more"
"$zonec" key generate -k gone --now $moment -a 13 --delete +1d example.org. >out 2>err
refused "nor after its removal" "-k gone --now $((moment + 86400))"        "no key signs any more: the last, .* did until 2026-11-15"
cp zone plain.zone
echo "@ DNSKEY 256 3 8 AwEAAbNVv6ulgRdO31MtAehz7j3ALRjwZglWesnzvllQl/+hBRZr9QoYcO2I+DkO4Q1NKxox4DUIxj8SxPO3GwDuOFR9" >>zone
refused "another algorithm"   "-k keys --now $moment"                      "of algorithm 8, so everything must be signed"
cp plain.zone zone

run check --sign -k keys --now $moment --nsec3 --opt-out example.org. zone
is "check signs and writes nothing" code_is 0
is "and counts" prints "good"
run compile -d db --sign -k keys --now $moment --zonemd sha384 example.org. zone
is "it compiles" code_is 0
is "and says what it signed" prints "serial 1, 8 signatures made, 0 kept"
run dump -d db example.org.
cp out first
run check --now $moment example.org. first
is "what was signed is right, signatures and digest too" code_is 0
run check --sign -k keys --now $moment example.org. first
is "a signed file is signed anew" code_is 0
is "which is said" says "records are left out"
run compile -d db2 --sign -k keys --now $moment --zonemd sha384 example.org. zone
run dump -d db2 example.org.
is "the same again gives the same octets" cmp -s out first

run compile -q -d db -k keys --now $moment example.org. zone
is "keys without --sign are a mistake" says "neither --sign nor --policy"
run compile -q -d db --now $moment example.org. zone
run list -d db
is "without --sign the zone is unsigned again" prints "unsigned"

# ---- signatures that do not last for the SOA's expire ----
sed 's/ 2w / 40d /' zone >lasting
short() { run compile -q "$@" -d short --sign -k keys --now $moment example.org. lasting; }
short
is "that is told, under a check's name" says "lasting: warning: signatures last for .* than the SOA's expire of 3456000 s.* .rrsig-expires-soon."
short --off rrsig-expires-soon
is "and can be off" [ ! -s err ]
short --error rrsig-expires-soon
is "or an error" code_is 1

# ---- a serial that goes back ----
run compile -q -d back -k keys --sign --serial unixtime --now $moment example.org. zone
run compile -q -d back example.org. zone
is "signed, then unsigned: compiled" code_is 0
is "and told, for there may be a DS" says "zone: warning: the zone in the database is signed, this one is not: .* .signed-before."
is "a warning has both serials" says \
	"zone: warning: the serial goes back from $moment in the database to 1: .*raise the file's serial above $moment .serial-goes-back"
run compile -q -d back -k keys --sign --serial unixtime --now $moment example.org. zone
run compile -q --error serial-goes-back -d back example.org. zone
is "as an error it stops the compile" code_is 1
run compile -q --off serial-goes-back --off signed-before -d back example.org. zone
is "and it can be off" [ ! -s err ]
run compile -q -d back example.org. zone
is "the same serial is none" [ ! -s err ]
sed 's/hostmaster 1 /hostmaster 4294967295 /' zone >earlier
run compile -q -d back example.org. earlier
is "4294967295 is before 1 (RFC 1982)" says "goes back from 1 in the database to 4294967295"
run compile -q -d back example.org. zone
is "and 1 comes after it" [ ! -s err ]

# ---- a list ----
run key generate -k keys --now $moment -a 15 example.net.
cat >list <<'Z'
example.org. zone --sign --nsec3 --opt-out # its own
example.net. zone --sign --nsec
example.com. zone
Z
run compile -q -d lists -k keys --now $moment --list list
is "each zone of a list has its options" code_is 0
run list -d lists
is "NSEC3 and opt-out"  prints "^example.org.*nsec3-opt-out"
is "NSEC"               prints "^example.net.*	nsec	"
is "and none"           prints "^example.com.*unsigned"
echo "example.org. zone --frobnicate" >list
run compile -q -d lists -k keys --now $moment --list list
is "a wrong option is a wrong line" code_is 1
is "and is told with its place" says "list:1: there is no option .--frobnicate"
echo "example.org. zone -d other" >list
run compile -q -d lists -k keys --now $moment --list list
is "the database is not a zone's own" code_is 1

later=4294900000 # 2106-02-06; an RRSIG's times have 32 bits, until 2106-02-07 06:28:15
run key generate -k late --now $later example.org.
run compile -d late.db --sign -k late --now $later --validity 30h --jitter 12h --refresh 1h example.org. zone
is "a zone is signed beyond 2106" code_is 0
run list -d late.db
is "and when its signatures expire is not in 1970" prints "expires=2106-02-0"
run list -d late.db --now $later
is "whenever it is looked at" prints "expires=2106-02-0"
run verify -d late.db
is "and verifies" code_is 0

for o in validity jitter inception dnskey-ttl; do
	run check --sign -k keys --$o 100000d example.org. zone
	is "--$o is a time that is too long" says "^zonec: --$o: '100000d' is too long: at most 2147483647 s, 24855d$"
	is "which is usage" code_is 2
done
run check --sign -k keys --validity 99999999999999999999w example.org. zone
is "however long" says "is too long"
run check --sign -k keys --validity 10000dd example.org. zone
is "and no time is none" says "is not a time such as"

report
