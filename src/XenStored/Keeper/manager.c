/* What the keeper tells the service's manager, as sd_notify(3) has it. */
#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void tell_manager(const char *state)
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

void want_watchdog(const char *limit)
{
	char text[64];

	snprintf(text, sizeof(text), "WATCHDOG_USEC=%s", limit ? limit : "0");
	tell_manager(text);
}
