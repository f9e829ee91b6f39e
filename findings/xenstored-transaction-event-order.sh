#!/bin/bash
# xenstored (the one in C) and libxenstore 4.17.5 (Debian 12, 4.17.5+72-g01140da4e8-1). Needs cc and python3; no hypervisor and no root.
#
# Guess: the events of a committed transaction come in the order of its writes, so that a driver which writes "state" last is heard to do so last.
# Seen: they come in the order in which the transaction first touched each node, and reading touches. Who reads the old state, then writes ring-ref
# and event-channel, and then the new state, is heard as state, ring-ref, event-channel; so is a state that is written twice, first and last. Nodes
# that were only read give no event, nor does one that the transaction made and removed.
set -euo pipefail
folder=$(mktemp -d)
daemon=
finish() { [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true; rm -rf "$folder"; }
trap finish EXIT
cd "$folder"
version=4.17.5+72-g01140da4e8-1
apt-get download -qq {xen-utils-4.17,libxenmisc4.17,libxenstore4,libxenevtchn1,libxengnttab1,libxencall1,libxenforeignmemory1,libxendevicemodel1,libxentoolcore1,libxentoollog1}=$version 2>apt.log || { cat apt.log >&2; exit 1; }
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
import ctypes, sys, time
library = ctypes.CDLL('libxenstore.so.4', use_errno=True)
handle, transaction, text, number = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint
for name, result, arguments in (('open', handle, [ctypes.c_ulong]), ('transaction_start', transaction, [handle]), ('transaction_end', ctypes.c_bool, [handle, transaction, ctypes.c_bool]),
                                ('read', text, [handle, transaction, text, ctypes.POINTER(number)]), ('write', ctypes.c_bool, [handle, transaction, text, text, number]),
                                ('rm', ctypes.c_bool, [handle, transaction, text]), ('watch', ctypes.c_bool, [handle, text, text]),
                                ('check_watch', ctypes.POINTER(text), [handle])):
    function = getattr(library, 'xs_' + name)
    function.restype, function.argtypes = result, arguments
writer, watcher = library.xs_open(0), library.xs_open(0)

def events():
    """The names of the nodes whose events have come, up to that of a node that is written at last."""
    assert library.xs_write(writer, 0, b'/device/end', b'1', 1)
    names = []
    for _ in range(500):
        event = library.xs_check_watch(watcher)
        if not event:
            time.sleep(0.01)
            continue
        names.append(event[0].decode().rpartition('/')[2])
        if names[-1] == 'end':
            return names[:-1]
    raise SystemExit('changed: an event is missing after ' + str(names))

def run(*steps):
    at = library.xs_transaction_start(writer)
    for what, name in steps:
        path = b'/device/' + name.encode()
        if what == 'read':
            assert library.xs_read(writer, at, path, number()) is not None
        elif what == 'write':
            assert library.xs_write(writer, at, path, b'1', 1)
        else:
            assert library.xs_rm(writer, at, path)
    assert library.xs_transaction_end(writer, at, False)
    heard = events()
    print(', '.join(' '.join(step) for step in steps), '-> events of', ' '.join(heard))
    return heard

for name in (b'state', b'ring-ref', b'event-channel'):
    assert library.xs_write(writer, 0, b'/device/' + name, b'0', 1)
assert library.xs_watch(watcher, b'/device', b'token')
events()
rest = ('write', 'ring-ref'), ('write', 'event-channel')
same = [run(*rest, ('write', 'state')) == ['ring-ref', 'event-channel', 'state'],
        run(('read', 'state'), *rest, ('write', 'state')) == ['state', 'ring-ref', 'event-channel'],
        run(('write', 'state'), *rest, ('write', 'state')) == ['state', 'ring-ref', 'event-channel'],
        run(('read', 'state'), ('write', 'made'), *rest, ('remove', 'made')) == ['ring-ref', 'event-channel']]
print('as stated' if all(same) else 'changed')
sys.exit(not all(same))
PYTHON
LD_LIBRARY_PATH=$libraries python3 client.py
