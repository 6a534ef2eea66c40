# SPDX-License-Identifier: MIT
# What a new user does first: within 30 seconds the demo's leak is found, its cause named, something to do advised.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

name=the_demo_finds_its_leak
if ! command -v python3 >/dev/null; then
	skip $name "python3 is missing"
	finish
fi

"$top/dev" run --demo --once --no-build --build-dir "$PWD" --state-dir "$work/demo" >"$work/out" 2>&1 </dev/null ||
	echo "dev run --demo --once failed" >"$work/bad"
for word in leaky-demo close '^\$ closewatchctl explain [0-9a-f]\{8\}$' '^What ' '^Why ' '^Do '; do
	grep -q -e "$word" "$work/out" || echo "not shown: $word"
done >>"$work/bad"
[ ! -s "$work/bad" ] || cat "$work/out" >>"$work/bad"
check $name "$work/bad"

# Everything it started has gone.
for file in demo.pid closewatchd.pid; do
	pid=$(cat "$work/demo/$file" 2>/dev/null)
	[ -n "$pid" ] || echo "$file was not written"
	[ ! -e "/proc/$pid" ] || echo "$file: $pid is still there"
done >"$work/bad"
check the_demo_ends_what_it_started "$work/bad"

python3 "$top/tests/demo/hangup.py" "$work/hangup" \
	"$top/dev" run --demo --no-build --build-dir "$PWD" --state-dir "$work/hangup" >"$work/bad" 2>&1
check a_closed_terminal_ends_what_it_started "$work/bad"

# The first one ends with the daemon that the pid file names, so it must still be the first one's.
again="$work/again"
"$top/dev" run --demo --no-build --build-dir "$PWD" --state-dir "$again" >"$work/out" 2>&1 </dev/null &
first=$!
for _ in $(seq 150); do
	[ ! -e "$again/run/status" ] || break
	sleep 0.2
done
pid=$(cat "$again/closewatchd.pid")
{
	"$top/dev" run --once --no-build --build-dir "$PWD" --state-dir "$again" >"$work/out" 2>&1 </dev/null &&
		echo "a second run in the same directory succeeded"
	grep -q "already runs here .*pid $pid" "$work/out" || cat "$work/out"
	[ -e "$again/run/status" ] || echo "the status of the first has gone"
	[ "$(cat "$again/closewatchd.pid")" = "$pid" ] || echo "the pid file is not the first one's"
} >"$work/bad"
kill "$first" "$pid" 2>/dev/null
wait "$first"
check a_second_run_leaves_the_first_alone "$work/bad"

mkdir "$work/broken"
printf '#!/bin/sh\nexit 1\n' >"$work/broken/closewatchd"
printf '#!/bin/sh\nexit 3\n' >"$work/broken/closewatchctl"
chmod +x "$work/broken/closewatchd" "$work/broken/closewatchctl"
if "$top/dev" run --once --no-build --build-dir "$work/broken" --state-dir "$work/broken" >/dev/null 2>&1 </dev/null; then
	echo "dev run --once succeeded"
fi >"$work/bad"
check a_daemon_that_ends_is_a_failure "$work/bad"

finish
