/* The table of descriptors, which the keeper has in common with its store. */
#define _GNU_SOURCE
#include "keeper.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Closes what belonged to the store's process that has died. */
void close_its_own(int but, int nor)
{
	DIR *all = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!all)
		return;
	while ((entry = readdir(all))) {
		int fd = atoi(entry->d_name), flags;

		if (fd <= 2 || fd == dirfd(all) || fd == but || fd == nor)
			continue;
		flags = fcntl(fd, F_GETFD);
		if (flags >= 0 && (flags & FD_CLOEXEC))
			close(fd);
	}
	closedir(all);
}

/*
 * The first store tells the command that waits for it that it serves, and closes this descriptor. Its number may be a client's by then.
 * But if that store was killed before, the next one has to tell.
 */
void forget_the_waiting_command(void)
{
	const char *number = getenv("DAEMON_READY_FD");
	struct stat status;

	if (number && (fstat(atoi(number), &status) < 0 || !S_ISFIFO(status.st_mode)))
		setenv("DAEMON_READY_FD", "-", 1);
}

/* The store has as many descriptors as it may, and the table is the keeper's, too. */
void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
