#!/bin/sh
# tour.sh -- README.md's tour names every file under lib/, zonec/ and server/ (a .c beside its .h counts as
# one), every page under man/ and every zone, and nothing that does not exist. For a file that is missing in
# it, a row is proposed, with the sentence that the file's header begins with.
[ -f README.md ] || { echo "README.md: missing"; exit 1; }
bad=0
# shellcheck disable=SC2016 # the backquotes are Markdown's
row='| `%s` | %s |\n'
for f in $(find lib zonec server man zones -type f 2>/dev/null | sed 's/\.[ch]$//' | sort -u); do
	grep -q "\`${f}[\`.]" README.md && continue
	bad=1
	echo "README.md: the tour does not name $f:"
	# shellcheck disable=SC2059 # the format is the row
	printf "$row" "$f" "$(cat "$f.h" "$f.c" "$f" 2>/dev/null | sed -n 's/^ \* [a-z0-9_-]*\.[ch] -- //p' | head -n 1)"
done
# shellcheck disable=SC2016 # the backquotes are Markdown's
for f in $(grep -o '^| `[^`]*`' README.md | tr -d '|` '); do
	[ -e "$f" ] || [ -e "$f.c" ] || [ -e "$f.h" ] || { echo "README.md: the tour names $f, which does not exist"; bad=1; }
done
exit $bad
