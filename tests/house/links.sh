# SPDX-License-Identifier: MIT
# The daemon runs as root: what it links is a short list.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

if ! command -v readelf >/dev/null; then
	skip the_daemon_links_what_it_may "readelf (binutils) is missing"
	finish
fi

# needed PROGRAM: the libraries it names, without the C library's and the sanitizers' own.
needed() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' |
		grep -vE '^(libc|libm|libgcc_s|libpthread|librt|libdl|ld-linux[^.]*|libasan|libubsan|libclang_rt[^.]*)\.'
}

needed "$CLOSEWATCHD" | grep -vE '^(libmnl|libsystemd|libinih|libcap)\.so' >"$work/bad"
check the_daemon_links_what_it_may "$work/bad"

needed "$CLOSEWATCHCTL" | grep -vE '^(libmnl|libsystemd|libinih|libcap|libjansson|libsmartcols)\.so' >"$work/bad"
check closewatchctl_links_what_it_may "$work/bad"

# Every library configure asks for is used by one of them.
for library in libmnl libsystemd libinih libcap libjansson libsmartcols; do
	{ needed "$CLOSEWATCHD"; needed "$CLOSEWATCHCTL"; } | grep -q "^$library\.so" || echo "nobody links $library"
done >"$work/bad"
check no_library_is_asked_for_in_vain "$work/bad"

finish
