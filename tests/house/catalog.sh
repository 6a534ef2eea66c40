# SPDX-License-Identifier: MIT
# Every MESSAGE_ID of an event has an entry in the catalog, and the reverse; journalctl understands all of it.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

catalog=$top/catalog/closewatch.catalog
journal=$top/src/sink/journal.c

grep -oE '"[0-9a-f]{32}"' "$journal" | tr -d '"' | sort >"$work/ids"
sed -n 's/^-- //p' "$catalog" | sort >"$work/entries"
{
	comm -23 "$work/ids" "$work/entries" | sed 's/$/: in journal.c, not in the catalog/'
	comm -13 "$work/ids" "$work/entries" | sed 's/$/: in the catalog, not in journal.c/'
	uniq -d "$work/ids" | sed 's/$/: twice in journal.c/'
	[ -s "$work/ids" ] || echo "journal.c names no id"
} >"$work/bad"
check every_event_is_in_the_catalog "$work/bad"

# What stands above the empty line of each entry.
awk -v wanted='Subject Defined-By Support Documentation' '
	function flush(  i, n, names) {
		n = split(wanted, names, " ")
		for (i = 1; id != "" && i <= n; i++)
			if (!(names[i] in seen)) print id ": no " names[i] ":"
		if (id != "" && lines < 5) print id ": explains nothing"
		split("", seen)
	}
	/^#/ { next }
	/^-- / { flush(); id = $2; head = 1; lines = 0; next }
	head && /^$/ { head = 0; next }
	head { sub(/:.*/, ""); seen[$0] = 1; next }
	!/^$/ { lines++ }
	length($0) > 100 { print id ": a line of " length($0) }
	END { flush() }' "$catalog" >"$work/bad"
check every_entry_has_a_head_and_a_text "$work/bad"

# Only what an entry always has: the rest is there on a condition.
always='OWNER COUNT ROLE ID AGE_SEC NAMESPACE SEVERITY EVENT KIND'
for field in $(grep -v '^#' "$catalog" | grep -oE '@[A-Z_]+@' | tr -d @ | sort -u); do
	grep -q "\"$field=" "$journal" || echo "$field: journal.c writes no such field"
	case " $always " in
	*" ${field#CLOSEWATCH_} "*) continue ;;
	esac
	# A leak always has a cause; a listener, and only that, always a port.
	awk -v field="@$field@" '/^-- / { id = $2 } index($0, field) { print id }' "$catalog" | sort -u |
		while read -r id; do
			kind=$(grep -B 1 -A 1 "\"$id\"" "$journal" | grep "\"$id\"" | grep -oE 'FINDING_[A-Z_]+')
			case $field:$kind in
			CLOSEWATCH_CAUSE:FINDING_CLOSE_WAIT_LEAK | CLOSEWATCH_PORT:FINDING_ACCEPT_QUEUE) ;;
			*) echo "$id: $field is not in every entry of $kind" ;;
			esac
		done
done >"$work/bad"
check the_catalog_asks_for_fields_that_are_there "$work/bad"

# --update-catalog ends well whatever it read: what counts is the list of what it understood.
if ! command -v journalctl >/dev/null; then
	skip journalctl_understands_the_catalog "journalctl is missing"
	finish
fi
mkdir -p "$work/root/usr/lib/systemd/catalog"
cp "$catalog" "$work/root/usr/lib/systemd/catalog/"
{
	journalctl --root="$work/root" --update-catalog
	journalctl --root="$work/root" --list-catalog >"$work/list"
	sed -n 's/^\([0-9a-f]*\) closewatch: .*/\1/p' "$work/list" | sort | comm -3 - "$work/entries"
} >"$work/bad" 2>&1
check journalctl_understands_the_catalog "$work/bad"

finish
