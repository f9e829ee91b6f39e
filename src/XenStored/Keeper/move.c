/*
 * The store moves to another keeper, as when a service takes over what has been started outside of it. The new keeper listens beside the
 * store's socket and sends SIGUSR2 to the old one. That kills its store, gives all sockets away, and ends. So the new keeper's store goes
 * on as after a death.
 *
 * The old keeper sends the sockets in groups, each with the byte 'S', and then 'E'. It ends when it gets 'K'. If that does not come it
 * starts its store again. The new keeper starts none before the old one has ended.
 */
#define _GNU_SOURCE
#include "keeper.h"
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "crash.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* The kernel takes 253 descriptors in a message (SCM_MAX_FD). */
enum { GROUP = 250, MOVE_SECONDS = 10 };

union control {
	char bytes[CMSG_SPACE(sizeof(int) * GROUP)];
	struct cmsghdr aligned;
};

/* Returns a socket, and the address at which the new keeper listens. -1: its path is too long. */
static int open_door(struct sockaddr_un *address)
{
	const char *path = getenv("XENSTORED_PATH"), *folder = getenv("XENSTORED_RUNDIR");
	int length;

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (path && *path)
		length = snprintf(address->sun_path, sizeof(address->sun_path), "%s.move", path);
	else
		length = snprintf(address->sun_path, sizeof(address->sun_path), "%s/socket.move", folder && *folder ? folder : "/run/xenstored");
	return length < (int)sizeof(address->sun_path) ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
}

static void limit_waiting(int other)
{
	struct timeval limit = { .tv_sec = MOVE_SECONDS };

	setsockopt(other, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(other, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

/* Whether it is another process of the same user. */
static int is_own_user(int other, pid_t *pid)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(other, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != geteuid())
		return 0;
	*pid = peer.pid;
	return 1;
}

int find_new_keeper(void)
{
	struct sockaddr_un address;
	int other = open_door(&address);
	pid_t pid;

	if (other < 0)
		return -1;
	if (connect(other, (struct sockaddr *)&address, sizeof(address)) == 0 && is_own_user(other, &pid)) {
		say("the store moves to the keeper", pid);
		limit_waiting(other);
		return other;
	}
	close(other);
	return -1;
}

static int send_group(int other, char what, const int *sockets, int count)
{
	union control control;
	struct iovec data = { &what, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (count) {
		struct cmsghdr *head;

		memset(&control, 0, sizeof(control));
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(head), sockets, sizeof(int) * count);
	}
	return sendmsg(other, &message, MSG_NOSIGNAL) == 1;
}

static int send_all(int other)
{
	DIR *all = opendir("/proc/self/fd");
	struct dirent *entry;
	int group[GROUP], count = 0, is_sent = all != NULL;

	while (is_sent && (entry = readdir(all))) {
		int fd = atoi(entry->d_name);
		struct stat status;

		if (fd <= 2 || fd == other || fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode))
			continue;
		group[count++] = fd;
		if (count == GROUP) {
			is_sent = send_group(other, 'S', group, count);
			count = 0;
		}
	}
	if (is_sent && count)
		is_sent = send_group(other, 'S', group, count);
	if (all)
		closedir(all);
	return is_sent && send_group(other, 'E', NULL, 0);
}

void give_away(int other)
{
	char answer = 0;

	CRASH_AT(MoveBegins);
	if (send_all(other)) {
		if (recv(other, &answer, 1, 0) != 1) {
			shutdown(other, SHUT_RDWR); /* what the new keeper says from now on it cannot say; what it has said counts */
			if (recv(other, &answer, 1, MSG_DONTWAIT) != 1)
				answer = 0;
		}
		CRASH_AT(MoveIsAnswered);
		if (answer == 'K')
			_exit(0);
	}
	close(other);
	say("the new keeper has not taken the store, which goes on here: errno", errno);
}

/* Keeps what the groups have. Returns 0 if they do not come to their end. */
static int receive_all(int other)
{
	for (;;) {
		union control control;
		char what = 0;
		struct iovec data = { &what, 1 };
		struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control) };

		if (recvmsg(other, &message, 0) != 1 || (message.msg_flags & MSG_CTRUNC)) /* cut: there are more than this process may have */
			return 0;
		if (what == 'E')
			return 1;
	}
}

/* Whether a process ends within a second. */
static int ends(int process)
{
	struct pollfd wait = { .fd = process, .events = POLLIN };

	return process >= 0 && poll(&wait, 1, 1000) == 1;
}

/* Returns a connection of the old keeper, or -1. */
static int open_for(pid_t keeper)
{
	struct sockaddr_un address;
	struct pollfd wait = { .fd = open_door(&address), .events = POLLIN };
	int other = -1;

	if (wait.fd < 0)
		return -1;
	unlink(address.sun_path);
	if (bind(wait.fd, (struct sockaddr *)&address, sizeof(address)) == 0 && chmod(address.sun_path, 0600) == 0 && listen(wait.fd, 1) == 0
	    && kill(keeper, SIGUSR2) == 0 && poll(&wait, 1, MOVE_SECONDS * 1000) == 1)
		other = accept4(wait.fd, NULL, NULL, SOCK_CLOEXEC);
	unlink(address.sun_path);
	close(wait.fd);
	return other;
}

void take_over(pid_t keeper)
{
	int other = -1, process, is_taken;
	pid_t pid = 0;
	char none;

	if (keeper <= 1)
		return;
	process = (int)syscall(SYS_pidfd_open, keeper, 0);
	if (can_go_on())
		other = open_for(keeper);
	if (other < 0) {
		say("the store does not move here, but stays with the keeper", keeper);
		close(process);
		return;
	}
	limit_waiting(other);
	is_taken = is_own_user(other, &pid) && pid == keeper && receive_all(other)
		&& (send(other, "K", 1, MSG_NOSIGNAL) == 1 || ends(process)); /* one that has just been killed does not want them any more */
	if (!is_taken) {
		say("the store has not moved here from the keeper", keeper);
		_exit(1);
	}
	CRASH_AT(MoveIsTaken);
	while (recv(other, &none, 1, 0) < 0 && errno == EINTR)
		; /* until the old keeper has ended */
	close(process);
	close(other);
	setenv("XENSTORED_SERVED", "1", 1);
}
