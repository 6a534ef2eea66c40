# SPDX-License-Identifier: MIT
# Read by the house tests: one line for each thing checked, an exit status at the end.
#	check NAME FILE	passes if FILE is empty, else its lines are what is wrong

cd "${srcdir:-.}" || exit 99
top=$(pwd)
cd "$OLDPWD" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

ok() {
	echo "ok $1"
	passed=$((passed + 1))
}

not_ok() {
	echo "not ok $1"
	failed=$((failed + 1))
}

skip() {
	echo "skip $1: $2"
	skipped=$((skipped + 1))
}

check() {
	if [ -s "$2" ]; then
		sed 's/^/    /' "$2"
		not_ok "$1"
	else
		ok "$1"
	fi
}

# The automake way: 0 passed, 1 failed, 77 nothing could be checked.
finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] || exit 1
	[ "$passed" -gt 0 ] || exit 77
	exit 0
}
