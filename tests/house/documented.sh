# SPDX-License-Identifier: MIT
# What the programs know and what the manuals and the sample say is the same, in both directions.
# shellcheck source=tests/house/report.sh
. "${srcdir:-.}/tests/house/report.sh"

# same NAME WHAT: compares $work/known (what the programs know) with $work/told (what stands there).
same() {
	sort -u -o "$work/known" "$work/known"
	sort -u -o "$work/told" "$work/told"
	{
		comm -23 "$work/known" "$work/told" | sed "s|^|not in $2: |"
		comm -13 "$work/known" "$work/told" | sed "s|^|in $2, but there is no such thing: |"
		[ -s "$work/known" ] || echo "the programs name nothing"
	} >"$work/bad"
	check "$1" "$work/bad"
}

# Config keys, from the table itself: section, name, default and values. Patterns have neither of the last two.
tests/house/keys | awk -F '\t' -v OFS='\t' '$2 ~ /^match_/ { $3 = $4 = "" } { print }' >"$work/keys"

# The manual: ".It Cm KEY" in ".Ss [SECTION]", then "Default: X." and "Values: X to Y.".
awk '
	function flush() {
		if (key != "") print section "\t" key "\t" fallback "\t" values
		key = fallback = values = ""
	}
	/^\.S[sh] / { flush(); section = ""; if ($2 ~ /^\[/) { section = $2; gsub(/[][]/, "", section) } }
	/^\.It Cm / && section != "" { flush(); key = $3 }
	/^Default: / && key != "" { fallback = substr($0, 10, length($0) - 10) }
	/^Values: / && key != "" { values = substr($0, 9, length($0) - 9) }
	END { flush() }' "$top/man/closewatch.conf.5" >"$work/told"
awk -F '\t' -v OFS='\t' '$3 == "" && $4 != "" { $3 = "empty" } { print }' "$work/keys" >"$work/known"
same every_key_is_in_the_manual man/closewatch.conf.5

# The sample has every key, commented out, at its default. Its rule is an example: there only the names count.
sample=$top/conf/closewatch.conf
awk -F '\t' -v OFS='\t' '$1 == "rule" { $3 = $4 = "" } { print }' "$work/keys" >"$work/known"
awk '
	/^# / { values = ""; if (match($0, /\([^()]*\)$/)) values = substr($0, RSTART + 1, RLENGTH - 2) }
	/^#?\[/ { section = $1; gsub(/[][#]/, "", section) }
	/^#[a-z_]+ =/ {
		key = substr($1, 2); fallback = $0; sub(/^[^=]*= ?/, "", fallback)
		if (section == "rule") fallback = values = ""
		print section "\t" key "\t" fallback "\t" values
	}' "$sample" >"$work/told"
same the_sample_has_every_key_at_its_default conf/closewatch.conf

# All of it uncommented is a config that is accepted, and it prints as the defaults do.
sed -n 's/^#\([a-z_]* =\)/\1/p; /^\[/p; /^#\[rule/q' "$sample" >"$work/sample.conf"
: >"$work/empty.conf"
{
	"$CLOSEWATCHCTL" check-config --print "$work/sample.conf" >"$work/sample.out" || echo "the sample is refused"
	"$CLOSEWATCHCTL" check-config --print "$work/empty.conf" >"$work/empty.out" || echo "an empty file is refused"
	diff "$work/empty.out" "$work/sample.out"
} >"$work/bad" 2>&1
check the_sample_is_the_defaults "$work/bad"

# Verbs and options, from --help. A verb stands alone on a line there, with its arguments.
"$CLOSEWATCHCTL" --help | sed -n '/^Verbs:/,/^Options:/s/^  \([a-z][a-z-]*\).*/\1/p' >"$work/known"
sed -n '/^\.Sh VERBS/,/^\.Sh /s/^\.It Cm \([a-z-]*\).*/\1/p' "$top/man/closewatchctl.1" >"$work/told"
same every_verb_is_in_the_manual man/closewatchctl.1

# options PROGRAM MANUAL: what --help lists against ".It Fl".
options() {
	"$1" --help | grep -oE '(^|[ ,])(--[a-z][a-z-]*|-[a-z])([ =,]|$)' | tr -d ' =,' >"$work/known"
	sed -n 's/^\.It Fl //p' "$top/man/$2" | tr ' ' '\n' |
		sed -n 's/^-[a-z][a-z-]*$/-&/p; s/^[a-z]$/-&/p' >"$work/told"
	same "every_option_of_${1##*/}_is_in_the_manual" "man/$2"
}
options "$CLOSEWATCHCTL" closewatchctl.1
options "$CLOSEWATCHD" closewatchd.8

finish
