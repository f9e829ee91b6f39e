/*
 * The keeper: a parent process that shares its table of descriptors with the store and starts it again when it dies. A client's socket
 * stays open over that from the moment at which the store accepted it, without being handed over. This runs before the .NET runtime
 * begins, in a process of its own that the runtime never touches; so each store that it starts begins as if it were the first.
 *
 * A kept descriptor has no close-on-exec mark; what has the mark belongs to one store's process alone and is closed when that has died.
 *
 * Environment: XENSTORED_KEEP=1 asks for a keeper. The store finds XENSTORED_KEEPER=FD (it writes 'O' before it opens its file, 'A' when
 * it has set the state aside, 'R' when it serves, and 'B' while its loop runs) and XENSTORED_FAULTS=N (how often it ended by a fault of
 * its own with this state within the last minute).
 *
 * WATCHDOG_USEC, as systemd sets it, is for how long the loop may stand still; else it is half a minute. The keeper answers the manager
 * itself.
 *
 * SIGUSR2 asks for the version that is installed now, and the store's 'U' for the program that an administrator has named (live update):
 * the keeper becomes that program (update.c). If that is one of ours, it starts its store, which goes on. Another xenstored takes a
 * stream. Then the store gets SIGUSR2, leaves when no transaction is open, and the next process of it, with XENSTORED_EXPORT=1, only
 * binds what the other one is to have, and writes the stream.
 *
 * XENSTORED_ARRIVES=1: what another xenstored has left is to be read. XENSTORED_TAKES=PID: the store of that keeper moves here (move.c).
 *
 * The option -U asks for a keeper as well, and oxenstored's --live: another xenstored has become this program, with its process and its
 * descriptors.
 */
#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
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

/* What the store does. When it has ended, this says what is next. */
enum phase { STARTS, SERVES, MOVES, UPDATES, EXPORTS };

static pid_t store;
static enum phase phase;
static int from_store = -1, signals = -1, new_keeper = -1;
static int opens, is_killed, wants_update; /* this store has opened its file; was killed here; an update is asked for */
static int served_once, ending, failures; /* some store has served; somebody ends it; starts that failed in a row */
static long long beat_at, fault_at[FAULTS];
static long long hang_ms, alive_ms, next_alive;
static char *watchdog_limit;
static sigset_t all, before; /* the signals that are read here, and those that were blocked before */

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
 * As fork() has it, with the C library's own record of the thread's id, but with the table of descriptors in common. The kernel knows
 * where that record is, because the C library has told it (set_tid_address(2)). Where that is not so, the table is not shared.
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
static int start_store(void)
{
	char text[32];
	int ends[2];
	pid_t keeper = getpid();

	phase == EXPORTS ? setenv("XENSTORED_EXPORT", "1", 1) : unsetenv("XENSTORED_EXPORT");
	opens = is_killed = 0;
	beat_at = now_ms();
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
		sigprocmask(SIG_SETMASK, &before, NULL);
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
 * Whether this program is to have a keeper: somebody asks for one, or another xenstored has become it. That one's words stay in the
 * command line, also of later versions of ours, but only the first store is to read what it has left.
 */
static int is_wanted(void)
{
	const char *wanted = getenv("XENSTORED_KEEP");
	int asked = wanted && strcmp(wanted, "1") == 0;
	int arrives = !getenv("XENSTORED_GOES_ON") && (has_word("-U", "--live-update") || has_word("--live", "--live"));

	unsetenv("XENSTORED_GOES_ON");
	if (asked ? 0 : !arrives || getenv("XENSTORED_KEEPER"))
		return 0;
	if (has_word("-H", "--help"))
		return 0; /* oxenstored asks for help with the words that it will use */
	if (arrives) {
		setenv("DAEMON_READY_FD", "-", 0); /* who has started that one does not wait any more */
		setenv("XENSTORED_SERVED", "1", 1); /* a store that fails now is started again */
		setenv("XENSTORED_ARRIVES", "1", 1);
	} else
		unsetenv("XENSTORED_ARRIVES");
	return 1;
}

/* Notes how the store has ended, and waits before it is started again if that is better. Ends if it is not to be started again. */
static void note_end(int status)
{
	int served = phase == SERVES;

	if (WIFEXITED(status) ? !served_once || (served && WEXITSTATUS(status) == 0) : WTERMSIG(status) == SIGTERM)
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 0); /* it could not be started, or somebody has ended it */
	if (WIFEXITED(status) ? served : opens && WTERMSIG(status) != SIGKILL)
		note_fault();
	failures = served ? 0 : failures + 1;
	if (failures >= GIVE_UP) {
		say("it could not be started again: given up after attempts", failures);
		_exit(1);
	}
	say(WIFEXITED(status) ? "it has ended and is started again: exit status" : "it was killed and is started again: signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	if (faults_of_late() >= MANY_FAULTS)
		usleep(LONG_PAUSE_MS * 1000); /* each of them is a line in the log, and guests cannot use the store anyway */
	else if (failures > 5 || (failures && WIFEXITED(status)))
		usleep(PAUSE_MS * 1000);
}

/* Becomes the program that was checked: one of ours, or for a stream another xenstored. Returns if that cannot be. */
static void become_next(int takes_stream)
{
	CRASH_AT(UpdateHasKilled);
	close_its_own(signals, -1);
	forget_the_waiting_command();
	if (takes_stream)
		tell_manager("WATCHDOG_USEC=0"); /* another xenstored does not answer it */
	become(takes_stream ? &before : NULL, watchdog_limit);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (takes_stream)
		want_watchdog(watchdog_limit);
}

/* The store has ended. Returns if another one is to start. */
static void after_end(int status)
{
	enum phase next = STARTS;

	if (ending)
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	if (phase == MOVES) {
		close_its_own(signals, new_keeper);
		give_away(new_keeper);
		new_keeper = -1;
	} else if (phase == UPDATES)
		become_next(0);
	else if (phase == EXPORTS && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		become_next(1);
	else if (phase == SERVES && WIFEXITED(status) && WEXITSTATUS(status) == LEAVES)
		next = EXPORTS;
	else if (phase != EXPORTS)
		note_end(status);
	close_its_own(signals, -1);
	CRASH_AT(KeeperHasClosed);
	forget_the_waiting_command();
	phase = next;
}

static void read_beats(void)
{
	char said[64];
	ssize_t i, count;

	while ((count = read(from_store, said, sizeof(said))) > 0)
		for (i = 0; i < count; i++) {
			beat_at = now_ms();
			opens |= said[i] == 'O';
			wants_update |= said[i] == 'U';
			if (said[i] == 'A')
				memset(fault_at, 0, sizeof(fault_at)); /* the new state has no part in them */
			if (said[i] != 'R')
				continue;
			phase = SERVES;
			served_once = 1;
			failures = 0;
			unsetenv("XENSTORED_UPDATED"); /* is for the first store of an updated program */
			unsetenv("XENSTORED_ARRIVES");
		}
}

static void read_signals(void)
{
	struct signalfd_siginfo signal;

	while (read(signals, &signal, sizeof(signal)) == sizeof(signal)) {
		int ends_it = signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT || signal.ssi_signo == SIGQUIT;

		if (ends_it && !ending)
			beat_at = now_ms(); /* it has its time to end, whatever it did before */
		ending |= ends_it;
		if (signal.ssi_signo == SIGUSR2)
			wants_update = 1;
		else if (ends_it || (phase == SERVES && signal.ssi_signo != SIGCHLD)) /* a store that starts has no handler yet, and would die */
			kill(store, signal.ssi_signo);
	}
}

static void begin_update(void)
{
	enum check answer = GOES_ON;

	if (alive_ms)
		tell_manager("WATCHDOG=1"); /* the check takes a while */
	new_keeper = find_new_keeper();
	if (new_keeper < 0)
		answer = check_update(&before);
	wants_update = 0;
	beat_at = now_ms();
	CRASH_AT(UpdateIsAsked);
	if (answer != GOES_ON) {
		kill(store, SIGUSR2); /* it has to leave, or to tell why it stays */
		return;
	}
	phase = new_keeper >= 0 ? MOVES : UPDATES;
	is_killed = kill(store, SIGKILL) == 0; /* at any instant: what it has not published it has not done */
}

/* Returns how the store has ended. */
static int watch_store(void)
{
	struct pollfd wait[2] = { { .fd = signals, .events = POLLIN }, { .fd = from_store, .events = POLLIN } };
	long long limit;
	int status;

	for (;;) {
		if (alive_ms && now_ms() >= next_alive) {
			tell_manager("WATCHDOG=1");
			next_alive = now_ms() + alive_ms;
		}
		poll(wait, 2, alive_ms && alive_ms < 1000 ? (int)alive_ms : 1000);
		read_beats();
		read_signals();
		if (wants_update && phase == SERVES && !ending && !is_killed)
			begin_update();
		limit = !ending && (phase == STARTS || phase == EXPORTS) ? START_MS : hang_ms;
		if ((served_once || ending) && now_ms() - beat_at > limit) {
			say("it has stood still for too long and is killed: process", store);
			if (!is_killed)
				note_fault();
			is_killed = kill(store, SIGKILL) == 0;
			beat_at = now_ms();
		}
		if (has_ended(store, &status, is_killed))
			return status;
	}
}

/* Takes what the environment says, and leaves none of it to the store. */
static void read_environment(void)
{
	const char *limit = getenv("WATCHDOG_USEC"), *takes = getenv("XENSTORED_TAKES");

	hang_ms = limit ? atoll(limit) / 1000 : HANG_MS;
	alive_ms = limit ? hang_ms / 3 : 0;
	hang_ms = hang_ms < LEAST_HANG_MS ? LEAST_HANG_MS : hang_ms;
	watchdog_limit = limit ? strdup(limit) : NULL;
	if (takes)
		take_over(atoi(takes));
	served_once = getenv("XENSTORED_SERVED") != NULL;
	unsetenv("XENSTORED_TAKES");
	unsetenv("XENSTORED_KEEP");
	unsetenv("XENSTORED_SERVED");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void read_signals_here(void)
{
	static const int read_here[] = { SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2 };
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&all);
	for (i = 0; i < sizeof(read_here) / sizeof(*read_here); i++)
		sigaddset(&all, read_here[i]);
	sigprocmask(SIG_BLOCK, &all, &before);
	for (i = 0; served_once && i < sizeof(read_here) / sizeof(*read_here); i++)
		sigdelset(&before, read_here[i]); /* it was the keeper before the update that has blocked it */
	signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void keep(void) __attribute__((constructor));

static void keep(void)
{
	if (!is_wanted())
		return;
	raise_limit();
	signal(SIGCHLD, SIG_DFL); /* else the kernel would not tell how a store has ended */
	read_environment();
	if (served_once)
		CRASH_AT(UpdateHasExecuted);
	read_signals_here();
	if (served_once)
		want_watchdog(watchdog_limit); /* it may have been switched off for another xenstored */
	while (start_store())
		after_end(watch_store());
}
