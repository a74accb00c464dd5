#!/bin/sh
# all.sh short|full -- every comparison in turn; ends with 1 if one of them found something.
set -u

cd "$(dirname "$0")" || exit 1
status=0
python=/usr/bin/python3		# Debian's, which has dnspython

step() {
	echo "== $*"
	"$python" "$@" || status=1
}

case ${1:-full} in
short)
	step run.py --short --jobs 2
	step signed.py --short
	step syntax.py --files 200
	;;
*)
	step run.py --jobs 2
	step signed.py
	step syntax.py
	;;
esac
step lengths.py
step protocol.py
step validators.py
echo "== keys.sh"
./keys.sh || status=1
exit "$status"
