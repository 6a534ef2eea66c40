# SPDX-License-Identifier: MIT
# mandoc has nothing to say against the manuals.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

for page in "$top"/man/*.[158]; do
	name=$(basename "$page" | tr '.-' '__')_is_clean
	if ! command -v mandoc >/dev/null; then
		skip "$name" "mandoc is missing"
		continue
	fi
	# A page that is not installed yet cannot be found by the others' cross references.
	mandoc -T lint -W warning "$page" >"$work/bad" 2>&1
	check "$name" "$work/bad"
done

finish
