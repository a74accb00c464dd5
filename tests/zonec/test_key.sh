#!/bin/bash
# zonec key as its users see it: files, words, dates, refusals.
# shellcheck source=tests/help/zonec.sh
. "$(dirname "$0")/../help/zonec.sh"

now=1795884356 # 2026-11-28 16:45:56
key() { run key "$@"; }
mode_is() { [ "$(stat -c %a "$1")" = "$2" ]; }
lines_are() { [ "$(wc -l <out)" = "$1" ]; }

# ---- usage ----

key
is "key alone is usage" code_is 2
key frobnicate
is "an unknown command is usage" code_is 2
is "and is named" says "'key frobnicate'"
for c in "generate example.org" "import x" "list" "ds example.org" "retire example.org 1" "status example.org"; do
	# shellcheck disable=SC2086 # words are meant
	key $c
	is "$c without a directory is usage" code_is 2
	is "$c tells its usage" says "usage: zonec key ${c%% *} -k KEYDIR"
done
key list -k none
is "a directory that is not there" code_is 1
is "is named" says "key directory none: No such file"

# ---- generate ----

key generate -k keys --ksk example.org
is "a KSK is made" code_is 0
is "its file is told" prints '^Kexample\.org\.+013+[0-9]\{5\}$'
ksk=$(cat out)
is "the directory is the owner's" mode_is keys 700
is "the private half is the owner's" mode_is "keys/$ksk.private" 600
is "the public half is everybody's" mode_is "keys/$ksk.key" 644
is "a KSK has the SEP flag" grep -q '^example.org. IN DNSKEY 257 3 13 ' "keys/$ksk.key"
is "it is published now" grep -q '^Publish: 20261128164556$' "keys/$ksk.private"
is "it signs now" grep -q '^Activate: 20261128164556$' "keys/$ksk.private"
is "without the clock's help" grep -q '^; Created: 20261128164556 (Sat Nov 28 16:45:56 2026)$' "keys/$ksk.key"
key generate -k keys --zsk -a ECDSAP256SHA256 --publish 2026-12-01 --activate +10d --inactive 20270101 \
	--delete 20270201123000 example.org.
is "a ZSK is made" code_is 0
zsk=$(cat out)
is "a ZSK has no SEP flag" grep -q 'IN DNSKEY 256 3 13 ' "keys/$zsk.key"
is "a day" grep -q '^Publish: 20261201000000$' "keys/$zsk.private"
is "from now on" grep -q '^Activate: 20261208164556$' "keys/$zsk.private"
is "another day" grep -q '^Inactive: 20270101000000$' "keys/$zsk.private"
is "a moment" grep -q '^Delete: 20270201123000$' "keys/$zsk.private"
for a in 8:RSASHA256:1024 10:RSASHA512:1024 14:ECDSAP384SHA384: 15:ED25519: 16:ed448:; do
	IFS=: read -r number name bits <<<"$a"
	key generate -k more -a "$name" ${bits:+--bits "$bits"} "$name.example"
	is "$name is made" code_is 0
	is "and is $number" prints "+$(printf %03d "$number")+"
done
key list -k more
is "all are listed" lines_are 5
is "without a role it is a CSK" prints "	RSASHA512	CSK	active	private	"
key generate -k keys -a 8 --bits 512 example.org
is "a small RSA key is usage" code_is 2
is "and its sizes are told" says "1024 to 4096"
key generate -k none -a 8 --bits 0 example.org
is "so is one of no size" code_is 2
is "and no directory is made for it" [ ! -e none ]
key generate -k keys -a 8 --bits 99999999999999999999 example.org
is "and a huge one" code_is 2
key generate -k keys --bits 256 example.org
is "other keys have no sizes" code_is 2
key generate -k keys -a 5 example.org
is "SHA-1 does not sign" code_is 2
is "and is named" says "RSASHA1"
key generate -k keys -a rot13 example.org
is "an unknown algorithm is usage" code_is 2
key generate -k keys --ksk --zsk example.org
is "two roles are usage" code_is 2
key generate -k keys --publish 2026-02-30 example.org
is "an impossible day is usage" code_is 2
is "and its option is named" says "^zonec: --publish: '2026-02-30' is no date"
key generate -k keys --publish 2027-01-01 --activate 2026-12-01 example.org
is "a key signs only once it is published" code_is 2
is "says so" says "Publish would come after Activate"
key generate -k keys a..b
is "an origin that is no name is usage" code_is 2
key generate -k "$work/out" example.org
is "a directory that is a file" code_is 3

# ---- list, status ----

key list -k keys example.org
is "two keys are listed" lines_are 2
is "the KSK" prints "^example.org.	$((10#${ksk##*+}))	ECDSAP256SHA256	KSK	active	private	$ksk$"
is "the ZSK" prints "^example.org.	$((10#${zsk##*+}))	ECDSAP256SHA256	ZSK	future	private	$zsk$"
key list -k keys example.com
is "a zone without keys is no error" code_is 0
key status -k keys example.com
is "but has no status" code_is 1
key status -k keys example.org
is "status" code_is 0
is "the KSK does it all until the ZSK can" prints "^KSK .*published since .*; signs everything since 2026-11-28 16:45:56 UTC$"
is "the ZSK is told" prints "^ZSK .*: not published yet; will be published from 2026-12-01; may sign from 2026-12-08 16:45:56 UTC until 2027-01-01; will be removed on 2027-02-01 12:30:00 UTC$"
now=1796169600 # 2026-12-02
key status -k keys example.org
is "then it is published" prints "^ZSK .*: published since 2026-12-01; may sign from 2026-12-08 16:45:56 UTC until"
now=1797000000 # 2026-12-11
key status -k keys example.org
is "then it signs the zone" prints "^ZSK .*: published since 2026-12-01; signs the zone since 2026-12-08 16:45:56 UTC until 2027-01-01;"
is "and the KSK the keys" prints "^KSK .*; signs the DNSKEY set since"
now=1799000000 # 2027-01-03
key status -k keys example.org
is "then it signs no more" prints "^ZSK .*; signs no more since 2027-01-01; will be removed on"
key list -k keys example.org
is "and is retired" prints "	ZSK	retired	"
now=1802000000 # 2027-02-07
key status -k keys example.org
is "then it is gone" prints "^ZSK .*: not published any more since 2027-02-01 12:30:00 UTC$"
now=1795884356

# ---- ds ----

key ds -k keys example.org
is "one DS" lines_are 1
is "of the KSK" prints "^example.org.	IN	DS	$((10#${ksk##*+})) 13 2 [0-9A-F]\{64\}$"
sha256=$(cut -f4 out | tr -d ' ')
key ds -k keys --digest 4 example.org
is "SHA-384" prints " 13 4 [0-9A-F]\{96\}$"
sha384=$(cut -f4 out | tr -d ' ')
key ds -k keys --digest 1 example.org
is "SHA-1 is refused" code_is 2
is "with a reason" says "SHA-1, is not made any more"
key ds -k keys --digest 3 example.org
is "GOST too" code_is 2
if command -v dnssec-dsfromkey >/dev/null; then
	is "dnssec-dsfromkey says the same, 2" [ "$(dnssec-dsfromkey -2 "keys/$ksk" | cut -d' ' -f4- | tr -d ' ')" = "$sha256" ]
	is "dnssec-dsfromkey says the same, 4" [ "$(dnssec-dsfromkey -a 4 "keys/$ksk" | cut -d' ' -f4- | tr -d ' ')" = "$sha384" ]
	is "dnssec-settime reads our times" [ "$(dnssec-settime -up I "keys/$zsk")" = "Inactive: 1798761600" ]
fi

# ---- import ----

mkdir from && cp "keys/$ksk.key" "keys/$ksk.private" from/
key import -k home "from/$ksk.private"
is "a pair is brought" code_is 0
is "its file is told" prints "^$ksk$"
is "as it was" cmp -s "from/$ksk.private" "home/$ksk.private"
key import -k home "from/$ksk"
is "once only" code_is 1
is "says so" says "this key is there already"
rm "from/$ksk.private"
key import -k foreign "from/$ksk.key"
is "a public half is brought" code_is 0
is "and what that means is told" prints "the public half only"
key list -k foreign
is "it is a public one" prints "	CSK	published	public	"
key status -k foreign example.org
is "it signs nothing here" prints "its private half is not here$"
is "and that is a gap" prints "^warning: ECDSAP256SHA256 is published, but no key here signs the zone with it$"
printf 'example.org. IN DNSKEY 257 3 13 AAAA\nx\n' >from/bad.key
key import -k foreign from/bad.key
is "a bad file is refused" code_is 1
is "with file and line" says "^zonec: from/bad.key:2: "
chmod 640 "keys/$zsk.private"
key import -k foreign "keys/$zsk.key"
is "a private half that others can read is refused" code_is 1
is "with what to do" says "chmod 600"
key status -k keys example.org
is "everywhere" code_is 1
chmod 600 "keys/$zsk.private"

# ---- algorithms that do not sign here ----

cp -r keys mixed
echo 'old.example. IN DNSKEY 256 3 5 AwEAAQ==' >mixed/Kold.example.+005+01799.key
printf 'Private-key-format: v1.3\nAlgorithm: 5 (RSASHA1)\nModulus: AQAB\n' >mixed/Kold.example.+005+01799.private
chmod 600 mixed/*.private
printf '@ 60 SOA a. b. 1 2 3 400 5\n@ 60 NS a.\n' >small.zone
key list -k mixed
is "a directory with a key of RSASHA1 is listed" code_is 0
is "that key with what it is" prints "^old.example.	1799	RSASHA1	ZSK	published	unusable	Kold.example.+005+01799$"
is "and the others" prints "	private	$ksk$"
key status -k mixed old.example
is "its status says why it does not sign" prints "^ZSK RSASHA1 1799: published; zonec cannot sign with its algorithm$"
run check --sign -k mixed example.org small.zone
is "other zones are signed" code_is 0
run check --sign -k mixed old.example small.zone
is "its own is not" code_is 1
is "which says why, and what to do" says "mixed/Kold.example.+005+01799.private: algorithm 5 (RSASHA1) does not sign here; .*: roll to one of them"
echo 'policies: [ { name: p } ]' >policy.yaml
run compile -d db --policy policy.yaml -k mixed old.example small.zone
is "by no policy either" says "algorithm 5 (RSASHA1) does not sign here"
key import -k home mixed/Kold.example.+005+01799
is "it is not brought" code_is 1
is "which says why" says "mixed/Kold.example.+005+01799.private: algorithm 5 (RSASHA1) does not sign here"
echo 'Delete: 20200101000000' >>mixed/Kold.example.+005+01799.private
key generate -k mixed old.example
run check --sign -k mixed old.example small.zone
is "once it is gone it is in nobody's way" code_is 0

# ---- retire ----

key retire -k keys example.org 70000
is "no such key" code_is 1
key retire -k keys example.org
is "which key?" code_is 2
key retire -k keys example.org "$((10#${zsk##*+}))" --inactive never
is "never is no date to retire at" code_is 2
key retire -k keys example.org "keys/$ksk.key" --inactive 2026-12-31
is "a key is retired by its file" code_is 0
is "its dates are told" prints "^$ksk: signs until 2026-12-31, is removed on 2027-01-30$"
is "there is no other: a warning" says "^zonec: warning: from 2026-12-31 on, no such key of ECDSAP256SHA256 signs the DNSKEY set"
is "they are in the private file" grep -q '^Inactive: 20261231000000$' "keys/$ksk.private"
is "and in the public one" grep -q '^; Delete: 20270130000000 (Sat Jan 30 00:00:00 2027)$' "keys/$ksk.key"
is "which has one of each" [ "$(grep -c Inactive "keys/$ksk.key")" = 1 ]
is "and is everybody's still" mode_is "keys/$ksk.key" 644
key retire -k keys example.org "$((10#${ksk##*+}))" --inactive 2027-01-02 --delete 2027-01-03
is "other dates" prints "signs until 2027-01-02, is removed on 2027-01-03"
is "nobody signs then" says "^zonec: warning: from 2027-01-02 on, no such key of ECDSAP256SHA256 signs the zone"
key retire -k keys example.org "$((10#${ksk##*+}))" --inactive 2027-01-02 --delete 2027-01-01
is "removed before it stops" code_is 2

key generate -k pair example.org
old=$(cat out)
key generate -k pair --activate 2026-12-30 example.org
key retire -k pair example.org "$old" --inactive 2026-12-31
is "with a successor there is no warning" [ ! -s err ]
is "and all is well" code_is 0

report
