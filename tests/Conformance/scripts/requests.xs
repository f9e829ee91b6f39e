# Every message: its payload, its answer.

== WRITE then READ gives the bytes back
a   write /a hello             = OK
    read /a                    = "hello"

== READ answers the value without a NUL of its own
a   write /a ""                = OK
    read /a                    =

== A value may hold NULs
a   write /a "x\0y\0"          = OK
    read /a                    = "x\0y\0"

== WRITE takes the first NUL as the separator
a   raw write "/a\0b\0c"       = OK
    read /a                    = "b\0c"

== WRITE without any NUL is EINVAL
a   raw write "/a"             = EINVAL
    read /a                    = ENOENT

== WRITE with an empty payload is EINVAL
differs oxen: the one of 4.17 has a fault with empty payloads, mended in 4.20.4, 4.21.2 and 4.22
a   raw write ""               = EINVAL

== WRITE replaces a longer value as a whole
a   write /a longer            = OK
    write /a s                 = OK
    read /a                    = "s"

== READ of a missing node is ENOENT
a   read /none                 = ENOENT

== READ without a NUL is EINVAL
because c417: 4.17 takes a payload that is not exactly one string for a missing one
a   write /a 1                 = OK
    raw read "/a"              = EINVAL | c417 ENOENT

== READ with an empty payload is EINVAL
differs oxen: the one of 4.17 has a fault with empty payloads, mended in 4.20.4, 4.21.2 and 4.22
because c417: 4.17 takes a payload that is not exactly one string for a missing one
a   raw read ""                = EINVAL | c417 ENOENT

== READ with two strings is EINVAL
because c417: 4.17 takes a payload that is not exactly one string for a missing one
a   write /a 1                 = OK
    read /a b                  = EINVAL | c417 ENOENT

== READ with bytes after its NUL is EINVAL
because c417: 4.17 takes a payload that is not exactly one string for a missing one
a   write /a 1                 = OK
    raw read "/a\0x"           = EINVAL | c417 ENOENT

== DIRECTORY without a NUL is EINVAL
because c417: 4.17 takes a payload that is not exactly one string for a missing one
a   raw directory "/"          = EINVAL | c417 ENOENT

== GET_PERMS without a NUL is EINVAL
because c417: 4.17 takes a payload that is not exactly one string for a missing one
a   raw getperms "/"           = EINVAL | c417 ENOENT

== MKDIR without a NUL is EINVAL
because c417: 4.17 takes a payload that is not exactly one string for a missing one
a   raw mkdir "/a"             = EINVAL | c417 ENOMEM
    read /a                    = ENOENT

== RM without a NUL is EINVAL
because c417: 4.17 takes a payload that is not exactly one string for a missing one
a   write /a 1                 = OK
    raw rm "/a"                = EINVAL | c417 ENOMEM
    read /a                    = "1"

== MKDIR makes an empty node
a   mkdir /a                   = OK
    read /a                    =
    directory /a               =

== MKDIR of an existing node is OK and keeps its value
a   write /a 1                 = OK
    mkdir /a                   = OK
    read /a                    = "1"

== MKDIR makes missing parents
a   mkdir /a/b/c               = OK
    read /a                    =
    directory /a               = b
    directory /a/b             = c

== WRITE makes missing parents with empty values
a   write /a/b/c 1             = OK
    read /a/b                  =
    directory /a               = b

== RM takes the whole subtree
a   write /a/b/c 1             = OK
    write /a/d 1               = OK
    rm /a                      = OK
    read /a/b/c                = ENOENT
    read /a/d                  = ENOENT
    read /a                    = ENOENT

== RM of a missing node below an existing one is OK
a   mkdir /a                   = OK
    rm /a/none                 = OK

== RM of a missing node with a missing parent is ENOENT
a   rm /none/child             = ENOENT

== RM of the root is EINVAL
a   mkdir /a                   = OK
    rm /                       = EINVAL | oxen OK
    directory /a               = | oxen ENOENT

== A removed node can be made again, empty
a   write /a/b 1               = OK
    rm /a                      = OK
    mkdir /a                   = OK
    read /a                    =
    directory /a               =

== GET_DOMAIN_PATH names the domain's home
a   getdomainpath 7            = "/local/domain/7\0"

== GET_DOMAIN_PATH normalises the number
a   getdomainpath 007          = "/local/domain/7\0"

== GET_DOMAIN_PATH needs no introduction of the domain
a   getdomainpath 4242         = "/local/domain/4242\0"

== GET_DOMAIN_PATH of no number is EINVAL
because c417: 4.17 reads a domid with atoi and checks no range
a   getdomainpath abc          = EINVAL | c417 /local/domain/0 | oxen /local/domain/0

== GET_DOMAIN_PATH of more than 16 bits is EINVAL
because c417: 4.17 reads a domid with atoi and checks no range
a   getdomainpath 65536        = EINVAL | c417 /local/domain/65536 | oxen /local/domain/65536

== GET_DOMAIN_PATH of a number with a tail is EINVAL
because c417: 4.17 reads a domid with atoi and checks no range
a   getdomainpath 7x           = EINVAL | c417 /local/domain/7 | oxen /local/domain/7

== GET_DOMAIN_PATH of a negative number is EINVAL
because c417: 4.17 reads a domid with atoi and checks no range
a   getdomainpath -1           = EINVAL | c417 /local/domain/4294967295 | oxen /local/domain/1

== GET_DOMAIN_PATH without a NUL is EINVAL
a   raw getdomainpath "7"      = EINVAL

== A guest may ask for domain paths
d1  getdomainpath 1            = "/local/domain/1\0"
    getdomainpath 2            = "/local/domain/2\0"

== The reply carries the request's req_id and tx_id
# Every reply of every rule is checked for it; this one has a transaction and an error.
a   start                      = {T}
    [{T}] read /none           = ENOENT
    [{T}] directory /          = tool | oxen @introduceDomain @releaseDomain local tool
    end F                      = ENOENT

== Requests sent at once are answered in their order
a   write /a 1
    write /a 2
    read /a
    read /none
a   = OK = OK = "2" = ENOENT

== A request may arrive in pieces
a   write /a 1                 = OK
    header read 3
    bytes "/"
@   wait 20
a   bytes "a"
@   wait 20
a   bytes "\0"                 = "1"

== Two clients do not disturb each other's half requests
a   write /a 1                 = OK
    header read 3
    bytes "/"
b   read /a                    = "1"
a   bytes "a\0"                = "1"

== A payload of 4096 bytes is taken
differs oxen: values are at most 2048 bytes, for everybody
a   raw write "/a\0""x"*4093   = OK
    read /a                    = "x"*4093

== RESTRICT is gone: ENOSYS
a   raw 20 "1\0"               = ENOSYS

== An unknown type is ENOSYS and the connection goes on
differs oxen: the one of 4.17 has a fault with empty payloads, mended in 4.20.4, 4.21.2 and 4.22
a   raw 99 ""                  = ENOSYS
    raw 65535 "x"              = ENOSYS
    read /none                 = ENOENT

== A WATCH_EVENT sent by a client is ENOSYS
a   raw watchevent "/a\0t\0"   = ENOSYS

== An ERROR sent by a client is ENOSYS
a   raw error "EIO\0"          = ENOSYS

== The tree at the start
a   read /                     =
    directory /                = tool | oxen @introduceDomain @releaseDomain local tool
    directory /tool            = xenstored
    read /tool                 =
    directory /tool/xenstored  =
    getperms /                 = n0
    getperms /tool/xenstored   = n0
