# Watches: registering, matching, removing.

== A new watch fires once at once, after its OK
a   watch /a t                 = OK
                               < /a t

== A watch on a missing node is fine and fires when the node comes
a   watch /a t                 = OK
                               < /a t
    write /a 1                 > /a t
                               = OK

== A watch fires for everything below it
a   mkdir /a                   = OK
    watch /a t                 = OK
                               < /a t
    write /a/b/c/d 1           > /a/b/c/d t
                               = OK

== Parents made on the way have no event of their own
a   watch / t                  = OK
                               < / t
    mkdir /a/b/c               > /a/b/c t
                               = OK

== A watch does not fire for a sibling whose name begins alike
a   watch /a t                 = OK
                               < /a t
    write /ab 1                = OK

== A watch does not fire for its parent
a   mkdir /a/b                 = OK
    watch /a/b t               = OK
                               < /a/b t
    write /a 1                 = OK

== WRITE of the same value fires
a   write /a 1                 = OK
    watch /a t                 = OK
                               < /a t
    write /a 1                 > /a t
                               = OK

== MKDIR of an existing node does not fire
a   mkdir /a                   = OK
    watch /a t                 = OK
                               < /a t
    mkdir /a                   = OK

== RM of a missing node does not fire
a   mkdir /a                   = OK
    watch /a t                 = OK
                               < /a t
    rm /a/none                 = OK

== READ, DIRECTORY and GET_PERMS do not fire
a   mkdir /a                   = OK
    watch /a t                 = OK
                               < /a t
    read /a                    =
    directory /a               =
    getperms /a                = n0

== SET_PERMS fires
a   mkdir /a                   = OK
    watch / t                  = OK
                               < / t
    setperms /a n5             > /a t
                               = OK

== A request that fails does not fire
a   mkdir /a                   = OK
    watch / t                  = OK
                               < / t
    setperms /none n5          = ENOENT
    rm /none/x                 = ENOENT
    write /a+ 1                = EINVAL

== Another client's changes fire
a   watch /a t                 = OK
                               < /a t
b   write /a/x 1               = OK
a                              < /a/x t

== The same path with two tokens is two watches
a   watch /a one               = OK
                               < /a one
    watch /a two               = OK
                               < /a two
    write /a 1                 > /a one | oxen /a two
                               > /a two | oxen /a one
                               = OK

== The same path and token again is EEXIST
a   watch /a t                 = OK
                               < /a t
    watch /a t                 = EEXIST

== The same token on another path is another watch
a   watch /a t                 = OK
                               < /a t
    watch /b t                 = OK
                               < /b t

== Two clients may use the same path and token
a   watch /a t                 = OK
                               < /a t
b   watch /a t                 = OK
                               < /a t

== A relative and an absolute watch of one path and token are the same watch
a   watch x t                  = OK
                               < x t
    watch /local/domain/0/x t  = EEXIST

== A relative watch's events are relative
a   watch x t                  = OK
                               < x t
    write x/y 1                > x/y t
                               = OK
    write /local/domain/0/x 1  > x t
                               = OK

== A guest's relative watch
@   home 1
d1  watch x t                  = OK
                               < x t
a   write /local/domain/1/x 1  = OK
    setperms /local/domain/1/x n1 = OK
    write /local/domain/1/x/y 1  = OK
d1                             < x t
                               < x t
                               < x/y t

== UNWATCH ends the events
a   watch /a t                 = OK
                               < /a t
    unwatch /a t               = OK
    write /a 1                 = OK

== UNWATCH needs path and token
a   watch /a t                 = OK
                               < /a t
    unwatch /a other           = ENOENT
    unwatch /b t               = ENOENT
    unwatch /a t               = OK
    unwatch /a t               = ENOENT

== UNWATCH by the relative path of an absolute watch
a   watch /local/domain/0/x t  = OK
                               < /local/domain/0/x t
    unwatch x t                = OK
    write x 1                  = OK

== Another client cannot end a watch
a   watch /a t                 = OK
                               < /a t
b   unwatch /a t               = ENOENT
    write /a 1                 = OK
a                              < /a t

== UNWATCH with one string is EINVAL
a   raw unwatch "/a\0"         = EINVAL

== UNWATCH with three strings is EINVAL
a   watch /a t                 = OK
                               < /a t
    unwatch /a t x             = EINVAL

== WATCH with one string is EINVAL
a   raw watch "/a\0"           = EINVAL

== WATCH with a token that lacks its NUL is EINVAL
a   raw watch "/a\0t"          = EINVAL

== WATCH with four strings is EINVAL
a   watch /a t 1 2             = EINVAL

== An empty token is a token
a   watch /a ""                = OK
                               < /a ""
    write /a 1                 > /a ""
                               = OK

== A token may hold any byte
a   watch /a "to ken/\xff:"    = OK
                               < /a "to ken/\xff:"

== A client's watches go with its connection
a   watch /a t                 = OK
                               < /a t
    close
b   write /a 1                 = OK
a   read /a                    = "1"

== RESET_WATCHES ends all watches
a   watch /a t                 = OK
                               < /a t
    watch /b t                 = OK
                               < /b t
    resetwatches               = OK
    write /a 1                 = OK
    write /b 1                 = OK

== RESET_WATCHES leaves others' watches
a   watch /a t                 = OK
                               < /a t
b   resetwatches               = OK
    write /a 1                 = OK
a                              < /a t

== After RESET_WATCHES the same watch can be set again
a   watch /a t                 = OK
                               < /a t
    resetwatches               = OK
    watch /a t                 = OK
                               < /a t

== A guest gets no event for a node that it cannot read
d1  watch /a t                 = OK
                               < /a t
a   write /a 1                 = OK
    setperms /a r0             = OK
d1                             < /a t
a   write /a 2                 = OK
d1                             < /a t

== A guest hears that it lost the right to read
a   write /a 1                 = OK
    setperms /a r0             = OK
d1  watch /a t                 = OK
                               < /a t
a   setperms /a n0             = OK
d1                             < /a t
a   write /a 2                 = OK

== A guest that can read the parent hears of the child
a   mkdir /a                   = OK
    setperms /a r0             = OK
    write /a/b 1               = OK
    setperms /a/b n0           = OK
d1  watch /a t                 = OK
                               < /a t
a   write /a/b 2               = OK
d1                             < /a/b t

== A guest hears of the removal of what it could read
a   write /a/b 1               = OK
    setperms /a/b r0           = OK
d1  watch /a/b t               = OK
                               < /a/b t
a   rm /a/b                    = OK
d1                             < /a/b t

== A watch of depth 0 hears of its own node only
absent c417: watch depth
absent oxen: watch depth
a   watch /a t 0               = OK
                               < /a t
    write /a 1                 > /a t
                               = OK
    write /a/b 1               = OK

== A watch of depth 1 hears of children but not of grandchildren
absent c417: watch depth
absent oxen: watch depth
a   watch /a t 1               = OK
                               < /a t
    write /a/b 1               > /a/b t
                               = OK
    write /a/b/c 1             = OK
    write /a 1                 > /a t
                               = OK

== A watch of depth 1 on the root hears of its children
absent c417: watch depth
absent oxen: watch depth
a   watch / t 1                = OK
                               < / t
    write /a 1                 > /a t
                               = OK
    write /a/b 1               = OK

== A relative watch with depth
absent c417: watch depth
absent oxen: watch depth
a   watch x t 1                = OK
                               < x t
    write x/y 1                > x/y t
                               = OK
    write x/y/z 1              = OK

== A watch of depth 0 hears when a parent is removed with its node
absent c417: watch depth
absent oxen: watch depth
a   write /a/b 1               = OK
    watch /a/b t 0             = OK
                               < /a/b t
    rm /a                      > /a/b t
                               = OK

== Depth is no part of a watch's name
absent c417: watch depth
absent oxen: watch depth
a   watch /a t 1               = OK
                               < /a t
    watch /a t                 = EEXIST
    watch /a t 2               = EEXIST
    unwatch /a t               = OK

== A negative depth is EINVAL
absent c417: watch depth
absent oxen: watch depth
a   watch /a t -1              = EINVAL

== A depth that is no number is EINVAL
absent c417: watch depth
absent oxen: watch depth
a   watch /a t x               = EINVAL
    watch /a t ""              = EINVAL

== A watch with a third string is EINVAL where depth is unknown
because c417: watch depth came with 4.22
a   watch /a t 0               = OK | c417,oxen EINVAL
                               < /a t | c417,oxen none

== A guest has watch depth
absent c417: watch depth
absent oxen: watch depth
@   home 1
d1  watch x t 0                = OK
                               < x t
    write x/y 1                = OK
