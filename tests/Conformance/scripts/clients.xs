# What clients rely on: the kernels of guests (Linux xenbus, MiniOS, Unikraft, Zephyr, FreeBSD, NetBSD, Windows PV) and the libraries of dom0
# (libxenstore, OCaml's of mirage and xapi, pyxs, xenstore-go, krata's in Rust). A rule names those whose sources say so.
# In every rule of every file a reply has its request's type or is an ERROR, its req_id and its tx_id, and an event is two strings with req_id and
# tx_id 0. Windows PV, OCaml, pyxs, Unikraft and krata rely on that. How rings are announced is in GuestKernelTests.

== Linux xenbus, Unikraft, pyxs, krata: an error is one string of the table with its NUL
a   read /none                 = ENOENT
    read //                    = EINVAL
    watch /a t                 = OK
                               < /a t
    watch /a t                 = EEXIST
    raw 99 "x"                 = ENOSYS
    start                      = {T}
    [{T}] start                = EBUSY
d1  read /none                 = EACCES | oxen ENOENT
    setperms / n1              = EACCES

== Linux xenbus: a list ends with a NUL, and an empty one is empty
a   mkdir /a/x                 = OK
    mkdir /a/y                 = OK
    directory /a               = "x\0y\0"
    directory /a/x             =

== Linux xenbus, NetBSD, MiniOS: a watch set again after a resume is EEXIST and does no harm
@   home 1
d1  watch x t                  = OK
                               < x t
    watch x t                  = EEXIST
a   write /local/domain/1/x 1  = OK
d1                             < x t
    unwatch x t                = OK
    watch x t                  = OK
                               < x t

== Linux xenbus: a guest that begins with RESET_WATCHES is served on
d1  resetwatches               = OK
    watch x t                  = OK
                               < x t

== Linux xenbus, MiniOS, Windows PV, OCaml: a commit that met another is EAGAIN, and tried again it goes through
a   write /n 1                 = OK
    start                      = {A}
    [{A}] read /n              = "1"
    [{A}] write /n 2           = OK
    write /n 5                 = OK
    [{A}] end T                = EAGAIN
    start                      = {B}
    [{B}] read /n              = "5"
    [{B}] write /n 6           = OK
    [{B}] end T                = OK
    read /n                    = "6"

== Windows PV, MiniOS, Unikraft, OCaml: a transaction's number is decimal, ends with a NUL and is not 0
d1  start                      = "1\0"
    start                      = "2\0"
    [1] end F                  = "OK\0"
    [2] end T                  = "OK\0"

== Windows PV, FreeBSD, Go: an event carries the token as it was given
@   home 1
d1  watch x "TOK|FFFFF80112345678|000A" = OK
                               < x "TOK|FFFFF80112345678|000A"
    watch z ""                 = OK
                               < z ""
a   write /local/domain/1/x/y 1 = OK
    write /local/domain/1/z/y 1 = OK
d1                             < x/y "TOK|FFFFF80112345678|000A"
                               < z/y ""

== OCaml, pyxs: what changes something is answered with OK and its NUL
@   introduce 1
a   write /a 1                 = "OK\0"
    mkdir /b                   = "OK\0"
    setperms /b n0             = "OK\0"
    rm /b                      = "OK\0"
    watch /a t                 = "OK\0"
                               < /a t
    unwatch /a t               = "OK\0"
    start                      = {T}
    [{T}] end T                = "OK\0"
    resetwatches               = "OK\0"
    resume 1                   = "OK\0"
    release 1                  = "OK\0"
d1  !silent

== OCaml, pyxs: yes and no are T and F
@   introduce 1
a   isintroduced 1             = "T\0"
    isintroduced 2             = "F\0"

== Go, OCaml, pyxs: no event follows the OK of UNWATCH
b   watch /a t                 = OK
                               < /a t
40x a write /a/{#} 1           = OK
b   unwatch /a t
40x b                          < /a/{#} t
b   = OK
40x a write /a/{#} 2           = OK
b   read /a/0                  = "2"

== Go, OCaml, pyxs: no event follows the OK of RESET_WATCHES
b   watch /a t                 = OK
                               < /a t
40x a write /a/{#} 1           = OK
b   resetwatches
40x b                          < /a/{#} t
b   = OK
40x a write /a/{#} 2           = OK
b   read /a/0                  = "2"

== Go, pyxs: an event may come before the OK of its watch's other request, and is that watch's
b   watch /a one               = OK
                               < /a one
b   watch /b two               = OK
                               < /b two
    write /a 1                 > /a one
                               = OK
    write /b 1                 > /b two
                               = OK

== pyxs: a reply in a transaction carries its number, an event that comes meanwhile none
b   watch /a t                 = OK
                               < /a t
    start                      = {T}
    [{T}] read /none           = ENOENT
a   write /a 1                 = OK
b                              < /a t
    [{T}] directory /none      = ENOENT
    [{T}] end F                = OK

== pyxs: header and body come apart
a   header write 4
@   wait 20
a   bytes "/a\0v"              = OK
    read /a                    = "v"

== krata: UNWATCH with path and token the wrong way round harms nobody
a   watch /a 0                 = OK
                               < /a 0
    raw unwatch "0\0/a\0"      = ENOENT
    write /a 1                 > /a 0
                               = OK
    unwatch /a 0               = OK

== libxenstore: a list that is E2BIG can be read in parts
differs oxen: no DIRECTORY_PART; path-max is 1024
a   mkdir /a/"x"*1900          = OK
    mkdir /a/"y"*1900          = OK
    mkdir /a/"z"*1900          = OK
    directory /a               = E2BIG
    directorypart /a 0         = {G} "x"*1900 "y"*1900
    directorypart /a 3802      = {G} "z"*1900 ""

== libxenstore 4.21 to 4.23: each name is a string that ends with a NUL, numbers are decimal, and an older daemon says ENOSYS or EINVAL
because c417: features came with 4.21, quotas and depth with 4.22
a   raw getfeature "\0"        = 15 | c417,oxen ENOSYS
    raw getquota "nodes\0"     = "1000\0" | c417,oxen ENOSYS
    watch /a t 0               = OK | c417,oxen EINVAL
                               < /a t | c417,oxen none

== Every request without a payload is answered at once
differs oxen: the one of 4.17 has a fault with empty payloads, mended in 4.20.4, 4.21.2 and 4.22
because c417: 4.17 takes a payload that is not exactly one string for a missing one, and types from 23 on came with 4.21
a   raw 0 ""                   = EINVAL
    raw 1 ""                   = EINVAL | c417 ENOENT
    raw 2 ""                   = EINVAL | c417 ENOENT
    raw 3 ""                   = EINVAL | c417 ENOENT
    raw 4 ""                   = EINVAL
    raw 5 ""                   = EINVAL
    raw 6 ""                   = {T}
    raw 7 ""                   = EINVAL
    raw 8 ""                   = EINVAL
    raw 9 ""                   = EINVAL
    raw 10 ""                  = EINVAL
    raw 11 ""                  = EINVAL
    raw 12 ""                  = EINVAL | c417 ENOMEM
    raw 13 ""                  = EINVAL | c417 ENOMEM
    raw 14 ""                  = EINVAL
    raw 15 ""                  = ENOSYS
    raw 16 ""                  = ENOSYS
    raw 17 ""                  = EINVAL
    raw 18 ""                  = EINVAL
    raw 19 ""                  = EINVAL
    raw 20 ""                  = ENOSYS
    raw 21 ""                  = OK
    raw 22 ""                  = EINVAL
    raw 23 ""                  = 15 | c417 ENOSYS
    raw 24 ""                  = EINVAL | c417 ENOSYS
    raw 25 ""                  = * | c417 ENOSYS
    raw 26 ""                  = EINVAL | c417 ENOSYS
    raw 27 ""                  = ENOSYS
    raw 4294967295 ""          = ENOSYS

== Every request of a guest without a payload is answered at once
differs oxen: the one of 4.17 has a fault with empty payloads, mended in 4.20.4, 4.21.2 and 4.22
because c417: 4.17 takes a payload that is not exactly one string for a missing one, and types from 23 on came with 4.21
d1  raw 0 ""                   = EACCES
    raw 1 ""                   = EINVAL | c417 ENOENT
    raw 2 ""                   = EINVAL | c417 ENOENT
    raw 3 ""                   = EINVAL | c417 ENOENT
    raw 4 ""                   = EINVAL
    raw 5 ""                   = EINVAL
    raw 6 ""                   = {T}
    raw 7 ""                   = EINVAL
    raw 8 ""                   = EACCES
    raw 9 ""                   = EACCES
    raw 10 ""                  = EINVAL
    raw 11 ""                  = EINVAL
    raw 12 ""                  = EINVAL | c417 ENOMEM
    raw 13 ""                  = EINVAL | c417 ENOMEM
    raw 14 ""                  = EINVAL
    raw 15 ""                  = ENOSYS
    raw 16 ""                  = ENOSYS
    raw 17 ""                  = EACCES
    raw 18 ""                  = EACCES
    raw 19 ""                  = EACCES
    raw 20 ""                  = ENOSYS
    raw 21 ""                  = OK
    raw 22 ""                  = EINVAL
    raw 23 ""                  = 15 | c417 ENOSYS
    raw 24 ""                  = EACCES | c417 ENOSYS
    raw 25 ""                  = EACCES | c417 ENOSYS
    raw 26 ""                  = EACCES | c417 ENOSYS
    raw 27 ""                  = ENOSYS
    raw 4294967295 ""          = ENOSYS
