/*
 * The points at which a test has the keeper kill itself, or a store before its runtime begins. Crashes/Crash.cs has the same for the
 * store, and says what the file has. The numbers are those of Crashes/CrashPoint.cs. Without CRASH_POINTS nothing of this is in the
 * executable.
 */
#ifdef CRASH_POINTS
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum crash_point {
	KeeperForks = 1, KeeperHasForked = 2, KeeperHasClosed = 3, StartIsForked = 4,
	UpdateIsAsked = 5, UpdateHasKilled = 6, UpdateExecutes = 7, UpdateHasExecuted = 8,
	MoveBegins = 9, MoveIsAnswered = 10, MoveIsTaken = 11
};
enum { CRASH_MOST = 128, CRASH_FIRST_COUNT = 2, CRASH_FILE_SIZE = (CRASH_FIRST_COUNT + 2 * CRASH_MOST) * sizeof(int) };

static void crash_at(enum crash_point point)
{
	const char *path = getenv("XENSTORED_CRASH");
	int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	volatile int *numbers;

	if (file < 0)
		return;
	numbers = mmap(NULL, CRASH_FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (numbers == MAP_FAILED)
		return;
	numbers[CRASH_FIRST_COUNT + point]++;
	if (numbers[0] == (int)point && --numbers[1] <= 0) {
		numbers[CRASH_FIRST_COUNT + CRASH_MOST + point]++;
		numbers[0] = 0;
		kill(getpid(), SIGKILL);
	}
	munmap((void *)numbers, CRASH_FILE_SIZE);
}

#define CRASH_AT(point) crash_at(point)
#else
#define CRASH_AT(point) ((void)0)
#endif
