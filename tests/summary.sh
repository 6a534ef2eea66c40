#!/bin/sh
# SPDX-License-Identifier: MIT
# Sums up what a "make check" in the current directory left in its logs, test case by test case: the logs of what
# failed, what was skipped and why, and "N passed, N failed" as the last line. Exit status 1 if one failed or none ran.
#	summary.sh [LOG...]	of these alone

# shellcheck disable=SC2046 # names of ours, without spaces
[ $# -gt 0 ] || set -- $(find tests -name '*.log' | sort)

# cases LOG: "PASSED FAILED". cmocka announces each case, so that one which never came back counts as failed; the
# other tests print one line for each. cmocka lists skipped ones again at the end.
cases() {
	awk '
		/^\[ RUN      \]/ { run++ }
		/^\[       OK \]/ || /^ok / { ok++ }
		/^\[  SKIPPED \] [^0-9]/ && !seen[$0]++ { skip++ }
		/^not ok / { bad++ }
		END { if (run) bad += run - ok - skip; print ok + 0, bad + 0 }' "$1"
}

# skips LOG NAME: one line for each case that was skipped. Before cmocka's skip() a case prints its reason, on a line.
skips() {
	awk -v name="$2" '
		/^\[ RUN      \]/ { reason = "" }
		/^[^[]/ { reason = $0; sub(/^(skipped)?:? */, ": ", reason) }
		/^\[  SKIPPED \] [^0-9]/ && !seen[$0]++ { print "  " name ": " $4 reason }
		/^skip / { print "  " name ": " substr($0, 6) }' "$1"
}

passed=0 failed=0 skipped=
for log in "$@"; do
	name=${log%.log}
	result=$(sed -n 's/^:test-result: \([A-Z]*\).*/\1/p' "$name.trs" 2>/dev/null)
	counts=$(cases "$log")
	ok=${counts% *} bad=${counts#* }
	case $result in
	PASS | SKIP) ;;
	*) [ "$bad" -gt 0 ] || bad=1 ;; # it died before or after its cases
	esac
	if [ "$bad" -gt 0 ]; then
		echo "---- $name: ${result:-no result}"
		tail -n 200 "$log"
	fi
	passed=$((passed + ok)) failed=$((failed + bad))
	skipped=$skipped$(skips "$log" "$name" | sed 's/$/\\n/' | tr -d '\n')
done

[ -z "$skipped" ] || printf "skipped:\n%b" "$skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
