#!/bin/bash
# keys.sh -- key files: what dnssec-keygen, dnssec-settime and ldns-keygen write, zonec reads; with what zonec writes,
# dnssec-signzone and ldns-signzone sign; DS records are the same.
set -u
cd "$(dirname "$0")/../.." || exit 1
zonec=$PWD/${B:-build}/bin/zonec
work=$(tests/help/tempdir.sh) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# is WHY COMMAND...: one check; what it says is shown if it fails.
is() {
	local why=$1
	shift
	if ! "$@" >said 2>&1; then
		failures=$((failures + 1))
		echo "not so: $why"
		cat said
	fi
}
ds_of() { "$zonec" key ds -k "$1" --digest "$2" "$3" | sed 's/^[^ ]*DS\t//' | tr -d ' ' | sort; }
bind_ds_of() { for f in "$1"/K"$3"*.key; do dnssec-dsfromkey -a "$2" "$f"; done | sed 's/^.* DS //' | tr -d ' ' | sort; }

mkdir bind ldns
for a in "RSASHA256 -b 1024" "RSASHA512 -b 4096" ECDSAP256SHA256 ECDSAP384SHA384 ED25519 ED448; do
	# shellcheck disable=SC2086 # words are meant
	dnssec-keygen -q -K bind -a $a -f KSK -P now-1h -A now -I +90d -D +120d -P sync +1d example.org >/dev/null
done
is "zonec reads what dnssec-keygen writes" "$zonec" key status -k bind example.org
is "all of it" [ "$(grep -c 'signs everything' said)" = 6 ]
dnssec-settime -D none -I 20301231000000 bind/Kexample.org.+013+*.key >/dev/null
is "the times that dnssec-settime set" grep -q 'ECDSAP256SHA256 .* until 2030-12-31$' \
	<("$zonec" key status -k bind example.org)
for f in bind/*.key; do is "brings $f" "$zonec" key import -k brought "$f"; done
is "brought keys are the same" diff <(cd bind && cat ./*.key ./*.private) <(cd brought && cat ./*.key ./*.private)
for type in 2 4; do
	is "DS $type" diff <(ds_of bind "$type" example.org) <(bind_ds_of bind "$type" example.org)
done

for a in "RSASHA256 -b 1024" ECDSAP256SHA256 ECDSAP384SHA384 ED25519; do
	# shellcheck disable=SC2086 # words are meant
	(cd ldns && ldns-keygen -a $a example.net >/dev/null)
done
is "zonec reads what ldns-keygen writes" "$zonec" key status -k ldns example.net
is "all of it" [ "$(grep -c 'published; signs everything$' said)" = 4 ]

cat >zone <<'Z'
$TTL 1h
@	SOA	ns h 1 2h 15m 2w 5m
@	NS	ns
ns	A	192.0.2.1
x	TXT	y
Z
for a in 8 10 13 14 15 16; do
	for role in --ksk --zsk; do
		is "makes a $a $role" "$zonec" key generate -k ours -a "$a" "$role" example.org
	done
done
is "dnssec-signzone signs with our keys" dnssec-signzone -K ours -S -o example.org -f signed zone
is "and so with all of them" [ "$(grep -c 'KSKs: 1 active' said)" = 6 ]
is "dnssec-verify" dnssec-verify -o example.org signed
mapfile -t ours < <(find ours -name '*.key' | sed 's/\.key$//')
is "ldns-signzone signs with our keys" ldns-signzone -o example.org -f signed.ldns zone "${ours[@]}"
is "ldns-verify-zone" ldns-verify-zone signed.ldns
zsk=$(grep -l 'DNSKEY 256 3 13' ours/*.key)
is "retires" "$zonec" key retire -k ours --inactive 2030-01-01 example.org "$zsk"
is "dnssec-settime reads it" [ "$(dnssec-settime -up I "$zsk")" = "Inactive: 1893456000" ]
is "dnssec-settime sets it" dnssec-settime -I 20310101000000 "$zsk"
is "and zonec reads it again" grep -q ' until 2031-01-01' <("$zonec" key status -k ours example.org)

[ "$failures" = 0 ] && echo "keys: as BIND and ldns have them"
[ "$failures" = 0 ]
