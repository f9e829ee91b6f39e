/*
 * storeload SECONDS read|write|mixed [PATH]
 *
 * Asks the store, through this guest's own kernel, as fast as one process can: reads or writes of PATH (data/load if not told), or both in
 * turn. Prints requests a second, and the median and the worst time of one in microseconds.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { READ = 2, WRITE = 11, ERROR = 16 };	/* public/io/xs_wire.h */

struct header { uint32_t type, request, transaction, length; };

static int store;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void call(uint32_t type, const char *payload, uint32_t length)
{
	static uint32_t request;
	char buffer[sizeof(struct header) + 4096];
	struct header header = { type, ++request, 0, length }, reply;
	uint32_t got = 0;

	memcpy(buffer, &header, sizeof header);
	memcpy(buffer + sizeof header, payload, length);
	if (write(store, buffer, sizeof header + length) != (ssize_t)(sizeof header + length))
		fail("write to the store");
	if (read(store, &reply, sizeof reply) != sizeof reply)
		fail("read from the store");
	while (got < reply.length) {
		ssize_t count = read(store, buffer + got, reply.length - got);
		if (count <= 0)
			fail("read from the store");
		got += (uint32_t)count;
	}
	if (reply.type == ERROR) {
		fprintf(stderr, "the store says %.*s\n", (int)got, buffer);
		exit(1);
	}
	if (reply.type != type || reply.request != request) {
		fprintf(stderr, "asked %u, answered %u\n", type, reply.type);
		exit(1);
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static int by_time(const void *one, const void *other)
{
	float a = *(const float *)one, b = *(const float *)other;

	return (a > b) - (a < b);
}

int main(int count, char **words)
{
	enum { MOST = 1000000 };
	const char *path = count > 3 ? words[3] : "data/load", *what = count > 2 ? words[2] : "";
	double start, at, end;
	float *times = malloc(MOST * sizeof *times);
	char payload[256];
	int requests = 0, reads = strcmp(what, "write") != 0, writes = strcmp(what, "read") != 0;
	size_t length = strlen(path) + 1;

	if (count < 3 || !times || length > 200) {
		fprintf(stderr, "usage: storeload SECONDS read|write|mixed [PATH]\n");
		return 2;
	}
	store = open("/dev/xen/xenbus", O_RDWR);
	if (store < 0)
		fail("/dev/xen/xenbus");
	memcpy(payload, path, length);
	memcpy(payload + length, "0123456789", 10);
	call(WRITE, payload, length + 10);
	start = at = now();
	end = start + atof(words[1]);
	while (at < end && requests < MOST) {
		double before = at;

		if (writes && (!reads || requests % 2))
			call(WRITE, payload, length + 10);
		else
			call(READ, payload, length);
		at = now();
		times[requests++] = (float)((at - before) * 1e6);
	}
	qsort(times, requests, sizeof *times, by_time);
	printf("%.0f requests/s, median %.0f, worst %.0f\n", requests / (at - start), times[requests / 2], times[requests - 1]);
	return 0;
}
