/*
 * keeper SOCKET PIDFILE COMMAND...: what systemd does for a service with a descriptor store and Restart=always, and nothing else of it.
 * Receives sd_notify's datagrams at SOCKET, keeps the descriptors of FDSTORE=1 by their names, drops those of FDSTOREREMOVE=1, and starts the
 * command again whenever it ends, with what is kept as LISTEN_FDS. PIDFILE has the command's pid; it is empty until READY=1.
 * SIGTERM ends the command and the keeper.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#define MOST 8192

static struct kept { int fd; char name[256]; } kept[MOST];
static int count;

static int same(int a, int b)
{
	struct stat x, y;

	/* the very same open file would be told by kcmp; devices of one kind are told apart by it only */
	return !fstat(a, &x) && !fstat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino && x.st_rdev == y.st_rdev && S_ISREG(x.st_mode);
}

static void receive(int sock, const char *pidfile, pid_t pid)
{
	char text[4096], *line, *rest = text, name[256] = "stored", control[CMSG_SPACE(sizeof(int) * 64)];
	struct iovec iov = { text, sizeof(text) - 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	int fds[64], n = 0, store = 0, removes = 0, i, j;
	ssize_t length = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);

	if (length < 0)
		return;
	text[length] = 0;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
			n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(fds, CMSG_DATA(c), n * sizeof(int));
		}
	while ((line = strsep(&rest, "\n"))) {
		if (!strcmp(line, "FDSTORE=1"))
			store = 1;
		else if (!strcmp(line, "FDSTOREREMOVE=1"))
			removes = 1;
		else if (!strncmp(line, "FDNAME=", 7))
			snprintf(name, sizeof(name), "%s", line + 7);
		else if (!strcmp(line, "READY=1")) {
			FILE *f = fopen(pidfile, "w");

			if (f) {
				fprintf(f, "%d\n", pid);
				fclose(f);
			}
		}
	}
	for (i = 0; i < n; i++) {
		for (j = 0; j < count && !same(kept[j].fd, fds[i]); j++)
			;
		if (store && j == count && count < MOST) {
			kept[count].fd = fds[i];
			strcpy(kept[count++].name, name);
		} else
			close(fds[i]);
	}
	if (removes)
		for (i = j = 0, n = count; i < n; i++) {
			if (!strcmp(kept[i].name, name)) {
				close(kept[i].fd);
				count--;
			} else
				kept[j++] = kept[i];
		}
}

static pid_t start(const char *path, char **command)
{
	static char names[MOST * 40];
	char number[16];
	int i, high[MOST], length = 0;
	sigset_t none;
	pid_t pid = fork();

	if (pid)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (i = 0; i < count; i++)
		high[i] = fcntl(kept[i].fd, F_DUPFD, 3 + count);	/* out of the way of those that come */
	for (i = 0; i < count; i++) {
		dup2(high[i], 3 + i);
		close(high[i]);
		length += snprintf(names + length, sizeof(names) - length, "%s%s", i ? ":" : "", kept[i].name);
	}
	setenv("NOTIFY_SOCKET", path, 1);
	if (count) {
		snprintf(number, sizeof(number), "%d", getpid());
		setenv("LISTEN_PID", number, 1);
		snprintf(number, sizeof(number), "%d", count);
		setenv("LISTEN_FDS", number, 1);
		setenv("LISTEN_FDNAMES", names, 1);
	}
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct signalfd_siginfo info;
	struct pollfd fds[2];
	sigset_t wanted;
	pid_t pid;
	int sock, status, starts = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: keeper SOCKET PIDFILE COMMAND...\n");
		return 2;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[1]);
	unlink(argv[1]);
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&address, sizeof(address))) {
		perror(argv[1]);
		return 1;
	}
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	fds[0] = (struct pollfd){ sock, POLLIN, 0 };
	fds[1] = (struct pollfd){ signalfd(-1, &wanted, SFD_CLOEXEC), POLLIN, 0 };
	pid = start(argv[1], argv + 3);
	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		if (fds[0].revents)
			receive(sock, argv[2], pid);
		if (!fds[1].revents || read(fds[1].fd, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo == SIGTERM) {
			kill(pid, SIGTERM);
			waitpid(pid, NULL, 0);
			return 0;
		}
		while (waitpid(-1, &status, WNOHANG) == pid) {
			struct pollfd left = { sock, POLLIN, 0 };

			while (poll(&left, 1, 0) > 0)	/* what it said before it died counts */
				receive(sock, argv[2], pid);
			truncate(argv[2], 0);
			if (++starts > 100)
				return 1;	/* it cannot be started */
			usleep(20000);
			pid = start(argv[1], argv + 3);
		}
	}
	return 1;
}
