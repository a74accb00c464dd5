#!/bin/bash
# run.sh PROGRAM... -- runs the endurance tests in full and prints what they measured.
set -u
figures=$(mktemp) || exit 1
trap 'rm -f "$figures"' EXIT
export EDICT_LONG=1 EDICT_FIGURES=$figures EDICT_TEST_LIMIT=3600
export EDICT_SEED=${EDICT_SEED:-$(date +%s)} # of every new database's hashes: another one each time

EDICT_TEST_JOBS=1 tests/run.sh "$@"
status=$?
echo
echo "Measured on $(nproc) processors, $(uname -m), $(date -u +%Y-%m-%d), with EDICT_SEED=$EDICT_SEED:"
echo
cat "$figures"
exit $status
