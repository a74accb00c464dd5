#!/bin/bash
# A policy that asks the parent: what is taken for an answer, what is not, and a roll-over beside a parent that edictd
# serves, in which nobody says a word.
# shellcheck source=tests/help/zonec.sh
. "$(dirname "$0")/../help/zonec.sh"

edictd=$home/${B:-build}/bin/edictd
peer=$home/tests/zonec/peer.py
children=()
leave() {
	exec 4>&-
	for pid in "${children[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
	rm -rf "$work"
}
trap leave EXIT

if [ ! -x "$edictd" ] || ! command -v python3 >/dev/null; then
	echo "skipped: edictd and python3 are needed"
	exit 77
fi

says_nothing() { [ ! -s err ]; }
prints_not() { ! prints "$1"; }
compile() { run compile -d db -k keys --policy "policy.yaml:$1" test. zone; }
asked() { if [ -f asked ]; then wc -l <asked; else echo 0; fi; }

cat >zone <<'END'
$TTL 3600
@	SOA	ns hostmaster 1 7200 3600 604800 3600
	NS	ns
ns	A	192.0.2.1
END
now=1795884356 # 2026-11-28 16:45:56
day=86400

# ---- servers of all manners ----

modes=(right again child empty id question query servfail nxdomain refused badcode truncated lame alias loop count many
	long header sha1 other late close half)
mkfifo end ports
python3 "$peer" . "${modes[@]}" <end >ports &
children+=($!)
exec 4>end
declare -A port
while read -r mode number; do
	if [ "$mode" = ready ]; then break; fi
	port[$mode]=$number
done <ports
port[nobody]=1 # where nobody listens

fields="keys: csk, denial: nsec, serial: unixtime, ksk-lifetime: 60d"
{
	echo "policies:"
	for mode in "${!port[@]}"; do echo " - { name: $mode, $fields, parent-servers: 127.0.0.1@${port[$mode]} }"; done
	echo " - { name: two, $fields, parent-servers: 127.0.0.1@${port[right]} 127.0.0.1@${port[other]} }"
	echo " - { name: both, $fields, parent-servers: 127.0.0.1@${port[right]} 127.0.0.1@${port[again]} }"
	echo " - { name: hushed, $fields, parent-servers: 127.0.0.1@${port[right]} 127.0.0.1@${port[late]} }"
	echo " - { name: said, $fields }"
} >policy.yaml

# show TTL TAG...: the parent has the DS of these keys.
show() {
	local ttl=$1 tag
	shift
	: >dsset
	for tag in "$@"; do "$zonec" key ds -k keys test. | sed -n "s/.*\tDS\t\($tag .*\)/$ttl \1/p" >>dsset; done
}

: >dsset
compile right
is "the first compile" code_is 0
is "does not ask: the parent cannot know yet" [ "$(asked)" = 0 ]
now=$((now + 3 * day))
compile right
is "the parent is to act" prints "test.: waits for the parent to show the DS: each compile asks 127.0.0.1@${port[right]}$"
is "and is not asked before it can have read that" [ "$(asked)" = 0 ]
tag=$("$zonec" key list -k keys test. | cut -f2)

now=$((now + 60))
compile right
is "it is asked by the next compile" [ "$(asked)" = 1 ]
is "for the DS set, without recursion" grep -q "^right 0000000100000000000004746573740000 *2b0001" asked
is "that it has none yet is no warning" says_nothing
is "and waited for" prints "waits for the parent to show the DS"
cp -r db waiting

show 3600 "$tag"
# waits MODE SENTENCE: this answer is none, a warning says so, all else goes on.
waits() {
	compile "$1"
	is "$1: the compile goes on" code_is 0
	is "$1: the warning" says "test.: warning: 127.0.0.1@${port[$1]} was asked for the zone's DS set, and it $2.*the roll-over waits"
	is "$1: it waits" prints "waits for the parent to show the DS"
}
waits child "says that there is no DS set, but not in the name of a zone above"
waits empty "says that there is no DS set, but not in the name of a zone above"
waits id "sent an answer to another question"
waits question "sent an answer to another question"
waits query "sent what is no answer"
waits servfail "answers SERVFAIL"
waits nxdomain "answers NXDOMAIN: it knows no such zone"
waits refused "answers REFUSED"
waits badcode "answers with an error"
waits truncated "sent a truncated answer"
waits lame "does not speak for the parent"
waits alias "answers with other records"
waits loop "sent an answer that is damaged"
waits count "sent an answer that is damaged"
waits long "sent an answer that is damaged"
waits many "answers with more than 64 DS records"
waits header "sent less than a header"
waits late "did not answer within 5 seconds"
waits close "closed the connection before its answer was there"
waits half "closed the connection before its answer was there"
waits nobody "cannot be reached: Connection refused"
compile other
is "the DS of another key with the same tag" prints "waits for the parent to show the DS"
is "is none of ours" prints_not "is in the parent"
compile two
is "servers that disagree" says "were asked for the zone's DS set, and 1 of 2 show the DS of CSK $tag; the roll-over waits until all do"
is "are waited for" prints "waits for the parent to show the DS"
compile sha1
is "a digest that cannot be computed here" prints "waits for the parent to show the DS"

# A server that says nothing is waited for once, however many zones a list has.
printf 'test. zone\nother. zone2\n' >list
sed 's/^@/other. &/;s/^other. @/@/' zone >zone2
run compile -d db -k keys --policy policy.yaml:said other. zone2
now=$((now + 3 * day))
run compile -d db -k keys --policy policy.yaml:said other. zone2
now=$((now + 60))
run compile -d db -k keys --policy policy.yaml:hushed -q --list list
is "a list beside a silent server" code_is 0
is "waits for it once" says "other.: warning: 127.0.0.1@${port[late]} was .*it is not asked again"
is "and warns, also when it is to be quiet" says "test.: warning: .*did not answer within 5 seconds"
rm -rf db
mv waiting db

# ---- who does not ask ----

before=$(asked)
run key rehearse -d db -k keys --policy policy.yaml:right --until +90d test.
is "a rehearsal" prints "the parent has its DS, if it acts at once (each compile asks 127.0.0.1@${port[right]})"
run key status -d db -k keys --policy policy.yaml:right test.
is "status says what is waited for" prints "^CSK $tag waits for the parent to show its DS: each compile asks 127.0.0.1@${port[right]}$"
run key status -d db -k keys --policy policy.yaml:said test.
is "and how it is found out" prints "^CSK $tag waits for the parent to show its DS: then say zonec key ds-seen$"
run key status -d db -k keys test.
is "with or without the policy" prints "^CSK $tag waits for the parent to show its DS"
compile said
is "a policy without servers" prints "waits for the parent to show the DS: then say zonec key ds-seen$"
is "none of them asks anybody" [ "$(asked)" = "$before" ]

# ---- a DS that comes, and one that goes ----

show $((2 * day)) "$tag"
compile both
is "all servers show the DS" prints "test.: the DS of CSK $tag is in the parent: asked at 127.0.0.1@${port[right]}, 127.0.0.1@${port[again]}"
due=$(sed -n 's/.*the next step is due \(.*\)/\1/p' out)
is "a DS set with a longer TTL than the policy's counts" [ "$(date -u -d "$due" +%s)" = $((now + 2 * day + 2 * 3600)) ]
before=$(asked)
now=$((now + day))
compile both
is "the TTL is not forgotten" prints "the next step is due $due"
is "nothing waits, nobody is asked" [ "$(asked)" = "$before" ]
now=$(($(date -u -d "$due" +%s)))
compile both
is "then it is in every cache" prints "CSK $tag: its DS is in every cache"
now=$((now + 60 * day))
compile both
now=$((now + 3 * day))
compile both
new=$("$zonec" key list -k keys test. | cut -f2 | grep -v -x "$tag")
is "its successor wants a DS" prints "CSK $new: the parent is asked for its DS"
now=$((now + 60))
show 3600 "$tag" "$new"
compile both
is "which comes" prints "the DS of CSK $new is in the parent"
is "while the other is still there" prints "waits for the parent to show the DS no more: each compile asks"
is "which is no warning" says_nothing
compile child
is "the child's own servers do not know" says "not in the name of a zone above"
show 3600 "$new"
compile both
is "then it is gone" prints "the DS of CSK $tag is gone from the parent: asked at"
is "and nothing waits" prints_not "waits for the parent"

# ---- a parent that edictd serves ----

rm -rf db keys asked
cat >above <<'END'
$TTL 3600
@	SOA	ns.example. hostmaster.example. 1 7200 3600 604800 3600
	NS	ns.example.
ns.example.	A	192.0.2.2
test	NS	ns.test
ns.test	A	192.0.2.1
END
"$zonec" compile -q -d parent . above || exit 1
mkfifo says
"$edictd" -d parent -l 127.0.0.1@0 >says 2>&1 &
children+=($!)
exec 3<says
address=
while [ -z "$address" ] && read -r -t 20 line <&3; do
	address=$(sed -n 's/.*ready, serving .* on \(127\.0\.0\.1@[0-9]*\).*/\1/p' <<<"$line")
done
is "edictd serves the parent" [ -n "$address" ]
cat <&3 >log &
cat >policy.yaml <<END
policies:
  - name: roll
    algorithm: ED25519
    ksk-lifetime: 20d
    serial: unixtime
    parent-servers: $address
END

# act: the parent copies the CDS set of the child; edictd shows it within a second.
act() {
	"$zonec" dump -d db test. | sed -n 's/^test\.\t\([0-9]*\)\tIN\tCDS\t\(.*\)/test \1 DS \2/p' >wanted
	cat above wanted >now_above
	"$zonec" compile -q -d parent . now_above
	for _ in $(seq 100); do
		dig +tcp +short +norecurse -p "${address#*@}" @127.0.0.1 test. DS | tr -d ' ' | sort >shown
		sed 's/.* DS //' wanted | tr -d ' ' | sort >want
		cmp -s shown want && return
		read -r -t 0.1 <>pause
	done
	return 1
}
mkfifo pause
: >history
end=$((now + 60 * day)) steps=0
while [ "$now" -lt $end ] && [ $steps -lt 100 ]; do
	steps=$((steps + 1))
	compile roll
	is "a compile" code_is 0
	is "without a warning" says_nothing
	cat out >>history
	next=$(sed -n 's/.*the next step is due \(.*\)/\1/p' out)
	if grep -q "waits for the parent" out; then
		is "the parent acts" act
		now=$((now + 600))
	else
		now=$(date -u -d "${next:-@$end}" +%s)
	fi
done
count() { grep -c -e "$1" history; }
is "KSKs rolled" [ "$(count 'KSK [0-9]*: is gone')" -ge 2 ]
is "for the parent was asked" [ "$(count 'the DS of KSK [0-9]* is in the parent: asked at')" -ge 3 ]
is "about those that left, too" [ "$(count 'the DS of KSK [0-9]* is gone from the parent: asked at')" -ge 2 ]
is "and nobody said so" prints_not "ds-seen"

report
