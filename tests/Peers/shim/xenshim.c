/*
 * xenshim: a stand-in for libxenctrl, libxenevtchn, libxengnttab and libxenmanage,
 * so that a xenstored can run on a machine without a hypervisor.
 *
 * Used by LD_PRELOAD with a distribution's binaries.
 * All state is under $XENSHIM_DIR:
 *   ring.<domid>    a 4096-byte file: the xenstore ring page of that domain
 *   evtchn          FIFO read by the daemon: u32 = domid << 16 | guest port;
 *                   0xffff0000 is VIRQ_DOM_EXC: some domain changed its state
 *   guest.<domid>   FIFO read by a simulated guest: u32 = guest port
 *   run/            what the daemon believes to be /var/run/xenstored and /var/run/xen
 * Every domid below 0x7ff0 is reported to exist, unless the file dead.<domid> is there,
 * and to run, unless the file shutdown.<domid> is there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define RING_SIZE 4096
#define MAX_PORTS 65536
#define ALL_PORTS (2 * MAX_PORTS)
#define NO_CLOEXEC 1	/* XENEVTCHN_NO_CLOEXEC: the daemon may become another one that goes on with it */

static const char *shim_dir(void)
{
	const char *d = getenv("XENSHIM_DIR");

	return d ? d : "xenshim";
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* ------------------------------------------------------------------ paths */

static const char *redirect(const char *path, char *buf)
{
	static const struct { const char *from, *to; } map[] = {
		{ "/proc/xen/xsd_kva",	"/ring.0" },
		{ "/dev/xen/xenbus",	"/ring.0" },
		{ "/proc/xen/xsd_port",	"/port.0" },
		{ "/var/run/xenstored",	"/run" },
		{ "/run/xenstored",	"/run" },
		{ "/var/run/xen",	"/run" },
		{ "/run/xen",		"/run" },
		{ "/var/lib/xen",	"/run" },
		{ "/var/log/xen",	"/run" },
	};
	unsigned int i;

	if (!path)
		return path;
	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		size_t l = strlen(map[i].from);

		if (strncmp(path, map[i].from, l) || (path[l] && path[l] != '/'))
			continue;
		snprintf(buf, PATH_MAX, "%s%s%s", shim_dir(), map[i].to, path + l);
		return buf;
	}
	return path;
}

static void prepare(void)
{
	char p[PATH_MAX];
	int fd, (*ropen)(const char *, int, ...) = (void *)dlsym(RTLD_NEXT, "open");

	mkdir(shim_dir(), 0755);
	snprintf(p, sizeof(p), "%s/run", shim_dir());
	mkdir(p, 0755);
	snprintf(p, sizeof(p), "%s/ring.0", shim_dir());
	fd = ropen(p, O_RDWR | O_CREAT, 0600);
	if (fd >= 0) {
		if (ftruncate(fd, RING_SIZE))
			perror("xenshim: ftruncate");
		close(fd);
	}
	snprintf(p, sizeof(p), "%s/port.0", shim_dir());
	fd = ropen(p, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0) {
		if (write(fd, "1", 1) != 1)
			perror("xenshim: write");
		close(fd);
	}
	snprintf(p, sizeof(p), "%s/evtchn", shim_dir());
	mkfifo(p, 0600);
}

__attribute__((constructor)) static void shim_init(void)
{
	prepare();
}

#define OPEN_BODY(name)								\
	char buf[PATH_MAX];							\
	mode_t mode = 0;							\
	int (*real)(const char *, int, ...) = (void *)dlsym(RTLD_NEXT, #name);	\
	if (flags & (O_CREAT | O_TMPFILE)) {					\
		va_list ap;							\
		va_start(ap, flags);						\
		mode = va_arg(ap, mode_t);					\
		va_end(ap);							\
	}									\
	return real(redirect(path, buf), flags, mode)

EXPORT int open(const char *path, int flags, ...) { OPEN_BODY(open); }
EXPORT int open64(const char *path, int flags, ...) { OPEN_BODY(open64); }

EXPORT int mkdir(const char *path, mode_t mode)
{
	char buf[PATH_MAX];

	return REAL(mkdir)(redirect(path, buf), mode);
}

EXPORT int unlink(const char *path)
{
	char buf[PATH_MAX];

	return REAL(unlink)(redirect(path, buf));
}

EXPORT int chmod(const char *path, mode_t mode)
{
	char buf[PATH_MAX];

	return REAL(chmod)(redirect(path, buf), mode);
}

EXPORT int rename(const char *from, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX];

	return REAL(rename)(redirect(from, a), redirect(to, b));
}

EXPORT int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	char buf[PATH_MAX];
	struct sockaddr_un un;
	const char *to;

	if (addr->sa_family != AF_UNIX)
		return REAL(bind)(fd, addr, len);
	memset(&un, 0, sizeof(un));
	memcpy(&un, addr, len < sizeof(un) ? len : sizeof(un));
	to = redirect(un.sun_path, buf);
	if (to != un.sun_path)
		snprintf(un.sun_path, sizeof(un.sun_path), "%.107s", to);
	return REAL(bind)(fd, (struct sockaddr *)&un,
			  offsetof(struct sockaddr_un, sun_path) + strlen(un.sun_path) + 1);
}

/* oxenstored insists on a limit which a container without CAP_SYS_RESOURCE cannot give. */
static int lenient_setrlimit(int res, const struct rlimit *r,
			     int (*real)(int, const struct rlimit *))
{
	struct rlimit cur;
	int rc = real(res, r);

	if (!rc || errno != EPERM || getrlimit(res, &cur))
		return rc;
	cur.rlim_cur = r->rlim_cur < cur.rlim_max ? r->rlim_cur : cur.rlim_max;
	return real(res, &cur);
}

EXPORT int setrlimit(__rlimit_resource_t res, const struct rlimit *r)
{
	return lenient_setrlimit(res, r, (void *)dlsym(RTLD_NEXT, "setrlimit"));
}

EXPORT int setrlimit64(__rlimit_resource_t res, const struct rlimit64 *r)
{
	return lenient_setrlimit(res, (const struct rlimit *)r,
				 (void *)dlsym(RTLD_NEXT, "setrlimit64"));
}

/* ----------------------------------------------------------- event channels */

typedef uint32_t evtchn_port_t;

struct handle {
	int fd;
};

static struct {
	int used;
	uint32_t domid, port;
	int fd;
} ports[ALL_PORTS];
static unsigned int next_port = MAX_PORTS;

EXPORT struct handle *xenevtchn_fdopen(void *logger, int fd, unsigned int flags)
{
	struct handle *h = calloc(1, sizeof(*h));

	(void)logger;
	(void)flags;
	h->fd = fd;
	return h;
}

EXPORT struct handle *xenevtchn_open(void *logger, unsigned int flags)
{
	char p[PATH_MAX];
	int fd;

	snprintf(p, sizeof(p), "%s/evtchn", shim_dir());
	fd = open(p, O_RDWR | (flags & NO_CLOEXEC ? 0 : O_CLOEXEC));
	return fd < 0 ? NULL : xenevtchn_fdopen(logger, fd, flags);
}

EXPORT int xenevtchn_close(struct handle *h)
{
	close(h->fd);
	free(h);
	return 0;
}

EXPORT int xenevtchn_fd(struct handle *h)
{
	return h->fd;
}

/*
 * A process that takes over another's ports (live update) must know what they reach. So a port has the domid and the
 * guest's port in its number; what has no space there gets one above all of those.
 */
static int new_port(uint32_t domid, uint32_t port, int fd)
{
	unsigned int number = domid < 256 && port && port < 256 ? domid << 8 | port : next_port;

	if (number >= ALL_PORTS) {
		errno = ENOSPC;
		return -1;
	}
	if (number == next_port)
		next_port++;
	ports[number].used = 1;
	ports[number].domid = domid;
	ports[number].port = port;
	ports[number].fd = fd;
	return number;
}

EXPORT int xenevtchn_bind_interdomain(struct handle *h, uint32_t domid, evtchn_port_t port)
{
	char p[PATH_MAX];
	int fd;

	(void)h;
	snprintf(p, sizeof(p), "%s/guest.%u", shim_dir(), domid);
	mkfifo(p, 0600);
	fd = open(p, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -1 : new_port(domid, port, fd);
}

/* A port that the process before bound. */
static void adopt(evtchn_port_t port)
{
	if (port && port < MAX_PORTS && !ports[port].used)
		xenevtchn_bind_interdomain(NULL, port >> 8, port & 0xff);
}

EXPORT int xenevtchn_bind_virq(struct handle *h, unsigned int virq)
{
	(void)h;
	(void)virq;
	return new_port(0xffff, 0, -1);
}

EXPORT int xenevtchn_unbind(struct handle *h, evtchn_port_t port)
{
	(void)h;
	if (port >= ALL_PORTS || !ports[port].used) {
		errno = EINVAL;
		return -1;
	}
	if (ports[port].fd >= 0)
		close(ports[port].fd);
	ports[port].used = 0;
	return 0;
}

EXPORT int xenevtchn_notify(struct handle *h, evtchn_port_t port)
{
	(void)h;
	adopt(port);
	if (port < ALL_PORTS && ports[port].used && ports[port].fd >= 0 &&
	    write(ports[port].fd, &ports[port].port, 4) < 0 && errno != EAGAIN)
		return -1;
	return 0;
}

EXPORT int xenevtchn_pending(struct handle *h)
{
	uint32_t v;
	unsigned int i;

	if (read(h->fd, &v, 4) != 4)
		return -1;
	if (v >> 16 < 256 && (v & 0xffff) && (v & 0xffff) < 256) {
		adopt(v >> 16 << 8 | (v & 0xffff));
		return v >> 16 << 8 | (v & 0xffff);
	}
	for (i = next_port - 1; i >= MAX_PORTS; i--)		/* the newest binding */
		if (ports[i].used && ports[i].domid == v >> 16 && ports[i].port == (v & 0xffff))
			return i;
	return 0;
}

EXPORT int xenevtchn_unmask(struct handle *h, evtchn_port_t port)
{
	(void)h;
	(void)port;
	return 0;
}

/* ------------------------------------------------------- grants, foreign maps */

int xenshim_exists(uint32_t domid);

static void *map_ring(uint32_t domid, size_t len)
{
	char p[PATH_MAX];
	void *m;
	int fd;

	if (!xenshim_exists(domid)) {
		errno = EINVAL;
		return NULL;
	}
	snprintf(p, sizeof(p), "%s/ring.%u", shim_dir(), domid);
	fd = open(p, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		return NULL;
	if (ftruncate(fd, RING_SIZE))
		perror("xenshim: ftruncate");
	m = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return m == MAP_FAILED ? NULL : m;
}

EXPORT void *xengnttab_open(void *logger, unsigned int flags)
{
	(void)logger;
	(void)flags;
	return calloc(1, 1);
}

EXPORT int xengnttab_close(void *h)
{
	free(h);
	return 0;
}

EXPORT int xengnttab_set_max_grants(void *h, uint32_t n)
{
	(void)h;
	(void)n;
	return 0;
}

EXPORT void *xengnttab_map_grant_ref(void *h, uint32_t domid, uint32_t ref, int prot)
{
	(void)h;
	(void)ref;
	(void)prot;
	return map_ring(domid, RING_SIZE);
}

EXPORT int xengnttab_unmap(void *h, void *addr, uint32_t count)
{
	(void)h;
	return munmap(addr, count * RING_SIZE);
}

EXPORT void *xc_map_foreign_range(void *h, uint32_t domid, int size, int prot, unsigned long mfn)
{
	(void)h;
	(void)prot;
	(void)mfn;
	return map_ring(domid, size);
}

/* ------------------------------------------------------------------ domains */

static int is_marked(const char *mark, uint32_t domid)
{
	char p[PATH_MAX];

	snprintf(p, sizeof(p), "%s/%s.%u", shim_dir(), mark, domid);
	return access(p, F_OK) == 0;
}

int xenshim_exists(uint32_t domid)
{
	return domid < 0x7ff0 && !is_marked("dead", domid);
}

int xenshim_is_shut_down(uint32_t domid)
{
	return is_marked("shutdown", domid);
}

EXPORT void *xc_interface_open(void *logger, void *dombuild, unsigned int flags)
{
	(void)logger;
	(void)dombuild;
	(void)flags;
	return calloc(1, 4096);
}

EXPORT int xc_interface_close(void *h)
{
	free(h);
	return 0;
}

EXPORT void *xenmanage_open(void *logger, unsigned int flags)
{
	(void)logger;
	(void)flags;
	return calloc(1, 1);
}

EXPORT int xenmanage_close(void *h)
{
	free(h);
	return 0;
}

EXPORT int xenmanage_get_domain_info(void *h, unsigned int domid, unsigned int *state,
				     unsigned int *caps, uint64_t *unique_id)
{
	(void)h;
	if (!xenshim_exists(domid)) {
		errno = ENOENT;
		return -1;
	}
	if (state)
		*state = xenshim_is_shut_down(domid) ? 1 | 2 : 1;	/* EXIST, SHUTDOWN */
	if (caps)
		*caps = domid ? 0 : 1 | 2 | 4;		/* CONTROL, HARDWARE, XENSTORE */
	if (unique_id)
		*unique_id = domid + 1;
	return 0;
}

EXPORT int xenmanage_poll_changed_domain(void *h, unsigned int *domid, unsigned int *state,
					 unsigned int *caps, uint64_t *unique_id)
{
	static int done;

	if (done++) {
		errno = ENOENT;
		return -1;
	}
	*domid = 0;
	return xenmanage_get_domain_info(h, 0, state, caps, unique_id);
}
