/* SPDX-License-Identifier: MIT */
/* Owners that clean up after themselves: CW_CLEANUP(function) runs function(&variable) at the end of its scope. */
#ifndef CW_CORE_CLEANUP_H
#define CW_CORE_CLEANUP_H

#include <stdlib.h>

#define CW_CLEANUP(function) __attribute__((cleanup(function)))
#define CW_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

/* Hands a malloc()ed pointer over: *pointer is NULL afterwards, so that its cleanup does nothing. */
#define CW_TAKE(pointer) \
	({ \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL; \
		taken_; \
	})

#endif
