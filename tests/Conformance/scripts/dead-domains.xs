# What is left of a domain that is gone.

== A dead domain is no longer introduced
@   introduce 1
@   dies 1
a   isintroduced 1             = F

== A dead domain's nodes are removed
@   home 1
d1  write x/y 1                = OK
@   dies 1
a   read /local/domain/1/x/y   = ENOENT
    read /local/domain/1       = ENOENT
    directory /local/domain    =

== A dead domain's nodes elsewhere are removed
a   mkdir /shared              = OK
    setperms /shared b0        = OK
d1  write /shared/one 1        = OK
a   write /shared/zero 1       = OK
@   dies 1
a   directory /shared          = zero | oxen one zero

== Everything below a dead domain's node is removed with it
@   home 1
@   introduce 1
a   write /local/domain/1/x/y 1 = OK
    setperms /local/domain/1/x/y n0 = OK
@   dies 1
a   read /local/domain/1/x/y   = ENOENT

== The removal of a dead domain's nodes fires before @releaseDomain
differs oxen: the removal of a dead domain's nodes fires nothing
@   home 1
@   introduce 1
a   watch /local/domain/1 t    = OK
                               < /local/domain/1 t
    watch @releaseDomain r     = OK
                               < @releaseDomain r
@   dies 1
a                              < /local/domain/1 t
                               < @releaseDomain r

== A released domain's nodes are removed
@   home 1
d1  write x 1                  = OK
a   release 1                  = OK
    read /local/domain/1/x     = ENOENT
d1  !silent

== Permissions of a dead domain are removed
because c417: 4.17 leaves a dead domain's entries where they are and ignores them
@   introduce 1
a   write /a 1                 = OK
    setperms /a n0 r1 r2       = OK
@   dies 1
a   getperms /a                = n0 r2 | c417 n0 r1 r2

== A domain that only shut down keeps its nodes and its ring
@   home 1
d1  write x 1                  = OK
@   shuts 1
d1  read x                     = "1"
a   isintroduced 1             = T

== A dead guest's open transaction leaves nothing
@   home 1
a   mkdir /shared              = OK
    setperms /shared b0        = OK
d1  start                      = {T}
    [{T}] write /shared/x 1    = OK
@   dies 1
a   directory /shared          =

== A dead guest's target goes with it
differs c417: not compared
@   home 2
@   introduce 1
@   introduce 2
a   settarget 1 2              = OK
@   dies 2
@   lives 2
@   introduce 2
a   write /a 1                 = OK
    setperms /a n0 r2          = OK
d1  read /a                    = EACCES | oxen "1"

== Other guests go on when one dies
@   home 2
@   introduce 1
d2  write x 1                  = OK
@   dies 1
d2  read x                     = "1"

== A domain with a reused number starts with nothing
@   home 1
d1  watch x t                  = OK
                               < x t
    write x 1                  > x t
                               = OK
@   dies 1
@   lives 1
@   introduce 1
@   home 1
d1  read x                     = ENOENT
    write x 1                  = OK

== A guest that is introduced in a dead domain's place is served
d1  read /none                 = EACCES | oxen ENOENT
@   dies 1
@   lives 1
@   introduce 1
d1  read /none                 = EACCES | oxen ENOENT
