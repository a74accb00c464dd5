#!/bin/sh
# banned.sh FILE... -- calls that have no place here, each with its reason.
exec awk '
	BEGIN {
		unbounded = "does not know the size of its target; use wr.h or snprintf"
		why["strcpy"] = why["strcat"] = why["sprintf"] = why["vsprintf"] = why["gets"] = unbounded
		why["stpcpy"] = why["strncpy"] = why["strncat"] = "cuts or forgets the final zero; use snprintf or memcpy"
		why["alloca"] = "takes stack by the size of outside data"
		why["atoi"] = why["atol"] = why["atoll"] = why["sscanf"] = "takes nonsense for a number; use strtoul and look at its end"
		why["strtok"] = why["localtime"] = why["gmtime"] = why["ctime"] = why["asctime"] = \
			"is not safe with threads; use the _r form"
		why["system"] = why["popen"] = "runs a shell"
		why["rand"] = why["random"] = why["srand"] = "is neither secret nor the same everywhere; seed a generator of your own"
		why["gethostbyname"] = why["getaddrinfo"] = "asks the network; addresses are written as numbers"
		why["tmpnam"] = why["mktemp"] = "gives a name that somebody else may take first"
	}
	{
		code = $0
		sub(/^[ \t]*(\/)?\*.*/, "", code); sub(/\/[*\/].*/, "", code); gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
		while (match(code, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
			call = substr(code, RSTART, RLENGTH - 1); sub(/[ \t]+$/, "", call)
			if (call in why) { print FILENAME ":" FNR ": " call " " why[call]; bad = 1 }
			code = substr(code, RSTART + RLENGTH)
		}
	}
	END { exit bad }
' "$@"
