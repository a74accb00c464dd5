#!/bin/bash
# A policy as its users see it: a zone compiled again and again as time goes by, through every kind of roll-over.
# After each step the zone is dumped and checked, down to every signature, by zonec check, and by the tools of others
# that are installed.
# shellcheck source=tests/help/zonec.sh
. "$(dirname "$0")/../help/zonec.sh"

prints_not() { ! grep -q -e "$1" out; }

cat >zone <<'END'
$TTL 3600
@	SOA	ns hostmaster 1 7200 3600 604800 3600
	NS	ns
ns	A	192.0.2.1
www	A	192.0.2.2
child	NS	ns.child
ns.child A	192.0.2.3
END
cat >policy.yaml <<'END'
policies:
  - name: first
    algorithm: ED25519
    zsk-lifetime: 20d
    ksk-lifetime: 50d
    serial: unixtime
    zonemd: sha-384
  - name: csk
    keys: csk
    denial: nsec
    serial: unixtime
  - name: csks
    keys: csk
    algorithm: ED25519
    ksk-lifetime: 12d
    dnskey-ttl: 2h
    serial: unixtime
  - name: other
    keys: csk
    algorithm: ECDSAP256SHA256
    serial: unixtime
  - name: often
    zsk-lifetime: 4d
    purge-keys: 1d
    serial: unixtime
  - name: leave
    keys: none
END

# A clock that is set, for a validator that has no option for it.
cc -shared -fPIC -o clock.so "$OLDPWD/tests/interop/clock.c" 2>/dev/null || rm -f clock.so

two_csks() { ! grep -q 'DNSKEY.256 ' dumped && [ "$(grep -c '	DNSKEY.257 ' dumped)" -ge 2 ]; }

# whole: what the database has is a zone that validates at this moment, or an unsigned one; others think so, too.
whole() {
	"$zonec" dump -d db test. >dumped 2>err || return 1
	"$zonec" check --now "$now" --off rrsig-expires-soon -q test. dumped >out 2>err || return 1
	grep -q DNSKEY dumped || return 0
	if command -v ldns-verify-zone >/dev/null; then
		ldns-verify-zone -t "$(date -u -d "@$now" +%Y%m%d%H%M%S)" dumped >out 2>&1 || return 1
	fi
	if command -v dnssec-verify >/dev/null && [ -e clock.so ]; then
		EDICT_CLOCK_OFFSET=$((now - $(date +%s))) LD_PRELOAD=$work/clock.so \
			timeout 20 dnssec-verify -q -z -o test. dumped >out 2>&1 || return 1
	fi
	# Where two CSKs are published and both sign the DNSKEY set, kzonecheck 3.2 wants every RRset signed with both.
	# One is right: "at least one DNSKEY of each algorithm" (RFC 4035 2.2), and validators take any single path
	# (RFC 6840 5.11). The others here agree.
	if command -v kzonecheck >/dev/null && ! two_csks; then
		kzonecheck -o test. -t "$now" dumped >out 2>&1 || return 1
	fi
}

# step POLICY: a compile; then what the parent does at once, if somebody waits for it. Sets next, 0: nothing is due.
step() {
	run compile -d db -k keys --policy "policy.yaml:$1" test. zone
	is "a compile by policy $1" code_is 0
	cat out >>history
	next=$(sed -n 's/.*the next step is due \(.*\)/\1/p' out)
	next=${next:+$(date -u -d "$next" +%s)}
	cp out said
	is "the zone is whole" whole
	if two_csks; then seen=$((seen + 1)); fi
	if grep -q "key ds-seen" said; then
		"$zonec" key ds-seen -d db --now "$now" test. >out 2>err
		code=$?
		is "the parent has a DS" code_is 0
		next=$((now + 1))
	fi
	if grep -q "key ds-gone" said; then
		"$zonec" key ds-gone -d db --now "$now" test. >out 2>err
		code=$?
		is "the parent has a DS no more" code_is 0
		next=$((now + 1))
	fi
}

# live POLICY DAYS: steps whenever one is due.
live() {
	local end=$((now + $2 * 86400)) steps=0

	while [ "$now" -lt "$end" ] && [ "$steps" -lt 200 ]; do
		steps=$((steps + 1))
		step "$1"
		if [ -z "$next" ] || [ "$next" -gt "$end" ]; then next=$end; fi
		now=$next
	done
}
count() { grep -c -e "$1" history; }
at_least() { [ "$(count "$2")" -ge "$1" ]; }

now=1795884356 # 2026-11-28 16:45:56
seen=0 # steps with two CSKs

# ---- from unsigned to signed, and a life of roll-overs ----

: >history
live first 60
is "ZSKs took over" at_least 3 "ZSK [0-9]*: it signs the zone"
is "ZSKs left" at_least 2 "ZSK [0-9]*: is gone"
is "KSKs took over" at_least 2 "KSK [0-9]*: the parent is asked for its DS"
is "a KSK left" at_least 1 "KSK [0-9]*: is gone"
is "the zone has one KSK's CDS" [ "$(grep -c "CDS" dumped)" -ge 2 ]

# The same moment again: nothing happens, no key is made.
run compile -d db -k keys --policy policy.yaml:first test. zone
keys=$(find keys -name '*.key' | wc -l)
run compile -d db -k keys --policy policy.yaml:first test. zone
is "the same run again does nothing to keys" prints_not "SK [0-9]*:"
is "and makes none" [ "$(find keys -name '*.key' | wc -l)" = "$keys" ]

# ---- to one key, to another algorithm, to none ----

: >history
live csk 10
is "an algorithm and a CSK took over" at_least 1 "CSK [0-9]*: its DS is in every cache"
is "and the old keys left" at_least 2 "[KZ]SK [0-9]*: is gone"
: >history
live other 3
live leave 10
is "keys that were on their way left too" at_least 1 "CSK [0-9]*: is gone"
is "the zone is unsigned" [ "$(grep -c -e RRSIG -e DNSKEY dumped)" = 0 ]
run key ds-seen -d db test.
is "nothing waits then" says "no key waits for its DS"

run compile -d db -k keys --policy policy.yaml:leave test. zone
before=$("$zonec" list -d db)
now=$((now + 1))
run compile -d db -k keys --policy policy.yaml:leave test. zone
is "the same zone again is unchanged" prints "^test.: unchanged, "
is "and not written" [ "$("$zonec" list -d db)" = "$before" ]

# ---- a key made and not committed is used by the next run ----

rm -rf db2 keys2
cp zone broken
echo "www CNAME www" >>broken
run compile -d db2 -k keys2 --policy policy.yaml:csk test. broken
is "a zone that is wrong is not compiled" code_is 1
keys=$(find keys2 -name '*.key' | wc -l)
is "its key was made" [ "$keys" = 1 ]
run compile -d db2 -k keys2 --policy policy.yaml:csk test. zone
is "it is compiled now" code_is 0
is "with the key that was there" [ "$(find keys2 -name '*.key' | wc -l)" = 1 ]

# ---- two runs at once: the one that commits last began with a state that is old then ----

mkfifo pipe
"$zonec" compile -d db2 -k keys2 --policy policy.yaml:csk --now $((now + 86400)) test. pipe >late 2>&1 &
exec 3>pipe # which waits until the run has begun to read the zone, and so has read the state
now=$((now + 80000))
run compile -d db2 -k keys2 --policy policy.yaml:csk test. zone
is "a run while another reads" code_is 0
cat zone >&3
exec 3>&-
wait $!
code=$?
cp late err
is "the other is refused" code_is 1
is "and says what to do" says "changed since this run read it.*compile it again"
now=$((now + 6400))
run compile -d db2 -k keys2 --policy policy.yaml:csk test. zone
is "which works" code_is 0

# ---- a policy is not forgotten by mistake ----

run compile -d db2 test. zone
is "a zone with a policy, compiled without" code_is 1
is "is refused" says "its keys follow the policy csk, and this would publish it without"
"$zonec" dump -d db2 test. >dumped
is "and still signed" grep -q RRSIG dumped
cp -r db2 db3
run compile -d db3 --replace test. zone
is "unless it is meant" code_is 0
run compile -d db3 test. zone
is "once" code_is 0
run key ds-seen -d db3 test.
is "then it has no policy" says "no policy has signed it yet"

# ---- refusals ----

run compile -d db --policy policy.yaml:csk test. zone
is "a policy without a key directory" code_is 2
is "is told" says "policy needs a place for the zone's keys"
run compile -d db -k keys --policy policy.yaml test. zone
is "a file of six policies wants a name" says "it holds 6 policies; say which"
run compile -d db -k keys --policy policy.yaml:csk --nsec3 --sign test. zone
is "a policy says it all" says "policy says all"
# shellcheck disable=SC2016 # a master file's dollar
printf '$TTL 2d\n@ SOA ns h 1 1 1 604800 1\n@ NS ns\nns A 192.0.2.1\n' >long
run compile -d db -k keys --policy policy.yaml:csk test. long
is "a TTL above the policy's" code_is 1
is "is named with its line" says "long:2.*TTL 172800 is above the policy's max-zone-ttl of 86400 s"
mv keys2/*.private elsewhere.private
run compile -d db2 -k keys2 --policy policy.yaml:csk test. zone
is "a key that is missing" code_is 1
is "is named" says "the CSK with tag [0-9]* is in use and its .private file is not in the key directory"
run key ds-seen -d db2 test.
is "no DS is on its way yet" says "no key waits for its DS"
now=4102444800 run compile -d db2100 -k keys2100 --policy policy.yaml:csk test. zone
now='' run key ds-seen -d db2100 test.
is "a clock that is behind the last step is not noted" says "nothing was noted: it is .* by the clock, but its keys took a step on 2100"
run key ds-seen -d db2 other.
is "a zone without a policy" says "no policy has signed it yet"
run key ds-gone -d db2 test. 70000
is "no tag" says "is no key tag"

# ---- keys that are lost ----

run key forget -d db2 -k keys2 test. 70000
is "no tag" code_is 2
tag=$("$zonec" key list -k keys2 test. | cut -f2)
is "the way out is told" says "is no key tag"
run compile -d db2 -k keys2 --policy policy.yaml:csk test. zone
is "a lost key" says "bring it back; if it is lost for good: zonec key forget"
mv elsewhere.private "$(echo keys2/*.key | sed 's/key$/private/')"
run key forget -d db2 -k keys2 test. "$tag"
is "one that is not lost" says "the CSK with tag $tag is not lost: keys2/.*private is there; zonec key retire"
run key forget -d db2 -k keys2 test. $((tag ^ 1))
is "one that nobody knows" says "no key in its policy has the tag"
now=$((now + 3 * 86400))
run compile -d db2 -k keys2 --policy policy.yaml:csk test. zone
rm keys2/*.private
run key forget -d db2 -k keys2 test. "$tag"
is "one with a DS" code_is 1
is "is not forgotten by mistake" says "the parent may have the DS of CSK $tag"
run compile -d db2 -k keys2 --policy policy.yaml:csk test. zone
is "nothing was" code_is 1
run key forget -d db2 -k keys2 --replace test. "$tag"
is "unless it is meant" prints "the key with tag $tag is forgotten; the next compile takes another"
rm -rf saved
mv db saved 2>/dev/null
cp -r db2 db
run compile -d db -k keys2 --policy policy.yaml:csk test. zone
is "then another takes its place" code_is 0
is "and signs at once" prints "CSK [0-9]*: it signs the zone"
is "in a zone that is whole" whole
is "where the lost one is published for those who have its signatures" [ "$(grep -c '	DNSKEY.257 ' dumped)" = 2 ]
rm -rf db3 keys3
run compile -d db3 -k keys3 --policy policy.yaml:first test. zone
zsk=$("$zonec" key list -k keys3 test. | grep ZSK | cut -f2)
rm keys3/*+*"$zsk".private
run compile -d db3 -k keys3 --policy policy.yaml:first test. zone
is "a lost ZSK" says "the ZSK with tag $zsk is in use and its .private file is not"
run key forget -d db3 -k keys3 test. "$zsk"
is "needs no more than to be forgotten" code_is 0
rm -rf db
cp -r db3 db
run compile -d db -k keys3 --policy policy.yaml:first test. zone
is "a ZSK takes its place" prints "ZSK [0-9]*: it signs the zone"
is "in a zone that is whole, too" whole
rm -rf db keys2 db2
mv saved db
run compile -d db2 -k keys2 --policy policy.yaml:csk test. zone

# ---- keys of another signer ----

mkdir other
"$zonec" key generate -k other --zsk -a 15 --now "$now" test. >/dev/null
"$zonec" key generate -k other --zsk -a 15 --now "$now" test. >/dev/null
rm other/*.private
in_file=$(find other -name '*.key' | sed 1q)
brought=$(find other -name '*.key' | sed 1d)
record() { sed -n 's/.* 3 15 //p' "$1"; }
(cat zone && echo "@ 3600 DNSKEY 256 3 15 $(record "$in_file")") >multi
rm -rf db keys
mkdir keys
run key import -k keys "$brought"
is "another's key" prints "the public half only: it will be published and sign nothing"
cp zone alone
cp multi zone
seen=0
: >history
both() { grep -q -F "$(record "$in_file")" dumped && grep -q -F "$(record "$brought")" dumped; }
for _ in 1 2 3 4 5 6 7 8 9; do
	step first
	is "keys of others stay" both
	if [ -z "$next" ]; then break; fi
	now=$next
done
is "through a roll-over" at_least 2 "ZSK [0-9]*: it signs the zone"
cp alone zone
rm -rf db keys

# ---- rehearsal ----

run key rehearse --policy policy.yaml:first --until +60d test.
is "a rehearsal" code_is 0
is "tells of a second ZSK" prints "new ZSK 3: it signs the zone"
is "and of the parent" prints "the parent has its DS, if it acts at once"
run key rehearse --policy policy.yaml:first -k keys2 -d db2 --until +30d test.
is "a rehearsal from a state" prints "CSK [0-9]*: is gone"
is "to another algorithm" prints "new KSK 1: is made, ED25519"

# ---- a clock that goes back ----

rm -rf db keys
step csk
now=$((now + 86400 * 3650))
step csk
now=$((now - 86400 * 3650))
run compile -d db -k keys --policy policy.yaml:csk test. zone
is "a clock that is behind the last step" code_is 1
is "is noticed" says "set the clock right, or if it was wrong then: zonec key rewind"
run key rewind -d db test.
is "the clock was wrong then" code_is 0
run key rewind -d db test.
is "once" says "there is nothing to rewind"
: >history
live csk 5
is "it goes on from there" at_least 1 "is in every cache"
is "to where nothing is due" [ "$next" = "$now" ]

# ---- name servers that vouch for the first DS ----

cp zone vouched
echo "@ NS ns1.other.example." >>vouched
echo "@ NS Ns2.other.example." >>vouched
rm -rf db keys
run compile -d db -k keys --policy policy.yaml:csk test. vouched
run key signal -d db test.
is "before its keys are in every cache" says "neither CDS nor CDNSKEY records now"
now=$((now + 3 * 86400))
run compile -d db -k keys --policy policy.yaml:csk test. vouched
"$zonec" dump -d db test. >dumped
run key signal -d db test.
is "signalling records" code_is 0
is "are two for each server outside of the zone" [ "$(wc -l <out)" = 4 ]
is "under its name" prints "^_dsboot\.test\._signal\.ns1\.other\.example\."
sed -n 's/^_dsboot\.test\._signal\.ns1\.other\.example\./test./p' out >there
is "and what the zone has" [ "$(grep -c -x -F -f there dumped)" = 2 ]
is "but nothing for a server inside" [ "$(grep -c '_signal\.ns\.test' out)" = 0 ]
# shellcheck disable=SC2016 # a master file's dollar
(printf '%s\n' '$ORIGIN other.example.' '@ 3600 SOA ns1 h 1 1 1 1 1' '@ 3600 NS ns1' 'ns1 3600 A 192.0.2.1' &&
	echo 'ns2 3600 A 192.0.2.2' && cat out) >servers
run check other.example. servers
is "a zone takes them as they are" code_is 0
run compile -d db2 --replace test. zone
run key signal -d db2 test.
is "servers that are all inside" says "none of its name servers can vouch for it"
run key signal -d db nowhere.
is "a zone that is not there" says "no such zone"

# ---- one CSK after the other ----

rm -rf db keys
: >history
seen=0
live csks 30
is "CSKs changed" at_least 2 "CSK [0-9]*: is gone"
is "two of them were published at times" [ "$seen" -ge 4 ]

# ---- keys that are gone do not pile up ----

rm -rf db keys
: >history
live often 30
is "many keys came and went" at_least 4 "ZSK [0-9]*: is gone"
is "their files went, too" [ "$(find keys -type f | wc -l)" -le 8 ]
is "and that was said" at_least 3 "the files of 1 key gone long since are removed"

report
