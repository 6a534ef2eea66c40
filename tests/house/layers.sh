# SPDX-License-Identifier: MIT
# An include goes down only: core <- kernel, sink <- daemon, ctl. Core knows no clock, file, socket or log.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

# includes LAYER: "FILE: HEADER" for each #include of the layer's files.
includes() {
	(cd "$top/src" && grep -nE '^[[:space:]]*#[[:space:]]*include' "$1"/*.[ch]) |
		sed -E 's/^([^:]*:[0-9]+):[^"<]*(["<][^">]*)[">].*/\1: \2/'
}

# forbid LAYER PATTERN: writes the includes of the layer that match none of the allowed ones.
outside() {
	includes "$1" | grep -vE ": ($2)" >"$work/bad"
	check "includes_of_$1_go_down_only" "$work/bad"
}

libc='assert|ctype|errno|fnmatch|inttypes|limits|math|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|arpa/inet'
outside core "\"core/|<($libc)\.h"
outside kernel '"(core|kernel)/|<'
outside sink '"(core|sink)/|<'
outside daemon '"(core|kernel|sink|daemon)/|<'
outside ctl '"(core|kernel|sink|ctl)/|<'

(cd "$top/src" && grep -lE 'include *<systemd/sd-event\.h>' ./*/*.[ch]) >"$work/event"
: >"$work/bad"
[ "$(wc -l <"$work/event")" -le 1 ] || cp "$work/event" "$work/bad"
check the_event_loop_is_in_one_file "$work/bad"

# Libraries that only closewatchctl may know.
(cd "$top/src" && grep -nE 'include *<(jansson|libsmartcols[^>]*)\.h>' core/* kernel/* sink/* daemon/*) >"$work/bad"
check only_ctl_draws_tables_and_json "$work/bad"

# Words that read or change the world. stderr and stdout too: core writes into memory alone.
words='time|clock_gettime|gettimeofday|localtime|gmtime|sleep|usleep|nanosleep'
words="$words|open|openat|fopen|fdopen|freopen|read|write|ioctl|socket|connect|sendmsg|recvmsg"
words="$words|printf|vprintf|puts|putchar|perror|syslog|vsyslog|sd_journal_[a-z]*"
words="$words|getenv|setenv|getpid|getuid|geteuid|sysconf|random|rand"
words="$words|system|popen|fork|exec[vlpe]*|kill|signal|exit|abort"
for file in "$top"/src/core/*.[ch]; do
	# Without strings and comments, line by line.
	sed -E 's/"([^"\\]|\\.)*"/""/g; s@/\*([^*]|\*+[^*/])*\*+/@@g; /\/\*/,/\*\//s/.*//' "$file" |
		grep -nE "(^|[^a-zA-Z0-9_>.])($words) ?\(|(^|[^a-zA-Z0-9_])(stderr|stdout|stdin)([^a-zA-Z0-9_]|$)" |
		sed "s|^|${file##*/}:|"
done >"$work/bad"
check core_does_not_touch_the_world "$work/bad"

# The same from the linker's side: whatever core calls and does not define itself must be in this list.
allowed='malloc|calloc|realloc|reallocarray|free|qsort|qsort_r|bsearch|l?labs
mem(cpy|pcpy|move|set|cmp|r?chr)|str[a-z_]*|is[a-z]*|to(lower|upper)|fnmatch|inet_ntop|inet_pton
v?snprintf|v?asprintf|(__isoc[0-9]+_)?(strto[a-z]*|sscanf)
open_memstream|fprintf|fputs|fputc|putc|fwrite|fflush|ferror|fclose
__[a-z]*_chk|__stack_chk_fail|__assert_fail|__errno_location|__ctype_[a-z_]*|_GLOBAL_OFFSET_TABLE_'
allowed=$(echo "$allowed" | tr '\n' '|' | sed 's/|$//')
if [ -n "$SANITIZERS" ]; then
	skip core_calls_only_memory_and_strings "the sanitizers add calls of their own"
elif ! command -v nm >/dev/null; then
	skip core_calls_only_memory_and_strings "nm is missing"
else
	nm -A -g libclosewatch.a | awk '{ print ($(NF - 1) == "U") ? "U" : "D", $NF, $1 }' | sort -u |
		awk '$1 == "D" { own[$2] = 1; next } !($2 in own) { print $3, $2 }' |
		grep -vE " ($allowed)$" >"$work/bad"
	check core_calls_only_memory_and_strings "$work/bad"
fi

finish
