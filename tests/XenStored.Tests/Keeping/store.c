/*
 * A store that does what a script says, beneath the keeper that xenstored has: without a runtime, and each of its processes is over in
 * a moment. Line n of the file PLAY is what its n-th process does, word for word:
 *
 *   open, aside, serve    tells the keeper that it opens its file, has set the state aside, serves
 *   hold                  leaves descriptor 100 to its successors, and has 101 for itself
 *   exit N, kill N        ends
 *   wait                  until somebody ends it, as after the last line
 *
 * At its start each writes a line into the file SAYS. With the word --check-update it is asked what to become: the words in NEXT.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell(char what)
{
	if (write(atoi(getenv("XENSTORED_KEEPER")), &what, 1) != 1)
		_exit(99);
}

static const char *value(const char *name)
{
	return getenv(name) ? getenv(name) : "-";
}

static int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Returns the number of its process: the line of the script that it plays. */
static int say_hello(char *last)
{
	FILE *says = fopen(getenv("SAYS"), "a+e");
	int letter, lines = 0;

	while ((letter = fgetc(says)) != EOF)
		lines += letter == '\n';
	fprintf(says, "faults %s, updated %s, kept %d, marked %d, last word %s\n", value("XENSTORED_FAULTS"),
		value("XENSTORED_UPDATED"), is_open(100), is_open(101), last);
	fclose(says);
	return lines;
}

static void hold(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	dup2(fd, 100);
	dup3(fd, 101, O_CLOEXEC);
	close(fd);
}

static void play(char *line)
{
	char *word;

	for (word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
		if (strcmp(word, "open") == 0)
			tell('O');
		else if (strcmp(word, "aside") == 0)
			tell('A');
		else if (strcmp(word, "serve") == 0)
			tell('R');
		else if (strcmp(word, "hold") == 0)
			hold();
		else if (strcmp(word, "exit") == 0)
			_exit(atoi(strtok(NULL, " \n")));
		else if (strcmp(word, "kill") == 0)
			kill(getpid(), atoi(strtok(NULL, " \n")));
		else
			break;
}

static int answer_check(void)
{
	char *next = getenv("NEXT"), *word;

	for (word = strtok(next, " "); word; word = strtok(NULL, " "))
		fwrite(word, strlen(word) + 1, 1, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	char line[256] = "";
	FILE *script;
	int number;

	if (strcmp(argv[argc - 1], "--check-update") == 0)
		return answer_check();
	number = say_hello(argv[argc - 1]);
	script = fopen(getenv("PLAY"), "re");
	while (number >= 0 && fgets(line, sizeof(line), script))
		number--;
	if (number < 0)
		play(line);
	for (;;)
		pause();
}
