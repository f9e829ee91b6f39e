# The order of events, of events and replies, and which events are merged.

== Events come in the order of the watches, not of their paths
a   watch /a/b one             = OK
                               < /a/b one
    watch / two                = OK
                               < / two
    watch /a three             = OK
                               < /a three
    write /a/b 1               > /a/b one | oxen /a/b two
                               > /a/b two | oxen /a/b three
                               > /a/b three | oxen /a/b one
                               = OK

== Events of pipelined writes stay in the order of the writes
a   watch /a t                 = OK
                               < /a t
b   write /a/1 x               = OK
    write /a/2 x               = OK
    write /a/3 x               = OK
a                              < /a/1 t
                               < /a/2 t
                               < /a/3 t

== An event comes before the reply to a later request
a   watch /a t                 = OK
                               < /a t
b   write /a 1                 = OK
a   read /a
                               < /a t
                               = "1"

== RM tells the watches from the leaves to the root of the removal
a   write /a/b/c 1             = OK
    watch /a 1                 = OK
                               < /a 1
    watch /a/b 2               = OK
                               < /a/b 2
    watch /a/b/c 3             = OK
                               < /a/b/c 3
    rm /a                      > /a/b/c 3 | oxen /a 1
                               > /a/b 2
                               > /a 1 | oxen /a/b/c 3
                               = OK

== RM tells the siblings in their order
a   write /a/x 1               = OK
    write /a/y 1               = OK
    watch /a/y y               = OK
                               < /a/y y
    watch /a/x x               = OK
                               < /a/x x
    rm /a                      > /a/x x
                               > /a/y y
                               = OK

== RM tells a watch above only of the root of the removal
a   write /a/b/c 1             = OK
    watch / t                  = OK
                               < / t
    rm /a                      > /a t
                               = OK

== RM tells a watch inside the subtree only of its own node
a   write /a/b/c 1             = OK
    watch /a/b t               = OK
                               < /a/b t
    rm /a                      > /a/b t
                               = OK

== RM tells nothing to a watch on a missing node below
a   mkdir /a                   = OK
    watch /a/none t            = OK
                               < /a/none t
    rm /a                      > none | oxen /a/none t
                               = OK

== An event equal to one still waiting is dropped
a   watch / t                  = OK
                               < / t
    watch /a t                 = OK
                               < /a t
    watch /a/b t               = OK
                               < /a/b t
    write /a/b 1               > /a/b t
                               > none | oxen /a/b t
                               > none | oxen /a/b t
                               = OK

== The same event comes again once the first is out
a   watch /a t                 = OK
                               < /a t
    write /a 1                 > /a t
                               = OK
    write /a 2                 > /a t
                               = OK

== A watch set between two writes hears of the second only
a   write /a 1                 = OK
    watch /a t                 = OK
                               < /a t
    write /a 2                 > /a t
                               = OK

== The first event of a new watch comes even when nothing changed
a   write /a 1                 = OK
b   watch /a t                 = OK
                               < /a t

== UNWATCH does not take back an event that is on its way
a   watch /a t                 = OK
                               < /a t
b   write /a 1                 = OK
a   unwatch /a t
                               < /a t
                               = OK

== The OK of a watch comes before its first event, also when pipelined
a   watch /a t
    read /none
a                              = OK
                               < /a t
                               = ENOENT

== An event for an earlier watch comes before one for a later watch of the same client
a   watch /x/y late            = OK
                               < /x/y late
    watch /x early             = OK
                               < /x early
b   mkdir /x/y                 = OK
a                              < /x/y late | oxen /x/y early
                               < /x/y early | oxen /x/y late

== SET_PERMS, WRITE and RM in a row keep their order
a   watch /a t                 = OK
                               < /a t
b   write /a/1 x               = OK
    setperms /a/1 n5           = OK
    write /a/2 x               = OK
    rm /a/1                    = OK
a                              < /a/1 t
                               < /a/1 t
                               < /a/2 t
                               < /a/1 t

== A transaction's events come before the OK of its end
a   watch /a t                 = OK
                               < /a t
    start                      = {T}
    [{T}] write /a 1           = OK
    [{T}] end T                > /a t
                               = OK

== A transaction's events come in the order of first access to the nodes
a   mkdir /x                   = OK
    mkdir /y                   = OK
    watch / t                  = OK
                               < / t
    start                      = {T}
    [{T}] read /y              =
    [{T}] write /x 1           = OK
    [{T}] write /y 1           = OK
    [{T}] write /x 2           = OK
    [{T}] end T                > /y t | oxen /x t
                               > /x t | oxen /y t
                               > none | oxen /x t
                               = OK

== Many writes of one node in a transaction are one event
a   watch / t                  = OK
                               < / t
    start                      = {T}
    [{T}] write /a 1           = OK
    [{T}] write /a 2           = OK
    [{T}] write /a 3           = OK
    [{T}] end T                > /a t
                               > none | oxen /a t
                               > none | oxen /a t
                               = OK

== A transaction that only reads has no events
a   mkdir /a                   = OK
    watch / t                  = OK
                               < / t
    start                      = {T}
    [{T}] read /a              =
    [{T}] directory /          = * 
    [{T}] end T                = OK

== An aborted transaction has no events
a   watch / t                  = OK
                               < / t
    start                      = {T}
    [{T}] write /a 1           = OK
    [{T}] end F                = OK

== A node made and removed in one transaction has no event
a   watch /a t                 = OK
                               < /a t
    start                      = {T}
    [{T}] write /a 1           = OK
    [{T}] rm /a                = OK
    [{T}] end T                > none | oxen /a t
                               > none | oxen /a t
                               = OK

== A removal in a transaction tells from the root of the removal down
# The order of first access; each node fires as it does in a removal outside.
a   write /a/b/c 1             = OK
    watch /a/b/c 3             = OK
                               < /a/b/c 3
    watch /a/b 2               = OK
                               < /a/b 2
    watch / 0                  = OK
                               < / 0
    start                      = {T}
    [{T}] rm /a                = OK
    [{T}] end T                > /a 0
                               > /a/b 2
                               > /a/b/c 3
                               = OK

== Parents made on the way in a transaction have no event of their own
a   watch / t                  = OK
                               < / t
    start                      = {T}
    [{T}] write /a/b/c 1       = OK
    [{T}] end T                > /a/b/c t
                               = OK
