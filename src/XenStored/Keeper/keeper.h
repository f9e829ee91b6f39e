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

/* Whether the command line has one of these words. */
int has_word(const char *word, const char *other);

/* Asks the store's program what to become, in a process of its own, and remembers it. */
enum check check_update(const sigset_t *mask);

/*
 * Becomes the program that was checked. Returns if that cannot be. A program of ours (no mask) begins with the signals blocked, or one that comes
 * meanwhile would end it; another one begins with the mask.
 */
void become(const sigset_t *mask, const char *watchdog_limit);

/* The connection to another keeper that waits for the store of this one (move.c); -1: there is none. */
int find_new_keeper(void);

/* Gives that keeper all sockets, and ends this process. Returns if it does not take them. */
void give_away(int other);

/* Takes the sockets of another keeper, which ends. Returns in any case; XENSTORED_SERVED says that it went well. */
void take_over(pid_t keeper);

#endif
