#!/bin/bash
# The manual pages are well formed, tell of every option and no other, and their examples work.
#
# A page marks an example by a comment on the line before:
#	.\" test		the .Dl line must exit with status 0
#	.\" test N		... with status N
#	.\" test serve		... is a server: it must say that it is ready, and is stopped at the page's end
# Examples run in the order of the page, in a folder that has the files of zones/. /var/lib/edict stands for an
# empty folder at the start of each page, and port 5300 for PORT (5391).
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$PWD/${B:-build}/bin
home=$PWD
port=${PORT:-5391}
checks=0 failures=0
work=$(tests/help/tempdir.sh) || exit 1
server=""
export PATH=$bin:$PATH

stop() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null
		timeout 10 tail -s 0.1 --pid="$server" -f /dev/null || kill -KILL "$server"
		server=""
	fi
}
trap 'stop; rm -rf "$work"' EXIT

if [ ! -x "$bin/zonec" ]; then
	echo "skipped: there is no $bin/zonec"
	exit 77
fi

result() {
	checks=$((checks + 1))
	if [ "$1" != 0 ]; then
		failures=$((failures + 1))
		printf '%s\n' "$2"
	fi
}

# serve COMMAND: starts it and waits until it says that it is ready.
serve() {
	local line
	stop
	rm -f "$work/says"
	mkfifo "$work/says"
	bash -c "exec $1" >"$work/says" 2>&1 &
	server=$!
	exec 3<"$work/says"
	while read -r -t 10 line <&3; do
		printf '%s\n' "$line" >>"$work/out"
		if grep -qiw ready <<<"$line"; then
			cat <&3 >>"$work/out" &
			return 0
		fi
	done
	return 1
}

# example PLACE WANT COMMAND
example() {
	local place=$1 want=$2 command=$3 status

	if [ ! -e /proc/net/if_inet6 ]; then command=${command// -l ::1@5300/}; fi
	command=${command//\/var\/lib\/edict/$work/db}
	command=${command//5300/$port}
	: >"$work/out"
	if [ "$want" = serve ]; then
		serve "$command"
		status=$?
		want=0
	else
		timeout 60 bash -c "$command" >"$work/out" 2>&1
		status=$?
	fi
	[ "$status" = "$want" ]
	result $? "$place: exit status $status, not $want: $command
$(head -n 20 "$work/out")"
}

# examples_of PAGE: prints "LINE WANT COMMAND" for each example that is marked.
examples_of() {
	awk '/^\.\\" test/ && NF <= 3 { want = NF == 3 ? $3 : 0; marked = 1; next }
	     marked { if (sub(/^\.Dl \$ /, "")) { gsub(/\\e/, "\\"); gsub(/\\&/, ""); print FNR, want, $0 }
	              else print FNR, want, "echo the line behind the mark is no example; false"
	              marked = 0 }' "$1"
}

for page in man/*.[0-9]; do
	out=$(mandoc -T lint -W warning "$page" 2>&1)
	result $? "$page: $out"
	rm -rf "$work/zones" "$work/db"
	cp -R zones "$work/zones"
	mkdir "$work/db"
	while read -r line want command <&4; do
		cd "$work/zones" || exit 1
		example "$page:$line" "$want" "$command"
		cd "$home" || exit 1
	done 4< <(examples_of "$page")
	stop
done

# Every option that a program tells of is explained in its page, or in one about some of its commands.
for page in man/zonec.1 man/edictd.8; do
	program=${page##*/}
	program=${program%.*}
	for option in $("$bin/$program" --help | grep -o -e '--[a-z0-9-]*' | sort -u); do
		cat man/"$program".? man/"$program"-*.? 2>/dev/null | sed 's/\\//g' | grep -q -e "Fl -\{0,1\}${option#--}\b"
		result $? "$page: nothing about $option"
	done
done

# And every option that a page explains is one its program tells of.
for page in man/*.[18]; do
	program=${page##*/}
	program=${program%%[.-]*}
	"$bin/$program" --help >"$work/out"
	options=$(sed -n 's/\\//g; s/^\.It Fl //p' "$page" | grep -o -e '-[a-z][a-z0-9-]*' | sort -u)
	for option in $options; do
		grep -q -e "[ ,]-$option " "$work/out"
		result $? "$page: $program --help tells nothing of -$option"
	done
done

echo "Checks: $checks, Failures: $failures, Errors: 0"
[ "$failures" = 0 ]
