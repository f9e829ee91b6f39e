# INTRODUCE, RELEASE and what else concerns domains.

== A domain is introduced after INTRODUCE and no more after RELEASE
a   isintroduced 1             = F
    introduce 1 1 1            = OK
    isintroduced 1             = T
    release 1                  = OK
    isintroduced 1             = F

== dom0 is introduced from the start
a   isintroduced 0             = T

== DOMID_SELF is introduced
a   isintroduced 32752         = T

== IS_DOMAIN_INTRODUCED of no number is EINVAL
because c417: 4.17 reads a domid with atoi and checks no range
a   isintroduced abc           = EINVAL | c417 T
    isintroduced 1x            = EINVAL | c417 F
    isintroduced 65536         = EINVAL | c417 F | oxen F
    isintroduced -1            = EINVAL | c417 F | oxen F

== INTRODUCE with fewer than three strings is EINVAL
a   introduce 1 1              = EINVAL
    introduce 1                = EINVAL

== INTRODUCE with a port of 0 or less is EINVAL
because c417: 4.17 refuses only 0
a   introduce 1 1 0            = EINVAL | oxen OK
    introduce 1 1 -1           = EINVAL | c417 OK | oxen OK
    isintroduced 1             = F | c417 T | oxen T

== INTRODUCE of a domain that does not exist is an error
@   dies 9
a   introduce 9 1 1            = EINVAL
    isintroduced 9             = F

== INTRODUCE of no number is EINVAL
because c417: 4.17 reads a domid with atoi and checks no range
a   introduce abc 1 1          = EINVAL | c417 OK

== INTRODUCE makes no nodes
a   introduce 1 1 1            = OK
    read /local/domain/1       = ENOENT

== RELEASE of an unknown domain is ENOENT
a   release 9                  = ENOENT | oxen EINVAL

== RELEASE of dom0 is EINVAL
a   release 0                  = EINVAL | oxen ENOENT

== RELEASE of no number is EINVAL
a   release abc                = EINVAL

== RELEASE removes the domain's watches
@   home 1
d1  watch x t                  = OK
                               < x t
a   release 1                  = OK
@   introduce 1
a   write /local/domain/1/y 1  = OK
    setperms /local/domain/1/y n1 = OK
    write /local/domain/1/x 1  = OK
d1  read y                     = "1"

== A released domain is not served
d1  read /none                 = EACCES | oxen ENOENT
a   release 1                  = OK
d1  read /none
    !silent

== A domain introduced after its release is served again
d1  read /none                 = EACCES | oxen ENOENT
a   release 1                  = OK
@   introduce 1
d1  read /none                 = EACCES | oxen ENOENT

== RESUME of an introduced domain is OK
@   introduce 1
a   resume 1                   = OK

== RESUME of an unknown domain is ENOENT
a   resume 9                   = ENOENT | oxen EINVAL

== RESUME of dom0 is EINVAL
a   resume 0                   = EINVAL | oxen OK

== SET_TARGET needs two introduced domains
@   introduce 1
a   settarget 1 9              = ENOENT | oxen OK
    settarget 9 1              = ENOENT

== SET_TARGET with one string is EINVAL
@   introduce 1
a   settarget 1                = EINVAL

== A target can be changed
@   introduce 1
@   introduce 2
@   introduce 3
a   write /a 1                 = OK
    setperms /a n0 r2          = OK
    settarget 1 2              = OK
d1  read /a                    = "1"
a   settarget 1 3              = OK
d1  read /a                    = EACCES

== A guest may not send privileged messages
d1  introduce 2 1 1            = EACCES
    release 2                  = EACCES
    resume 2                   = EACCES
    settarget 1 2              = EACCES
    isintroduced 1             = EACCES
    control help               = EACCES | oxen OK

== dom0's ring may send privileged messages
d0  introduce 2 1 1            = OK
    isintroduced 2             = T
    release 2                  = OK

== Guests are kept apart
@   home 1
@   home 2
d1  write x one                = OK
d2  write x two                = OK
d1  read x                     = "one"
d2  read x                     = "two"
    read /local/domain/1/x     = EACCES
    write /local/domain/1/x 1  = EACCES

== A guest may remove its home
@   home 1
d1  mkdir x                    = OK
    rm /local/domain/1         = OK
    read x                     = EACCES | oxen ENOENT
