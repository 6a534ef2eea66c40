/* SPDX-License-Identifier: MIT */
/* Names that come from processes, units and cgroups are hostile. They are escaped once, where they are read, and only
 * the escaped form travels on: to the status file, the journal, the terminal and JSON alike. */
#ifndef CW_CORE_ESCAPE_H
#define CW_CORE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the name with every byte that is not printable ASCII, and each of \ " ; # = [ ] and a space at either end, as
 * \xNN. The result is one word or several in one line, never starts a comment, section or key, and never moves a
 * cursor. It is cut, between escapes, to fit size (>= 1), and always ends in NUL. Returns whether it fitted. */
bool escape_name(const void *name, size_t length, char *buffer, size_t size);

/* Whether the text is what escape_name() can have written. */
bool escape_is_clean(const char *text);

/* The reverse: the bytes that escape_name() was given, and a NUL. false: it cannot have written the text, or NULs are
 * among them, or size does not do. */
bool escape_undo(const char *text, char *buffer, size_t size);

/* For text that an error quotes and nobody reads back: only bytes that are not printable ASCII become \xNN, and a cut
 * ends in "...". size >= 8. */
void escape_quote(const char *text, char *buffer, size_t size);

#define NAME_MAX_ESCAPED 256 /* of units, cgroups, hosts, NUL included */
#define COMM_MAX_ESCAPED 64 /* of 15 bytes of comm, NUL included */

#endif
