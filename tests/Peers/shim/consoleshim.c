/*
 * consoleshim: what a C xenconsoled takes from libxenctrl, libxenevtchn, libxengnttab and libxenforeignmemory,
 * made of files, so that it runs on a machine without a hypervisor. Used by LD_PRELOAD with a distribution's binary.
 *
 * All state is under $XENSHIM_DIR, as docs/simulated-hypervisor.md has it: a domain N exists where console.N does
 * and dead.N does not. One thing is of this daemon: it has a handle of event channels for each console, so each
 * has a FIFO of its own, evtchn.N, which a guest rings in place of evtchn where it is there.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>

#define EXPORT __attribute__((visibility("default")))
#define PAGE 4096
#define GUEST_PORT 1	/* our ends of the two kinds of port; each handle has one port only */
#define VIRQ_PORT 2

static const char *shim_dir(void)
{
	const char *d = getenv("XENSHIM_DIR");

	return d ? d : "xenshim";
}

static const char *at(char *buf, const char *name, uint32_t domid)
{
	snprintf(buf, PATH_MAX, "%s/%s.%u", shim_dir(), name, domid);
	return buf;
}

/* ------------------------------------------------------ which domains there are */

#define DOMAINS 0x7ff0
#define CONSOLE 1
#define DEAD 2
#define SHUTDOWN 4

static unsigned char states[DOMAINS];

/* A file of the folder came or went. */
static void note(const char *name, int is_there)
{
	static const struct { const char *name; int bit; } kinds[] = {
		{ "console.", CONSOLE }, { "dead.", DEAD }, { "shutdown.", SHUTDOWN },
	};
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i].name);
		unsigned long domid;

		if (strncmp(name, kinds[i].name, length))
			continue;
		domid = strtoul(name + length, NULL, 10);
		if (domid < DOMAINS)
			states[domid] = is_there ? states[domid] | kinds[i].bit : states[domid] & ~kinds[i].bit;
	}
}

static void look_at_all(void)
{
	DIR *dir = opendir(shim_dir());
	struct dirent *entry;

	memset(states, 0, sizeof(states));
	while (dir && (entry = readdir(dir)))
		note(entry->d_name, 1);
	if (dir)
		closedir(dir);
}

/*
 * The kernel says what changed in the folder, so that the state of a domain costs one system call, as it does
 * with a hypervisor: the daemon asks for all of them again and again.
 */
static int state_of(uint32_t domid)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	static int changes = -1;
	ssize_t n, at;

	if (changes < 0) {
		changes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		inotify_add_watch(changes, shim_dir(), IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO);
		look_at_all();
	}
	while ((n = read(changes, events, sizeof(events))) > 0) {
		for (at = 0; at < n; at += sizeof(struct inotify_event) + ((struct inotify_event *)&events[at])->len) {
			struct inotify_event *event = (struct inotify_event *)&events[at];

			if (event->mask & IN_Q_OVERFLOW)
				look_at_all();
			else if (event->len)
				note(event->name, (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0);
		}
	}
	return domid < DOMAINS ? states[domid] : 0;
}

static int exists(uint32_t domid)
{
	return domid == 0 || (state_of(domid) & (CONSOLE | DEAD)) == CONSOLE;
}

/* ----------------------------------------------------------- event channels */

struct xenevtchn_handle {
	int fd;		/* what the daemon polls */
	int guest;	/* the FIFO that the guest reads, or -1 */
	uint32_t port;	/* the guest's */
};

/* The daemon may ask for the descriptor before it binds: until then it is one that never becomes readable. */
EXPORT xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *logger, unsigned int flags)
{
	xenevtchn_handle *h = calloc(1, sizeof(*h));

	(void)logger;
	(void)flags;
	h->guest = -1;
	h->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (h->fd >= 0)
		return h;
	free(h);
	return NULL;
}

EXPORT int xenevtchn_close(xenevtchn_handle *h)
{
	close(h->fd);
	if (h->guest >= 0)
		close(h->guest);
	free(h);
	return 0;
}

EXPORT int xenevtchn_fd(xenevtchn_handle *h)
{
	return h->fd;
}

static int fifo(const char *name, uint32_t domid)
{
	char path[PATH_MAX];

	mkfifo(at(path, name, domid), 0600);
	return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

EXPORT xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *h, uint32_t domid, evtchn_port_t port)
{
	int events;

	if (!exists(domid)) {
		errno = EINVAL;
		return -1;
	}
	h->guest = fifo("guest", domid);
	events = fifo("evtchn", domid);
	if (h->guest < 0 || events < 0)
		return -1;
	dup3(events, h->fd, O_CLOEXEC);
	close(events);
	h->port = port;
	return GUEST_PORT;
}

EXPORT xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *h, unsigned int virq)
{
	(void)h;
	(void)virq;
	return VIRQ_PORT;
}

EXPORT int xenevtchn_notify(xenevtchn_handle *h, evtchn_port_t port)
{
	(void)port;
	if (h->guest >= 0 && write(h->guest, &h->port, 4) < 0 && errno != EAGAIN)
		return -1;
	return 0;	/* a full FIFO is a guest that has enough to read */
}

/*
 * A port that is pending stays masked until it is unmasked, and is then pending once more at most: all events
 * that came meanwhile are one. Taking all of them with one read is that, and saves the daemon the second one.
 */
EXPORT xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *h)
{
	uint32_t events[1024];

	return read(h->fd, events, sizeof(events)) >= 4 ? GUEST_PORT : -1;
}

EXPORT int xenevtchn_unmask(xenevtchn_handle *h, evtchn_port_t port)
{
	(void)h;
	(void)port;
	return 0;
}

EXPORT int xc_evtchn_status(xc_interface *xch, xc_evtchn_status_t *status)
{
	(void)xch;
	status->status = EVTCHNSTAT_interdomain;
	return 0;
}

/* ------------------------------------------------------- grants, foreign maps */

static void *map_console(uint32_t domid)
{
	char path[PATH_MAX];
	void *page;
	int fd;

	if (!exists(domid)) {
		errno = EINVAL;
		return NULL;
	}
	fd = open(at(path, "console", domid), O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return page == MAP_FAILED ? NULL : page;
}

/* Handles without anything in them. */
#define HANDLE(library, type)									\
	EXPORT type *library##_open(struct xentoollog_logger *logger, unsigned int flags)	\
	{											\
		(void)logger;									\
		(void)flags;									\
		return calloc(1, 1);								\
	}											\
	EXPORT int library##_close(type *h)							\
	{											\
		free(h);									\
		return 0;									\
	}
HANDLE(xengnttab, xengnttab_handle)
HANDLE(xenforeignmemory, xenforeignmemory_handle)

EXPORT void *xengnttab_map_grant_ref(xengnttab_handle *h, uint32_t domid, uint32_t ref, int prot)
{
	(void)h;
	(void)ref;
	(void)prot;
	return map_console(domid);
}

EXPORT int xengnttab_unmap(xengnttab_handle *h, void *page, uint32_t count)
{
	(void)h;
	return munmap(page, (size_t)count * PAGE);
}

EXPORT void *xenforeignmemory_map(xenforeignmemory_handle *h, uint32_t domid, int prot, size_t pages,
				  const xen_pfn_t *frames, int *errors)
{
	(void)h;
	(void)prot;
	(void)pages;
	(void)frames;
	if (errors)
		*errors = 0;
	return map_console(domid);
}

EXPORT int xenforeignmemory_unmap(xenforeignmemory_handle *h, void *pages, size_t count)
{
	(void)h;
	return munmap(pages, count * PAGE);
}

/* ------------------------------------------------------------------ domains */

EXPORT xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *builder, unsigned int flags)
{
	(void)logger;
	(void)builder;
	(void)flags;
	return calloc(1, PAGE);
}

EXPORT int xc_interface_close(xc_interface *h)
{
	free(h);
	return 0;
}

EXPORT int xc_domain_getinfo(xc_interface *xch, uint32_t first, unsigned int max, xc_dominfo_t *info)
{
	unsigned int count = 0;
	uint32_t domid;

	(void)xch;
	state_of(first);	/* what changed is known after it */
	for (domid = first; domid < DOMAINS && count < max; domid++) {
		if (domid && (states[domid] & (CONSOLE | DEAD)) != CONSOLE)
			continue;
		memset(&info[count], 0, sizeof(*info));
		info[count].domid = domid;
		info[count].shutdown = (states[domid] & SHUTDOWN) != 0;
		info[count].running = !info[count].shutdown;
		count++;
	}
	if (!count)
		errno = ESRCH;
	return count;
}

/* The hypervisor has said nothing. */
EXPORT int xc_readconsolering(xc_interface *xch, char *buffer, unsigned int *count, int clear, int incremental,
			      uint32_t *index)
{
	(void)xch;
	(void)buffer;
	(void)clear;
	(void)incremental;
	(void)index;
	*count = 0;
	return 0;
}
