/* SPDX-License-Identifier: MIT */
/* Writes keys so that inih and ini_read() read them back, whatever the value is. */
#ifndef CW_SINK_INI_WRITER_H
#define CW_SINK_INI_WRITER_H

#include <stdbool.h>
#include <stdio.h>

/* Writes "KEY = VALUE". A long value goes on in lines that begin with a tab: they are joined with one space, or with
 * nothing after a line that ends in a backslash. Bytes that would harm the file or a terminal (controls, non-ASCII,
 * ; # and a backslash that begins no \xNN) are replaced, one for one. Errors stay in the stream. */
void ini_write(FILE *out, const char *key, const char *value);

/* Whether ini_write() writes the value as it is. */
bool ini_is_harmless(const char *value);

#endif
