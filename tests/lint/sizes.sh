#!/bin/sh
# sizes.sh FILE... -- a function above 70 lines and a file above 700 are refused: nobody can read them.
exec awk '
	function file_end() { if (name != "" && lines > 700) { print name ": " lines " lines, at most 700"; bad = 1 } }
	FNR == 1 { file_end(); name = FILENAME; inside = 0 }
	{ lines = FNR }
	/^{/ { inside = 1; start = FNR; head = before }
	/^}/ && inside {
		inside = 0
		if (FNR - start - 1 > 70) { print FILENAME ":" start ": " FNR - start - 1 " lines, at most 70: " head; bad = 1 }
	}
	{ before = $0 }
	END { file_end(); exit bad }
' "$@"
