#!/bin/bash
# A KSK that is elsewhere, as the two sides see it: requests, a ceremony, and months of a zone that never sees the KSK.
# shellcheck source=tests/help/zonec.sh
. "$(dirname "$0")/../help/zonec.sh"

cat >zone <<'END'
$TTL 3600
@	SOA	ns hostmaster 1 7200 3600 604800 3600
	NS	ns
ns	A	192.0.2.1
END
cat >policy.yaml <<'END'
policies:
  - name: away
    offline-ksk: yes
    zsk-lifetime: 20d
    keyset-validity: 21d
    refresh: 5d
    serial: unixtime
  - name: hurry
    offline-ksk: yes
    dnskey-ttl: 10m
    serial: unixtime
  - name: home
    serial: unixtime
  - name: other
    offline-ksk: yes
    algorithm: ED25519
  - name: none
    keys: none
END
now=1795884356 # 2026-11-28 16:45:56

# whole: what the database has is a zone that validates.
whole() {
	"$zonec" dump -d db test. >dumped 2>err && grep -q DNSKEY dumped &&
		"$zonec" check --now "$now" --off rrsig-expires-soon -q test. dumped >out 2>err || return 1
	if command -v ldns-verify-zone >/dev/null; then
		ldns-verify-zone -t "$(date -u -d "@$now" +%Y%m%d%H%M%S)" dumped >out 2>&1 || return 1
	fi
}

# ---- the ceremony ----

run key generate -k safe --ksk test.
run ksr create -d db -k keys --policy policy.yaml:away --until +90d test.
is "a request" code_is 0
cp out request
is "has bundles" [ "$(grep -c '^bundle' request)" -gt 8 ]
is "and no KSK" [ "$(grep -c 'DNSKEY 257' request)" = 0 ]
is "its ZSKs are made ahead" [ "$(find keys -name '*.private' | wc -l)" -gt 3 ]
run ksr create -d db -k keys --policy policy.yaml:away --until +90d test.
is "the same request again is the same" cmp -s out request
run ksr sign -k safe request
is "a response" code_is 0
cp out response
is "has the KSK in each bundle" [ "$(grep -c 'DNSKEY 257' response)" = "$(grep -c '^bundle' request)" ]
run compile -d db -k keys --policy policy.yaml:away test. zone
is "without it nothing is signed" says "there are no bundles of its KSK"
run ksr import -k keys test. response
is "a KSK that nobody knows" says "response:[0-9]*: the bundle of 20261128164556 is signed by no KSK that is known here"
cp safe/*.key .
run key import -k keys ./*.key
run ksr import -k keys test. response
is "one that is known" code_is 0
is "tells how far it reaches" prints "bundles, from 2026-11-28 16:45:56 UTC until 2027-0"

# ---- what is changed is refused ----

# refuses WHY MESSAGE SED: the response, edited.
refuses() {
	sed -e "$3" response >edited
	run ksr import -k keys test. edited
	is "$1 is refused" code_is 1
	is "$1 is named" says "$2"
}
first=$(grep -n -m1 '^RRSIG' response | cut -d: -f1)
refuses "another expiration" "edited:[0-9]*: the bundle of 20261128164556 has a signature that is wrong" \
	's/expires 20261219164556/expires 20261220164556/'
refuses "another TTL" "has a signature that is wrong" 's/^ttl 3600/ttl 7200/'
refuses "a key that is gone" "has a signature that is wrong" "0,/^DNSKEY 256/{/^DNSKEY 256/d}"
refuses "a signature that is gone" "is not signed" "${first}d"
refuses "a changed signature" "has a signature that is wrong" "${first}s/==\$/AA/;${first}s/[A-Z]\\([^A-Z]*\\)\$/Q\\1/"
refuses "another zone" "is of another zone" 's/^zone .*/zone other./'
refuses "a newer version" "edited:1: is of version 2, and this zonec knows version 1" '1s/1/2/'
refuses "a request" "is a request: sign it first" '/^RRSIG/d;/DNSKEY 257/d;s/response/request/'
# shellcheck disable=SC2016 # sed's dollar
refuses "half a file" "its bundle has no end" '/^end/,$d'
refuses "a word that is none" "edited:7: is none of: zone, ttl, cds, bundle" '7s/^/x/'
run ksr import -k keys test. nowhere
is "a file that is not there" says "nowhere: No such file"
run ksr sign -k safe response
is "a response is not signed again" says "is a response, which is signed already"
run ksr sign -k nosafe request
is "a ceremony without keys" code_is 1
"$zonec" ksr create -d db2 -k keys2 --policy policy.yaml:away --until +30d --now "$now" test. >request2
"$zonec" ksr sign -k safe request2 >response2
run ksr import -k keys test. response2
is "a response to another request" says "has a ZSK that is not in the key directory: it is of another request"
now=$((now - 86400))
run ksr sign -k safe request2
code_then=$code
now=$((now + 86400))
is "a ceremony needs no clock" [ "$code_then" = 0 ]

# ---- months of it, with a run each day and some days left out ----

zsks=0
for day in $(seq 0 48); do
	case $day in 17 | 18 | 39 | 40 | 41) continue ;; esac
	now=$((1795884356 + day * 86400))
	run compile -d db -k keys --policy policy.yaml:away test. zone
	is "day $day" code_is 0
	zsks=$((zsks + $(grep -c "it signs the zone" out)))
	is "day $day: the zone is whole" whole
done
is "ZSKs changed" [ "$zsks" -ge 3 ]
is "CDS came from the ceremony, so there is none" [ "$(grep -c CDS dumped)" = 0 ]

# ---- the next request goes on from here ----

run ksr create -d db -k keys --policy policy.yaml:away --until +60d test.
cp out request
"$zonec" ksr sign -k safe request >response
run ksr import -k keys test. response
is "another ceremony" code_is 0
run compile -d db -k keys --policy policy.yaml:away test. zone
is "goes on" code_is 0
is "and the zone is whole" whole
now=$((now + 100 * 86400))
run compile -d db -k keys --policy policy.yaml:away test. zone
is "bundles that have run out" code_is 1
is "are named" says "none of the bundles of its KSK, of which the last expires 2027-0"
now=$((now - 100 * 86400))

# ---- bundles with another TTL than the policy counts with ----

run compile -d db -k keys --policy policy.yaml:hurry test. zone
is "bundles with a longer TTL than the policy's are refused" code_is 1
is "and it says which" says "a TTL of 3600 s, and the policy's dnskey-ttl is 600 s"

# ---- too far ahead ----

keys=$(find keys -type f | wc -l)
run ksr create -d db -k keys --policy policy.yaml:away --until never test.
is "a plan without end is refused" code_is 1
is "and says why" says "ZSKs would be made until then, and at most 32 are made ahead"
is "before it makes a key" [ "$(find keys -type f | wc -l)" = "$keys" ]
run ksr create -d db -k keys --policy policy.yaml:away --until 2020-01-01 test.
is "a time that is over" says "that time is over"

# ---- the parent is told by the bundles ----

cp -r safe safe2
first=$(find safe2 -name '*.key' | sed 's/.*+0*//;s/\.key//')
run key generate -k safe2 --ksk --publish +1d --activate +1d --sync-publish +10d test.
is "a second KSK, whose DS is wanted ten days from now" code_is 0
second=$(sed 's/.*+0*//' out)
run key generate -k safe2 --ksk --sync-publish -- test.
is "a time that is none" code_is 2
run key generate -k safe2 --zsk --sync-publish now test.
is "a ZSK" says "a ZSK has no DS in the parent"
run key generate -k safe2 --ksk --publish +2d --sync-publish +1d test.
is "not before it is published" says "Publish would come after SyncPublish"
sed -i '/^; Sync/d' safe2/*+*"$first".key
run key retire -k safe2 --inactive +20d --delete +30d --sync-delete +10d test. "$first"
is "the first one leaves" code_is 0
run ksr sign -k safe2 request
is "a ceremony with both" code_is 0
cp response response1
# cds TAG FROM TO: between these days, and only then, bundles have the CDS of this key.
cds() {
	awk -v tag="$1" -v from="$(date -u -d "@$((now + $2 * 86400))" +%Y%m%d%H%M%S)" \
		-v to="$(date -u -d "@$((now + $3 * 86400))" +%Y%m%d%H%M%S)" '
		$1 == "bundle" { wanted = $2 >= from && $2 < to; n += wanted }
		$1 == "CDS" && $2 == tag { if (!wanted) bad = 1; found++ }
		END { exit bad || found != n || n == 0 }' out
}
is "CDS from SyncPublish on" cds "$second" 10 60
is "and none of the first, which never had one" prints_not "^CDS $first "
is "signed like all else" [ "$(grep -c '^CDS' out)" -le "$(grep -c '^RRSIG CDS ' out)" ]
cp out response
cp safe2/*.key .
for key in K*.key; do "$zonec" key import -k keys "$key" >/dev/null 2>&1; done
run ksr import -k keys test. response
is "which the signer takes" code_is 0
cp -r db db_now
cp -r keys keys_now
later=$now
now=$((now + 12 * 86400))
run compile -d db -k keys --policy policy.yaml:away test. zone
is "and publishes" code_is 0
is "in a zone that is whole" whole
is "with the CDS of the second" grep -q "CDS.$second " dumped
is "and its CDNSKEY" grep -q "CDNSKEY.257 " dumped
now=$later
rm -rf db keys
mv db_now db
mv keys_now keys
rm -f keys/*+"$second".key # a response without it follows
run ksr import -k keys test. response1

# ---- without the KSK nothing moves that needs it ----

for policy in other home none; do
	run compile -d db -k keys --policy "policy.yaml:$policy" test. zone
	is "policy $policy is refused" code_is 1
	is "policy $policy says why" says "this needs the KSK, which is elsewhere"
done
printf '%s\n' "@ 3600 DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==" |
	cat zone - >foreign
run compile -d db -k keys --policy policy.yaml:away test. foreign
is "a key of the file that nobody signed" says "the file has DNSKEY records of its own"

# ---- and with it all goes on here ----

cp safe/* keys
run compile -d db -k keys --policy policy.yaml:home test. zone
is "the KSK is home" code_is 0
is "and the zone is whole" whole
is "with the same KSK" [ "$(grep -c 'DNSKEY.257' dumped)" = 1 ]

report
