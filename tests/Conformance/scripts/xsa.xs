# Security advisories: each is a way in which some xenstored could be harmed.

== XSA-38: ring indices are not trusted
d1  poke req_prod 4000000000
    notify
d1  !silent
a   read /none                 = ENOENT

== XSA-72: a reply that is too long is E2BIG
differs oxen: the payload of a reply may be longer than 4096 bytes for a socket client
a   mkdir /a/"x"*1000          = OK
    mkdir /a/"y"*1000          = OK
    mkdir /a/"z"*1000          = OK
    mkdir /a/"u"*1000          = OK
    mkdir /a/"v"*1000          = OK
    directory /a               = E2BIG
    read /a                    =

== XSA-115: a guest hears nothing of nodes that it cannot read
d1  watch / t                  = OK
                               < / t
a   write /secret 1            = OK
    rm /secret                 = OK
    write /tool/x 1            = OK
d1  read /secret               = EACCES | oxen ENOENT

== XSA-115: a guest cannot find out who is introduced
@   introduce 2
d1  isintroduced 2             = EACCES
    isintroduced 3             = EACCES

== XSA-233: a domain and the domain that it serves die together
@   introduce 1
@   introduce 2
a   settarget 1 2              = OK
@   dies 2
@   dies 1
a   isintroduced 1             = F
    isintroduced 2             = F

== XSA-272: a guest's nodes are counted
@   home 1
989x d1 write {##}/{#} 1       = OK
d1  write more 1               = ENOSPC | oxen EQUOTA

== XSA-322: a domain with a reused number has no right from its predecessor
because c417: 4.17 compares generations, which are equal when nothing was written in between
@   introduce 1
a   write /a 1                 = OK
    setperms /a n0 r1          = OK
d1  read /a                    = "1"
@   dies 1
@   lives 1
@   introduce 1
d1  read /a                    = EACCES | c417 "1"

== XSA-322: a domain with a reused number does not own its predecessor's nodes
a   mkdir /shared              = OK
    setperms /shared b0        = OK
d1  write /shared/x 1          = OK
@   dies 1
@   lives 1
@   introduce 1
d1  read /shared/x             = ENOENT | oxen "1"

== XSA-323: a path that is good in one domain is good in all
@   home 1
a   write /local/domain/1/"a"*1000 1 = OK
    read /local/domain/1/"a"*1000 = "1"
d1  read "a"*1000              = "1"

== XSA-324: an event longer than a payload is not sent
differs oxen: the event is sent
a   watch /a "t"*4000          = OK
                               < /a "t"*4000
    write /a/"b"*200 1         = OK
    read /a/"b"*200            = "1"

== XSA-325: a silenced guest is not released before it dies
@   introduce 1
a   watch @releaseDomain t     = OK
                               < @releaseDomain t
d1  poke req_prod 9999
    notify
@   wait 20
a   isintroduced 1             = T
d1  !silent

== XSA-326: a guest that never reads does not hold up the writers
@   home 1
d1  watch x t                  = OK
                               < x t
200x a write /local/domain/1/x/{#} 1 = OK
200x d1                        < x/{#} t

== XSA-330: watches do not outlive RESET_WATCHES
50x a watch /w{#} t            = OK < /w{#} t
a   resetwatches               = OK
50x a watch /w{#} t            = OK < /w{#} t

== XSA-352: a guest cannot change a node's owner
@   home 1
d1  mkdir x                    = OK
    setperms x n0              = EPERM | oxen EACCES
    setperms x n2 b1           = EPERM | oxen EACCES
    getperms x                 = n1

== XSA-353: the root's permissions hold
a   setperms / n0              = OK
d1  directory /                = EACCES
    setperms / b1              = EACCES
    write / 1                  = EACCES
    mkdir /x                   = EACCES
    getperms /                 = EACCES

== XSA-414: a creation that fails can be tried again
@   home 1
d1  write a/b/c "v"*3000       = ENOSPC | oxen E2BIG
    write a/b/c "v"*3000       = ENOSPC | oxen E2BIG
    write a/b/c 1              = OK
    read a/b/c                 = "1"

== XSA-415: a transaction with a failed creation leaves no orphans
@   home 1
d1  start                      = {T}
    [{T}] write a/b "v"*3000   = ENOSPC | oxen E2BIG
    [{T}] end T                = ENOMEM | oxen OK
    read a                     = ENOENT
    read a/b                   = ENOENT
    mkdir a                    = OK
    directory a                =

== XSA-417: a permission for a domain that was never there is not for its successor
@   dies 1
a   write /a 1                 = OK
    setperms /a n0 r1          = OK
@   lives 1
@   introduce 1
d1  read /a                    = EACCES | oxen "1"

== XSA-418: a very deep tree can be removed
a   write /"a/"*1000b 1        = OK | oxen EINVAL
    rm /a                      = OK
    read /a                    = ENOENT

== XSA-419: a dead guest's nodes do not stay
@   home 1
d1  mkdir x                    = OK
@   dies 1
a   read /local/domain/1/x     = ENOENT

== XSA-420: a length with the highest bit closes the socket
differs oxen: the socket stays open and is not served
a   header write 4294967295
    !closed
b   read /none                 = ENOENT

== XSA-421: nodes made and removed in a transaction leave nothing
@   home 1
d1  start                      = {T}
    [{T}] mkdir a/b            = OK
    [{T}] rm a                 = OK
    [{T}] end T                = OK
    read a                     = ENOENT
    read a/b                   = ENOENT
989x d1 mkdir {##}/{#}         = OK
d1  mkdir more                 = ENOSPC | oxen EQUOTA

== XSA-425: releasing several domains in a row
@   introduce 1
@   introduce 2
@   introduce 3
a   release 2                  = OK
    release 1                  = OK
    release 3                  = OK
    isintroduced 2             = F
d1  !silent
d2  !silent
d3  !silent

== XSA-440: two transactions remove the same nodes
@   home 1
d1  mkdir a/b                  = OK
    start                      = {A}
    start                      = {B}
    [{A}] rm a                 = OK
    [{B}] rm a                 = OK
    [{A}] end T                = OK
    [{B}] end T                = EAGAIN | oxen OK
    read a                     = ENOENT
989x d1 mkdir {##}/{#}         = OK
d1  mkdir more                 = ENOSPC | oxen EQUOTA

== XSA-481: the path /local/domain/ is EINVAL
a   read /local/domain/        = EINVAL
    write /local/domain/ 1     = EINVAL
d1  read /local/domain/        = EINVAL

== XSA-483: a domain with a reused number has its whole quota
@   home 1
989x d1 mkdir {##}/{#}         = OK
@   dies 1
@   lives 1
@   introduce 1
@   home 1
989x d1 mkdir {##}/{#}         = OK
d1  mkdir more                 = ENOSPC | oxen EQUOTA

== XSA-484: RESET_WATCHES inside a transaction does not end the daemon
d1  start                      = {T}
    [{T}] resetwatches         = OK
    [{T}] end T                = ENOENT | oxen EIO
    read /none                 = EACCES | oxen ENOENT

== XSA-484: a ring fault with an open transaction, then the domain's death
@   introduce 1
@   home 1
d1  start                      = {T}
    [{T}] write x 1            = OK
    watch x t                  = OK
                               < x t
    poke req_prod 5000
    notify
    peek error                 = 2 | oxen 0
@   dies 1
a   isintroduced 1             = F
    read /local/domain/1/x     = ENOENT

== XSA-484: a reconnection with an open transaction, then the domain's death
absent c417: ring reconnection
@   introduce 1
@   home 1
d1  start                      = {T}
    [{T}] write x 1            = OK
    reconnect
    [{T}] end T                = ENOENT | oxen EIO
    start                      = {T2}
    [{T2}] write x 1           = OK
@   dies 1
a   isintroduced 1             = F
    read /local/domain/1/x     = ENOENT

== XSA-512: the watches of before a reconnection are not counted after it
absent c417: ring reconnection
@   home 1
100x d1 watch w{#} t           = OK < w{#} t
d1  reconnect
100x d1 watch w{#} t           = OK < w{#} t
d1  reconnect
a   write /local/domain/1/w0 1 = OK
d1  read w0                    = "1"

== Permissions may name a reserved domain
a   mkdir /a                   = OK
    setperms /a n0 r32757      = OK
    getperms /a                = n0 r32757
