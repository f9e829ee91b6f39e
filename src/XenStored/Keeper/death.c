/* The end of a child. One that a debugger holds can be waited for only after the debugger has done so, which may be busy for minutes. */
#include "keeper.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The name in parentheses may hold any character. After it comes the state. */
static int is_zombie(pid_t process, const char *thread)
{
	char path[64], text[512], *state;
	ssize_t length;
	int fd;

	if (snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", (int)process, thread) >= (int)sizeof(path))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 1; /* it has just gone */
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0)
		return 1;
	text[length] = 0;
	state = strrchr(text, ')');
	return state && (state[2] == 'Z' || state[2] == 'X');
}

/* All threads are dead: it runs no code any more, and has closed all. */
static int is_dead(pid_t process)
{
	char path[64];
	DIR *threads;
	struct dirent *entry;
	int dead = 1;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
	threads = opendir(path);
	if (!threads)
		return 0; /* then it can be waited for */
	while (dead && (entry = readdir(threads)))
		dead = entry->d_name[0] == '.' || is_zombie(process, entry->d_name);
	closedir(threads);
	return dead;
}

int has_ended(pid_t process, int *status, int is_killed)
{
	static pid_t left; /* dead, and not waited for */
	pid_t waited;
	int looks;

	if (left && waitpid(left, NULL, WNOHANG) != 0)
		left = 0;
	waited = waitpid(process, status, WNOHANG);
	if (waited == process)
		return 1;
	if (waited < 0 && errno == ECHILD) { /* somebody else has waited for it */
		*status = SIGKILL;
		return 1;
	}
	if (!is_killed || left || !is_dead(process))
		return 0;
	/* It may have died just now, with a thread that is not gone yet. Only a debugger holds it for longer. */
	for (looks = 0; looks < 20; looks++) {
		if (waitpid(process, status, WNOHANG) == process)
			return 1;
		usleep(10 * 1000);
	}
	left = process;
	*status = SIGKILL;
	return 1;
}
