/*
 * The keeper: a parent process that shares its table of descriptors with the store and starts it again when it dies. A client's socket stays
 * open over that from the moment at which the store accepted it, without being handed over. This runs before the .NET runtime begins, in a
 * process of its own that the runtime never touches; so each store that it starts begins as if it were the first.
 *
 * A kept descriptor has no close-on-exec mark; what has the mark belongs to one store's process alone and is closed when that has died.
 *
 * Environment: XENSTORED_KEEP=1 asks for a keeper. The store finds XENSTORED_KEEPER=FD (it writes 'O' before it opens its file, 'A' when it has set
 * the state aside, 'R' when it serves, and 'B' while its loop runs) and XENSTORED_FAULTS=N (how often it ended by a fault of its own with this state
 * within the last minute).
 *
 * WATCHDOG_USEC, as systemd sets it, is for how long the loop may stand still; else it is half a minute. The keeper answers the manager itself.
 *
 * SIGUSR2 asks for the version that is installed now, and the store's 'U' for the program that an administrator has named (live update): the keeper
 * becomes that program (update.c). If that is one of ours, it starts its store, which goes on. Another xenstored takes a stream. Then the store gets
 * SIGUSR2, leaves when no transaction is open, and the next process of it, with XENSTORED_EXPORT=1, only binds what the other one is to have, and writes
 * the stream.
 *
 * XENSTORED_TAKES=PID: the store of that keeper moves here (move.c).
 *
 * The option -U asks for a keeper as well, and oxenstored's --live: another xenstored has become this program, with its process and its descriptors.
 */
#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef PR_GET_TID_ADDRESS
#define PR_GET_TID_ADDRESS 40
#endif

#include "crash.h"

/* The store beats every three seconds. */
enum { FAULTS = 8, FAULT_WINDOW_MS = 60 * 1000, HANG_MS = 30 * 1000, LEAST_HANG_MS = 7 * 1000, START_MS = 90 * 1000 };
enum { MANY_FAULTS = 3, GIVE_UP = 20, PAUSE_MS = 300, LONG_PAUSE_MS = 2000 };

static pid_t store;
static int from_store = -1, signals = -1;
static long long fault_at[FAULTS];
static char *watchdog_limit;

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void say(const char *what, int number)
{
	char line[160];
	int length = snprintf(line, sizeof(line), "xenstored: %s %d\n", what, number);

	if (write(2, line, length) < 0)
		return; /* nobody reads it */
}

/* To the service's manager, as sd_notify(3) has it. */
static void tell_manager(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length;
	int fd;

	if (!path || (path[0] != '/' && path[0] != '@') || (length = strlen(path)) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + length) < 0)
		say("cannot tell the service's manager, errno", errno);
	close(fd);
}

static void want_watchdog(void)
{
	char text[64];

	snprintf(text, sizeof(text), "WATCHDOG_USEC=%s", watchdog_limit ? watchdog_limit : "0");
	tell_manager(text);
}

/* Closes what belonged to the store's process that has died. */
static void close_its_own(int but)
{
	DIR *all = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!all)
		return;
	while ((entry = readdir(all))) {
		int fd = atoi(entry->d_name), flags;

		if (fd <= 2 || fd == dirfd(all) || fd == signals || fd == but)
			continue;
		flags = fcntl(fd, F_GETFD);
		if (flags >= 0 && (flags & FD_CLOEXEC))
			close(fd);
	}
	closedir(all);
}

static int faults_of_late(void)
{
	int i, count = 0;

	for (i = 0; i < FAULTS; i++)
		count += fault_at[i] && now_ms() - fault_at[i] < FAULT_WINDOW_MS;
	return count;
}

static void note_fault(void)
{
	int i, oldest = 0;

	for (i = 1; i < FAULTS; i++)
		if (fault_at[i] < fault_at[oldest])
			oldest = i;
	fault_at[oldest] = now_ms();
}

/*
 * As fork() has it, with the C library's own record of the thread's id, but with the table of descriptors in common. The kernel knows where
 * that record is, because the C library has told it (set_tid_address(2)). Where that is not so, the table is not shared.
 */
static pid_t start_process(void)
{
	int *tid = NULL;
	unsigned long flags = SIGCHLD;

	if (prctl(PR_GET_TID_ADDRESS, &tid) == 0 && tid && *tid == (int)syscall(SYS_gettid))
		return syscall(SYS_clone, flags | CLONE_FILES | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, NULL, NULL, tid, 0UL);
	say("the kernel does not tell what the keeper must know: clients lose their connection when the store dies; errno", errno);
	return fork();
}

/* Returns 0 in the store's new process. */
static int start_store(const sigset_t *mask)
{
	char text[32];
	int ends[2];
	pid_t keeper = getpid();

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		say("keeper: no pipe, errno", errno);
		_exit(1);
	}
	snprintf(text, sizeof(text), "%d", ends[1]);
	setenv("XENSTORED_KEEPER", text, 1);
	snprintf(text, sizeof(text), "%d", faults_of_late());
	setenv("XENSTORED_FAULTS", text, 1);
	CRASH_AT(KeeperForks);
	store = start_process();
	if (store < 0) {
		say("keeper: no process, errno", errno);
		_exit(1);
	}
	if (store == 0) {
		CRASH_AT(StartIsForked);
		sigprocmask(SIG_SETMASK, mask, NULL);
		/* Who supervises the keeper starts both again. A store in the background has nobody who would, and goes on without a keeper. */
		if (!getenv("DAEMON_READY_FD"))
			prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!getenv("DAEMON_READY_FD") && getppid() != keeper)
			_exit(1);
		return 0;
	}
	CRASH_AT(KeeperHasForked);
	from_store = ends[0];
	return 1;
}

/*
 * The first store tells the command that waits for it that it serves, and closes this descriptor. Its number may be a client's by then. But if that
 * store was killed before, the next one has to tell.
 */
static void forget_the_waiting_command(void)
{
	const char *number = getenv("DAEMON_READY_FD");
	struct stat status;

	if (number && (fstat(atoi(number), &status) < 0 || !S_ISFIFO(status.st_mode)))
		setenv("DAEMON_READY_FD", "-", 1);
}

/* The store has as many descriptors as it may, and the table is the keeper's, too. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Whether this program is to have a keeper: somebody asks for one, or another xenstored has become it. */
static int is_wanted(void)
{
	const char *wanted = getenv("XENSTORED_KEEP");

	if (wanted && strcmp(wanted, "1") == 0)
		return 1;
	if (getenv("XENSTORED_KEEPER") || !(has_word("-U", "--live-update") || has_word("--live", "--live")) || has_word("-H", "--help"))
		return 0; /* oxenstored asks for help with the words that it will use */
	setenv("DAEMON_READY_FD", "-", 0); /* who has started that one does not wait any more */
	setenv("XENSTORED_SERVED", "1", 1); /* a store that fails now is started again */
	return 1;
}

/* Notes how the store ended, and waits before it is started again if that is better. Returns 0 if it is not to be started again. */
static int note_end(int status, int served_once, int opens, int serves, int *failures)
{
	if (WIFEXITED(status) && (!served_once || (serves && WEXITSTATUS(status) == 0)))
		return 0;
	if (WIFEXITED(status) ? serves : opens && WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGTERM)
		note_fault();
	*failures = serves ? 0 : *failures + 1;
	if (*failures >= GIVE_UP) {
		say("it could not be started again: given up after attempts", *failures);
		_exit(1);
	}
	say(WIFEXITED(status) ? "it has ended and is started again: exit status" : "it was killed and is started again: signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	if (faults_of_late() >= MANY_FAULTS)
		usleep(LONG_PAUSE_MS * 1000); /* each of them is a line in the log, and guests cannot use the store anyway */
	else if (*failures > 5 || (*failures && WIFEXITED(status)))
		usleep(PAUSE_MS * 1000);
	return 1;
}

static void keep(void) __attribute__((constructor));

static void keep(void)
{
	const char *limit = getenv("WATCHDOG_USEC");
	long long hang_ms = limit ? atoll(limit) / 1000 : HANG_MS, alive_ms = limit ? hang_ms / 3 : 0, next_alive = 0, beat_at;
	int opens = 0, serves = 0, served_once, ending = 0, failures = 0;
	int wants_update = 0, updates = 0, exports = 0, new_keeper = -1, one;
	sigset_t all, before;

	if (!is_wanted())
		return;
	raise_limit();
	if (getenv("XENSTORED_TAKES"))
		take_over(atoi(getenv("XENSTORED_TAKES")));
	unsetenv("XENSTORED_TAKES");
	served_once = getenv("XENSTORED_SERVED") != NULL;
	if (served_once)
		CRASH_AT(UpdateHasExecuted);
	hang_ms = hang_ms < LEAST_HANG_MS ? LEAST_HANG_MS : hang_ms;
	watchdog_limit = limit ? strdup(limit) : NULL;
	unsetenv("XENSTORED_KEEP");
	unsetenv("XENSTORED_SERVED");
	unsetenv("XENSTORED_EXPORT"); /* of a keeper that has become this one by way of another xenstored */
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&all);
	sigaddset(&all, SIGCHLD);
	sigaddset(&all, SIGTERM);
	sigaddset(&all, SIGINT);
	sigaddset(&all, SIGQUIT);
	sigaddset(&all, SIGHUP);
	sigaddset(&all, SIGUSR1);
	sigaddset(&all, SIGUSR2);
	sigprocmask(SIG_BLOCK, &all, &before);
	for (one = 1; served_once && one < NSIG; one++)
		if (sigismember(&all, one) == 1)
			sigdelset(&before, one); /* it was the keeper before the update that has blocked it */
	if (served_once)
		want_watchdog(); /* it may have been switched off for another xenstored */
	if (!start_store(&before))
		return;
	signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	beat_at = now_ms();
	for (;;) {
		struct pollfd wait[2] = { { .fd = signals, .events = POLLIN }, { .fd = from_store, .events = POLLIN } };
		struct signalfd_siginfo signal;
		char said[64];
		ssize_t i, count;
		int status;

		if (alive_ms && now_ms() >= next_alive) {
			tell_manager("WATCHDOG=1");
			next_alive = now_ms() + alive_ms;
		}
		poll(wait, 2, alive_ms && alive_ms < 1000 ? (int)alive_ms : 1000);
		while ((count = read(from_store, said, sizeof(said))) > 0)
			for (i = 0; i < count; i++) {
				beat_at = now_ms();
				opens |= said[i] == 'O';
				if (said[i] == 'A')
					memset(fault_at, 0, sizeof(fault_at)); /* the new state has no part in them */
				serves |= said[i] == 'R';
				wants_update |= said[i] == 'U';
			}
		if (serves) {
			served_once = 1;
			failures = 0;
			unsetenv("XENSTORED_UPDATED"); /* is for the first store of an updated program */
		}
		while (read(signals, &signal, sizeof(signal)) == sizeof(signal)) {
			int ends_it = signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT || signal.ssi_signo == SIGQUIT;

			ending |= ends_it;
			if (signal.ssi_signo == SIGUSR2)
				wants_update = 1;
			else if (ends_it || (serves && signal.ssi_signo != SIGCHLD)) /* a store that starts has no handler yet, and would die */
				kill(store, signal.ssi_signo);
		}
		if (wants_update && serves && !ending) {
			enum check answer = GOES_ON;

			if (alive_ms)
				tell_manager("WATCHDOG=1"); /* the check takes a while */
			new_keeper = find_new_keeper();
			if (new_keeper < 0)
				answer = check_update(&before);
			wants_update = 0;
			beat_at = now_ms();
			CRASH_AT(UpdateIsAsked);
			if (answer != GOES_ON)
				kill(store, SIGUSR2); /* it has to leave, or to tell why it stays */
			else
				kill(store, SIGKILL); /* at any instant: what it has not published it has not done */
			updates = answer == GOES_ON;
		}
		if (served_once && now_ms() - beat_at > (serves ? hang_ms : START_MS)) {
			say("it has stood still for too long and is killed: process", store);
			note_fault();
			kill(store, SIGKILL);
			beat_at = now_ms();
		}
		if (waitpid(store, &status, WNOHANG) != store)
			continue;
		if (ending)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 0);
		if (new_keeper >= 0) {
			updates = 0;
			close_its_own(new_keeper);
			give_away(new_keeper);
			new_keeper = -1;
		}
		else if (updates || (exports && WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
			CRASH_AT(UpdateHasKilled);
			close_its_own(-1);
			forget_the_waiting_command();
			if (exports)
				tell_manager("WATCHDOG_USEC=0"); /* another xenstored does not answer it */
			become(exports ? &before : NULL, watchdog_limit);
			sigprocmask(SIG_BLOCK, &all, NULL);
			if (exports)
				want_watchdog();
			updates = exports = 0;
		}
		else if (exports || (serves && WIFEXITED(status) && WEXITSTATUS(status) == LEAVES))
			exports = !exports;
		else if (!note_end(status, served_once, opens, serves, &failures))
			_exit(WEXITSTATUS(status)); /* it could not be started, or somebody has ended it */
		exports ? setenv("XENSTORED_EXPORT", "1", 1) : unsetenv("XENSTORED_EXPORT");
		close_its_own(-1);
		CRASH_AT(KeeperHasClosed);
		opens = serves = 0;
		beat_at = now_ms();
		forget_the_waiting_command();
		if (!start_store(&before))
			return;
	}
}
