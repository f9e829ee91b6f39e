#!/bin/bash
# xenstored (the one in C) and libxenstore 4.17.5 (Debian 12, 4.17.5+72-g01140da4e8-1). Needs cc and python3; no hypervisor and no root.
#
# Guess: who reads inside a transaction sees the store as it was when the transaction began. The protocol's description (docs/misc/xenstore.txt
# of Xen) says that the whole store is copied then, and that reads and writes happen on the copy.
# Seen: each node is copied when the transaction first touches it. Of two values that others only ever change together, a transaction reads one old
# and one new, and is told so only at its end, by EAGAIN: what a client does before that it does with a pair that never existed. A transaction that
# had read nothing yet sees what was written after its start, and is committed. And since a node's children are part of it, two transactions that
# each make another child of one parent do not go together: the second one gets EAGAIN.
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
import ctypes, os, sys
library = ctypes.CDLL('libxenstore.so.4', use_errno=True)
handle, transaction, text, number = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint
for name, result, arguments in (('open', handle, [ctypes.c_ulong]), ('transaction_start', transaction, [handle]), ('transaction_end', ctypes.c_bool, [handle, transaction, ctypes.c_bool]),
                                ('read', text, [handle, transaction, text, ctypes.POINTER(number)]), ('write', ctypes.c_bool, [handle, transaction, text, text, number])):
    function = getattr(library, 'xs_' + name)
    function.restype, function.argtypes = result, arguments
here, others = library.xs_open(0), library.xs_open(0)

def read(at, path): return library.xs_read(here, at, path, number()).decode()
def end(at, who=here): return 'committed' if library.xs_transaction_end(who, at, False) else os.strerror(ctypes.get_errno())
def change(*values):
    at = library.xs_transaction_start(others)
    assert all(library.xs_write(others, at, path, value, len(value)) for path, value in values)
    assert end(at, others) == 'committed'

again = os.strerror(11)
seen = []
change((b'/pair/left', b'1'), (b'/pair/right', b'1'))
at = library.xs_transaction_start(here)
left = read(at, b'/pair/left')
change((b'/pair/left', b'2'), (b'/pair/right', b'2'))
seen.append((left, read(at, b'/pair/right'), end(at)))
print('left and right, which are always changed together: %s and %s; at the end: %s' % seen[-1])
at = library.xs_transaction_start(here)
change((b'/pair/left', b'3'), (b'/pair/right', b'3'))
seen.append((read(at, b'/pair/left'), end(at)))
print('left was 2 when the transaction began, and is read as %s; at the end: %s' % seen[-1])
change((b'/parent', b''))
at = library.xs_transaction_start(here)
assert library.xs_write(here, at, b'/parent/mine', b'1', 1)
change((b'/parent/theirs', b'1'))
seen.append(end(at))
print('a child of one parent was made, and another one outside; at the end: %s' % seen[-1])
same = seen == [('1', '2', again), ('3', 'committed'), again]
print('as stated' if same else 'changed')
sys.exit(not same)
PYTHON
LD_LIBRARY_PATH=$libraries python3 client.py
