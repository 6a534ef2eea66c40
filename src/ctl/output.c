/* SPDX-License-Identifier: MIT */
#include "ctl/output.h"

#include "ctl/command.h"
#include "ctl/json.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>

int output_json(json_t *value)
{
	int r = json_write(stdout, value);

	if (r == 0)
		return EXIT_DONE;
	warnx("cannot print JSON: %s", strerror(-r));
	/* It was told: output_close() must not tell it once more, and knows no reason by then. */
	__fpurge(stdout);
	clearerr(stdout);
	return EXIT_FAILED;
}

int output_close(int code)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return code;
	if (errno)
		warn("cannot write the output");
	else
		warnx("cannot write the output");
	return code == EXIT_DONE ? EXIT_FAILED : code;
}
