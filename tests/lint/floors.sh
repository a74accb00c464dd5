#!/bin/sh
# floors.sh [ROOT] -- every #include under lib/, zonec/ and server/ must point at the same room, at a room
# that floors.txt lists for it, or at a header from outside that floors.txt does not reserve for others.
# Names file and line of each that does not; exit 1 if there is one.
here=$(cd "$(dirname "$0")" && pwd) || exit 2
cd "${1:-$here/../..}" || exit 2

# shellcheck disable=SC2016,SC2046 # awk's dollars; one word a file
awk '
	FNR == NR && /^</    { h = substr($1, 2, index($1, ">") - 2); reserved[h] = 1
	                       for (i = 2; i <= NF; i++) only[h, $i] = 1; next }
	FNR == NR && /^[a-z]/ { room = $1; sub(":", "", room); may[room, room] = 1
	                       for (i = 2; i <= NF; i++) may[room, $i] = 1; next }
	FNR == NR { next }
	function wrong(what) { print FILENAME ":" FNR ": " here " may not include " what; bad = 1 }
	FNR == 1 { n = split(FILENAME, part, "/"); here = part[n - 1]; file = FILENAME; sub(/\.[ch]$/, "", file) }
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, q, "\""); split(q[2], to, "/")
		if (!((here, to[1]) in may)) wrong("\"" q[2] "\"")
	}
	/^[ \t]*#[ \t]*include[ \t]*</ {
		h = substr($0, index($0, "<") + 1); h = substr(h, 1, index(h, ">") - 1)
		folder = h; sub("/.*", "/", folder)
		key = h in reserved ? h : folder in reserved ? folder : ""
		if (key != "" && !((key, here) in only) && !((key, file) in only)) wrong("<" h ">")
	}
	END { exit bad }
' "$here/floors.txt" $(find lib zonec server -name '*.[ch]' 2>/dev/null | sort)
