/*
 * For LD_PRELOAD with a program that uses libxenstore, as xl does: how many requests it made of the store, and how long it waited for their
 * replies. Both are added to the file that STOREWAIT names: two numbers of 64 bits, requests and nanoseconds. The file is made if need be.
 * What is between two of these calls, such as waiting for a watch, does not count.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct waits { _Atomic uint64_t requests, nanoseconds; };

static struct waits *waits;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("STOREWAIT");
	int file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (file < 0 || ftruncate(file, sizeof *waits) != 0)
		abort(); /* no figure is better than a wrong one */
	waits = mmap(NULL, sizeof *waits, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (waits == MAP_FAILED)
		abort();
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* All of these have at most five arguments, integers or pointers, and return one: on x86-64 each has a register of its own. */
#define TIMED(name) \
	long name(long a, long b, long c, long d, long e) \
	{ \
		static long (*next)(long, long, long, long, long); \
		uint64_t start; \
		long result; \
		if (!next) \
			next = dlsym(RTLD_NEXT, #name); \
		start = now(); \
		result = next(a, b, c, d, e); \
		waits->nanoseconds += now() - start; \
		waits->requests++; \
		return result; \
	}

TIMED(xs_directory)
TIMED(xs_read)
TIMED(xs_write)
TIMED(xs_mkdir)
TIMED(xs_rm)
TIMED(xs_get_permissions)
TIMED(xs_set_permissions)
TIMED(xs_watch)
TIMED(xs_unwatch)
TIMED(xs_transaction_start)
TIMED(xs_transaction_end)
TIMED(xs_introduce_domain)
TIMED(xs_release_domain)
TIMED(xs_get_domain_path)
TIMED(xs_is_domain_introduced)
TIMED(xs_set_target)
TIMED(xs_resume_domain)
