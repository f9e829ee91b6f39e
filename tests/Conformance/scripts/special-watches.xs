# @introduceDomain and @releaseDomain.

== A watch of @introduceDomain fires at once and at each introduction
a   watch @introduceDomain t   = OK
                               < @introduceDomain t
@   introduce 1
a                              < @introduceDomain t
@   introduce 2
a                              < @introduceDomain t

== Introducing a domain again fires nothing
differs oxen: a domain introduced again is not served any more
@   introduce 1
a   watch @introduceDomain t   = OK
                               < @introduceDomain t
@   introduce 1
a   read /none                 = ENOENT

== The event of an introduction comes before its OK
a   watch @introduceDomain t   = OK
                               < @introduceDomain t
    introduce 3 1 1            > @introduceDomain t
                               = OK

== @releaseDomain fires when a domain is released
@   introduce 1
a   watch @releaseDomain t     = OK
                               < @releaseDomain t
    release 1                  > @releaseDomain t
                               = OK
d1  !silent

== @releaseDomain fires when a domain dies
@   introduce 1
a   watch @releaseDomain t     = OK
                               < @releaseDomain t
@   dies 1
a                              < @releaseDomain t

== @releaseDomain fires once when a domain shuts down and again when it dies
@   introduce 1
a   watch @releaseDomain t     = OK
                               < @releaseDomain t
@   shuts 1
a                              < @releaseDomain t
@   shuts 1
a                              < none | oxen @releaseDomain t
@   dies 1
a                              < @releaseDomain t

== RESUME makes the next shutdown fire again
@   introduce 1
a   watch @releaseDomain t     = OK
                               < @releaseDomain t
@   shuts 1
a                              < @releaseDomain t
@   lives 1
a   resume 1                   = OK
@   shuts 1
a                              < @releaseDomain t

== The death of a domain that was never introduced fires nothing
a   watch @releaseDomain t     = OK
                               < @releaseDomain t
@   dies 9
a   read /none                 = ENOENT

== Special events are not merged
a   watch @introduceDomain t   = OK
                               < @introduceDomain t
b   introduce 1 1 1
    introduce 2 1 1
b   = OK = OK
a                              < @introduceDomain t
                               < @introduceDomain t

== A watch on the root hears no special events
a   watch / t                  = OK
                               < / t
@   introduce 1
a   read /none                 = ENOENT

== UNWATCH of a special watch
a   watch @introduceDomain t   = OK
                               < @introduceDomain t
    unwatch @introduceDomain t = OK
@   introduce 1
a   read /none                 = ENOENT

== A special watch again is EEXIST
a   watch @introduceDomain t   = OK
                               < @introduceDomain t
    watch @introduceDomain t   = EEXIST

== A watch of an unknown special name is fine and silent
a   watch @foo t               = OK
                               < @foo t
@   introduce 1
a   read /none                 = ENOENT

== A guest may watch @introduceDomain but hears nothing after the first event
d1  watch @introduceDomain t   = OK
                               < @introduceDomain t
@   introduce 2
d1  read /none                 = EACCES | oxen ENOENT

== A guest hears @releaseDomain
because c417: 4.17 tells @releaseDomain to privileged clients only, unless its permissions are set
@   introduce 2
d1  watch @releaseDomain t     = OK
                               < @releaseDomain t
@   dies 2
d1                             < @releaseDomain t | c417,oxen none

== Permissions of @introduceDomain let a guest hear it
a   setperms @introduceDomain n0 r1 = OK
d1  watch @introduceDomain t   = OK
                               < @introduceDomain t
@   introduce 2
d1                             < @introduceDomain t

== Permissions of @releaseDomain can exclude guests
a   setperms @releaseDomain n0 = OK
@   introduce 2
d1  watch @releaseDomain t     = OK
                               < @releaseDomain t
@   dies 2
d1  read /none                 = EACCES | oxen ENOENT

== A special watch with depth names the domain
absent c417: watch depth
absent oxen: watch depth
a   watch @introduceDomain t 1 = OK
                               < @introduceDomain t
    watch @releaseDomain t 1   = OK
                               < @releaseDomain t
@   introduce 5
a                              < @introduceDomain/5 t
@   dies 5
a                              < @releaseDomain/5 t

== A special watch of depth 0 gets the plain name
absent c417: watch depth
absent oxen: watch depth
a   watch @introduceDomain t 0 = OK
                               < @introduceDomain t
@   introduce 5
a                              < @introduceDomain t

== A watch of one domain's release
absent c417: special watches of one domain
absent oxen: special watches of one domain
@   introduce 5
@   introduce 6
a   watch @releaseDomain/5 t   = OK
                               < @releaseDomain/5 t
@   dies 6
@   dies 5
a                              < @releaseDomain/5 t

== Watches with and without depth side by side
absent c417: watch depth
absent oxen: watch depth
a   watch @introduceDomain a   = OK
                               < @introduceDomain a
    watch @introduceDomain b 1 = OK
                               < @introduceDomain b
@   introduce 5
a                              < @introduceDomain a
                               < @introduceDomain/5 b

== A death is told without the domain first and then with it
absent c417: watch depth
absent oxen: watch depth
@   introduce 5
a   watch @releaseDomain d 1   = OK
                               < @releaseDomain d
    watch @releaseDomain p     = OK
                               < @releaseDomain p
@   dies 5
a                              < @releaseDomain p
                               < @releaseDomain/5 d

== A shutdown is told with the domain first and then without it
absent c417: watch depth
absent oxen: watch depth
@   introduce 5
a   watch @releaseDomain p     = OK
                               < @releaseDomain p
    watch @releaseDomain d 1   = OK
                               < @releaseDomain d
@   shuts 5
a                              < @releaseDomain/5 d
                               < @releaseDomain p

== A special node whose owner dies is the privileged domain's
absent c417: GET_PERMS of special nodes
absent oxen: GET_PERMS of special nodes
@   introduce 1
a   setperms @releaseDomain r1 n2 = OK
@   dies 1
a   getperms @releaseDomain    = r0 n2
    watch @releaseDomain t     = OK
                               < @releaseDomain t
@   introduce 2
@   dies 2
a                              < @releaseDomain t
