/*
 * What the keeper becomes: another version of the store, or another xenstored. Its own program decides that in a process of its own
 * (--check-update), because it may not run other programs once it serves, and writes the words of the new command line to its standard
 * output, each with a NUL behind it; the first is the path of the program.
 */
#define _GNU_SOURCE
#include "crash.h"
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WORDS = 256, MOST_BYTES = 32 * 1024, CHECK_MS = 12 * 1000 };

struct words {
	char bytes[MOST_BYTES], *all[MOST_WORDS + 2];
};

static struct words own, next;

/* Reads words until the end, or for as long as a check may take. None if they are too many. */
static void read_words(int fd, struct words *words)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	ssize_t length = 0, more, at;
	int count = 0;

	while (fd >= 0 && length < MOST_BYTES - 1 && poll(&wait, 1, CHECK_MS) == 1
	       && (more = read(fd, words->bytes + length, MOST_BYTES - 1 - length)) > 0)
		length += more;
	words->bytes[length] = 0;
	for (at = 0; at < length && count < MOST_WORDS; at += strlen(words->bytes + at) + 1)
		words->all[count++] = words->bytes + at;
	words->all[at < length || length == MOST_BYTES - 1 ? 0 : count] = NULL;
}

/* The words of the command line from the kernel: not every C library gives them to a constructor. */
static void read_own(void)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);

	read_words(fd, &own);
	if (fd >= 0)
		close(fd);
}

int has_word(const char *word, const char *other)
{
	int i;

	read_own();
	for (i = 0; own.all[i]; i++)
		if (strcmp(own.all[i], word) == 0 || strcmp(own.all[i], other) == 0)
			return 1;
	return 0;
}

static int last_of(char **all)
{
	int count = 0;

	while (all[count])
		count++;
	return count;
}

/* Waits for a process for a moment, and then ends it. Returns its exit status. */
static int end_of(pid_t process, int limit_ms)
{
	int waited, status = 0;

	for (waited = 0; waited < limit_ms; waited += 10) {
		if (waitpid(process, &status, WNOHANG) == process)
			return WIFEXITED(status) ? WEXITSTATUS(status) : STAYS;
		usleep(10 * 1000);
	}
	kill(process, SIGKILL);
	waitpid(process, &status, 0);
	return STAYS;
}

/* Starts this program with one more word. Returns its process, or -1. */
static pid_t ask(char *word, const sigset_t *mask, int output)
{
	pid_t asked;

	read_own();
	if (!own.all[0])
		return -1;
	own.all[last_of(own.all) + 1] = NULL;
	own.all[last_of(own.all)] = word;
	asked = fork();
	if (asked == 0) {
		unsetenv("XENSTORED_KEEP");
		unsetenv("XENSTORED_TAKES");
		unsetenv("XENSTORED_ARRIVES");
		if (mask)
			sigprocmask(SIG_SETMASK, mask, NULL);
		dup2(output, 1);
		execv("/proc/self/exe", own.all);
		_exit(STAYS);
	}
	return asked;
}

int can_go_on(void)
{
	pid_t asked = ask("--can-go-on", NULL, 1);

	return asked > 0 && end_of(asked, CHECK_MS) == 0;
}

enum check check_update(const sigset_t *mask)
{
	int ends[2], answer;
	pid_t asked;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return STAYS;
	asked = ask("--check-update", mask, ends[1]);
	close(ends[1]);
	read_words(ends[0], &next);
	close(ends[0]);
	answer = asked < 0 ? STAYS : end_of(asked, 1000);
	if (next.all[0] && (answer == GOES_ON || answer == TAKES_STREAM))
		return answer;
	next.all[0] = NULL; /* of a check that has failed */
	return STAYS;
}

void become(const sigset_t *mask, const char *watchdog_limit)
{
	if (!next.all[0])
		return;
	setenv("XENSTORED_KEEP", "1", 1);
	setenv("XENSTORED_SERVED", "1", 1);
	setenv("XENSTORED_UPDATED", next.all[0], 1);
	unsetenv("XENSTORED_ARRIVES");
	mask ? unsetenv("XENSTORED_GOES_ON") : setenv("XENSTORED_GOES_ON", "1", 1); /* a program of ours does so, with the store's file */
	if (watchdog_limit)
		setenv("WATCHDOG_USEC", watchdog_limit, 1);
	if (mask) {
		signal(SIGHUP, SIG_IGN); /* one that has come meanwhile is dropped */
		signal(SIGUSR1, SIG_IGN);
		signal(SIGUSR2, SIG_IGN);
		sigprocmask(SIG_SETMASK, mask, NULL);
	}
	CRASH_AT(UpdateExecutes);
	execv(next.all[0], next.all);
	say("the other program cannot be executed: errno", errno);
	unsetenv("XENSTORED_KEEP");
	unsetenv("XENSTORED_SERVED");
	unsetenv("XENSTORED_UPDATED");
	unsetenv("XENSTORED_GOES_ON");
	unsetenv("WATCHDOG_USEC");
}
