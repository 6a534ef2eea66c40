# SPDX-License-Identifier: MIT
# Makefile.am lists its files one by one; here none is forgotten and none is invented.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

makefile=$top/Makefile.am

# same NAME: compares the two sorted lists.
same() {
	{
		comm -23 "$work/disk" "$work/list" | sed 's/$/: not in Makefile.am/'
		comm -13 "$work/disk" "$work/list" | sed 's/$/: in Makefile.am, but there is no such file/'
	} >"$work/bad"
	check "$1" "$work/bad"
}

(cd "$top" && find src -name '*.[ch]') | sort >"$work/disk"
grep -oE 'src/[a-z]+/[a-z0-9_]+\.[ch]' "$makefile" | sort -u >"$work/list"
same every_source_is_listed

(cd "$top" && find tests/unit -name 'test_*.c' | sed 's/\.c$//') | sort >"$work/disk"
grep -oE '^[[:space:]]+tests/unit/test_[a-z0-9_]+' "$makefile" | tr -d '[:blank:]' | sort -u >"$work/list"
same every_unit_test_is_run

(cd "$top" && find tests/house -name '*.sh' ! -name report.sh) | sort >"$work/disk"
grep -oE '^[[:space:]]+tests/house/[a-z]+\.sh' "$makefile" | tr -d '[:blank:]' | sort -u >"$work/list"
same every_house_test_is_run

for directory in "$top"/tests/*/; do
	name=tests/$(basename "$directory")
	grep -qE "(^|[[:space:]])$name(/[^[:space:]]*)?([[:space:]]|\$)" "$makefile" || echo "$name: not in Makefile.am"
done >"$work/bad"
check every_folder_of_tests_is_distributed "$work/bad"

(cd "$top" && find man -name '*.[158]') | sort >"$work/disk"
grep -oE 'man/[a-z.-]+\.[158]' "$makefile" | sort -u >"$work/list"
same every_manual_is_installed

finish
