/* What the files of the keeper know of each other. */
#ifndef KEEPER_H
#define KEEPER_H

#include <signal.h>
#include <sys/types.h>

/* How a check of an update ends: the other program goes on with the store's file, or it takes a stream, or the store that runs stays. */
enum check { GOES_ON = 0, STAYS = 1, TAKES_STREAM = 10 };

/* The exit status of a store that leaves for a program which takes a stream. */
enum { LEAVES = 75 };

void say(const char *what, int number);

/* Tells the service's manager something (manager.c), and for how long the loop may stand still: NULL or microseconds. */
void tell_manager(const char *state);
void want_watchdog(const char *limit);

/* Closes what belonged to a store that has died: all that has the mark close-on-exec, but these two (descriptors.c). */
void close_its_own(int but, int nor);

/* The store tells a command that waits for it only once. */
void forget_the_waiting_command(void);

/* As many descriptors as may be. */
void raise_limit(void);

/* Whether a child has ended, and how (death.c). If this process has killed it, it is not waited for longer than it lives. */
int has_ended(pid_t process, int *status, int is_killed);

/* Whether the command line has one of these words. */
int has_word(const char *word, const char *other);

/* Whether this program can go on with the store's file. */
int can_go_on(void);

/* Asks the store's program what to become, in a process of its own, and remembers it. */
enum check check_update(const sigset_t *mask);

/*
 * Becomes the program that was checked. Returns if that cannot be. A program of ours (no mask) begins with the signals blocked, or one
 * that comes meanwhile would end it; another one begins with the mask.
 */
void become(const sigset_t *mask, const char *watchdog_limit);

/* The connection to another keeper that waits for the store of this one (move.c); -1: there is none. */
int find_new_keeper(void);

/* Gives that keeper all sockets, and ends this process. Returns if it does not take them. */
void give_away(int other);

/* Takes the sockets of another keeper, which ends. Returns in any case; XENSTORED_SERVED says that it went well. */
void take_over(pid_t keeper);

#endif
