# SPDX-License-Identifier: MIT
# Nothing is remembered at file scope: no object file has data that can change.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

if [ -n "$SANITIZERS" ]; then
	skip no_object_has_mutable_data "the sanitizers add data of their own"
elif ! command -v size >/dev/null; then
	skip no_object_has_mutable_data "size (binutils) is missing"
else
	# .data.rel.ro is constant tables with pointers in them: the loader writes it once, then it is read-only.
	for object in src/*/*.o; do
		size -A "$object" | awk -v object="$object" '
			/^\.(data|bss|tdata|tbss)/ && !/^\.data\.rel\.ro/ && $2 > 0 {
				print object ": " $1, $2, "bytes"
			}'
	done >"$work/bad"
	check no_object_has_mutable_data "$work/bad"
fi

finish
