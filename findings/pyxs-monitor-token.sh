#!/bin/bash
# pyxs 0.4.2 (Debian 12, python3-pyxs 0.4.2~git20190115.97f14313-5), with xenstored (the one in C) 4.17.5 (Debian 12, 4.17.5+72-g01140da4e8-1). Needs cc
# and python3; no hypervisor and no root.
#
# Guess: a Monitor's token is its client's own mark, so that one token may be used for several paths: a watch is its path with its token. libxenstore
# gives one event for one change then.
# Seen: pyxs hands an event out by its token alone, once for each watch of a monitor that has this token. With three paths of one token each change
# is three events, and when one of the paths is left it is two. With a token for each path it is one.
set -euo pipefail
folder=$(mktemp -d)
daemon=
finish() { [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true; rm -rf "$folder"; }
trap finish EXIT
cd "$folder"
version=4.17.5+72-g01140da4e8-1
apt-get download -qq {xen-utils-4.17,libxenmisc4.17,libxenevtchn1,libxengnttab1,libxencall1,libxenforeignmemory1,libxendevicemodel1,libxentoolcore1,libxentoollog1}=$version python3-pyxs=0.4.2~git20190115.97f14313-5 2>apt.log || { cat apt.log >&2; exit 1; }
for file in *.deb; do dpkg-deb -x "$file" root; done
# There is no hypervisor here: one without guests and without events is played to the daemon.
cat >nobody.c <<'C'
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
int openat(int, const char *, int, ...), memfd_create(const char *, unsigned);
static int handle;
void *xc_interface_open(void) { return &handle; }
void *xenevtchn_open(void) { return &handle; }
void *xengnttab_open(void) { return &handle; }
int xengnttab_set_max_grants(void) { return 0; }
int xc_domain_getinfo(void) { return 0; }
int xenevtchn_fd(void) { static int fd = -1; return fd < 0 ? fd = eventfd(0, 0) : fd; }
int xenevtchn_bind_virq(void) { return 1; }
int xenevtchn_bind_interdomain(void) { return 2; }
int xenevtchn_pending(void) { return -1; }
int xenevtchn_unmask(void) { return 0; }
int xenevtchn_notify(void) { return 0; }
int open(const char *path, int flags, int mode)
{
	if (strncmp(path, "/proc/xen/", 10))
		return openat(-100, path, flags, mode);
	int fd = memfd_create("dom0", 0);
	if (strcmp(path + 10, "xsd_port") ? ftruncate(fd, 4096) : pwrite(fd, "1", 1, 0) - 1)
		return -1;
	return fd;
}
int open64(const char *path, int flags, int mode) { return open(path, flags, mode); }
C
cc -w -shared -fPIC -o nobody.so nobody.c
libraries=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export XENSTORED_PATH=$folder/socket XENSTORED_RUNDIR=$folder
LD_PRELOAD=$folder/nobody.so LD_LIBRARY_PATH=$libraries root/usr/lib/xen-4.17/bin/xenstored -N 2>daemon.log & daemon=$!
for try in $(seq 100); do [ -S socket ] && break; sleep 0.1; done
[ -S socket ] || { cat daemon.log >&2; exit 1; }
cat >client.py <<'PYTHON'
import os, sys
from pyxs import Client

with Client(unix_socket_path=os.environ['XENSTORED_PATH']) as client:
    marks = 0

    def count(monitor, path):
        """How many events of a change of that path come before that of a mark, which is written after it."""
        global marks
        marks += 1
        mark = b'/marks/%d' % marks
        client[path] = b'1'
        client[mark] = b'1'
        times = 0
        for event in monitor.wait():
            if event.path == mark:
                return times
            times += event.path == path

    def watch(tokens):
        monitor = client.monitor()
        monitor.watch(b'/marks', b'mark')
        for path, token in tokens.items():
            monitor.watch(path, token)
        count(monitor, b'/other') # the events that a watch begins with are passed over
        return monitor

    own = watch({b'/a': b'1', b'/b': b'2', b'/c': b'3'})
    seen = [count(own, b'/a')]
    print('three paths with three tokens: the events of one change of the first path:', seen[-1])
    own.close()
    one = watch({b'/a': b'token', b'/b': b'token', b'/c': b'token'})
    seen.append(count(one, b'/a'))
    print('three paths with one token:', seen[-1])
    one.unwatch(b'/c', b'token')
    seen.append(count(one, b'/a'))
    print('after the third path was left:', seen[-1])
sys.exit(seen != [1, 3, 2])
PYTHON
PYTHONPATH=root/usr/lib/python3/dist-packages timeout 30 python3 client.py || { echo changed; exit 1; }
echo "as stated"
