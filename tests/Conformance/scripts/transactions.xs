# Transactions: numbers, isolation, conflicts.

== START gives a number, END gives OK
a   start                      = 1
    [1] end T                  = OK

== Numbers count up in each connection
a   start                      = 1
    start                      = 2
    [1] end F                  = OK
    start                      = 3
b   start                      = 1

== START with an open transaction's number is EBUSY
a   start                      = {T}
    [{T}] start                = EBUSY
    [{T}] end T                = OK

== START with an unknown number is ENOENT
a   [77] start                 = ENOENT | oxen EIO

== END without a transaction is ENOENT
a   end T                      = ENOENT
    end F                      = ENOENT

== END of an unknown number is ENOENT
a   [77] end T                 = ENOENT | oxen EIO

== END of another client's transaction is ENOENT
a   start                      = {T}
b   [{T}] end T                = ENOENT | oxen EIO
a   [{T}] end T                = OK

== END with another word is EINVAL and leaves the transaction open
a   start                      = {T}
    [{T}] write /a 1           = OK
    [{T}] end X                = EINVAL
    [{T}] end T                = OK
    read /a                    = "1"

== END without an argument is EINVAL
differs oxen: the one of 4.17 has a fault with empty payloads, mended in 4.20.4, 4.21.2 and 4.22
a   start                      = {T}
    [{T}] raw end ""           = EINVAL

== A number is gone after T
a   start                      = {T}
    [{T}] end T                = OK
    [{T}] read /               = ENOENT | oxen EIO
    [{T}] end T                = ENOENT | oxen EIO

== A number is gone after F
a   start                      = {T}
    [{T}] end F                = OK
    [{T}] end F                = ENOENT | oxen EIO

== A number is gone after a conflict
a   write /a 1                 = OK
    start                      = {T}
    [{T}] read /a              = "1"
    [{T}] write /b 1           = OK
    write /a 2                 = OK
    [{T}] end T                = EAGAIN
    [{T}] end T                = ENOENT | oxen EIO

== A request with an unknown number is ENOENT
a   [77] read /                = ENOENT | oxen EIO
    [77] write /a 1            = ENOENT | oxen EIO
    [77] directory /           = ENOENT | oxen EIO
    read /a                    = ENOENT

== WATCH and UNWATCH take any number
differs oxen: the replies of WATCH and UNWATCH carry no tx_id
a   [77] watch /a t            = OK
                               < /a t
    [77] unwatch /a t          = OK

== A watch set inside a transaction is set at once and stays after F
differs oxen: the replies of WATCH and UNWATCH carry no tx_id
a   start                      = {T}
    [{T}] watch /a t           = OK
                               < /a t
    [{T}] end F                = OK
    write /a 1                 > /a t
                               = OK

== A transaction sees its own writes
a   start                      = {T}
    [{T}] write /a 1           = OK
    [{T}] read /a              = "1"
    [{T}] mkdir /b             = OK
    [{T}] directory /          = tool a b | oxen *
    [{T}] rm /a                = OK
    [{T}] read /a              = ENOENT
    [{T}] end T                = OK

== Nobody else sees a transaction's writes before its end
a   start                      = {T}
    [{T}] write /a 1           = OK
b   read /a                    = ENOENT
a   read /a                    = ENOENT
    [{T}] end T                = OK
b   read /a                    = "1"

== F leaves nothing behind
a   write /a 1                 = OK
    start                      = {T}
    [{T}] write /a 2           = OK
    [{T}] mkdir /b             = OK
    [{T}] rm /tool             = OK
    [{T}] end F                = OK
    read /a                    = "1"
    read /b                    = ENOENT
    read /tool                 =

== Everything of a transaction comes at once
a   start                      = {T}
    [{T}] write /a/x 1         = OK
    [{T}] write /a/y 2         = OK
    [{T}] setperms /a n0 r1    = OK
    [{T}] end T                = OK
    read /a/x                  = "1"
    read /a/y                  = "2"
    getperms /a                = n0 r1

== A connection's open transactions go with it
a   start                      = {T}
    [{T}] write /a 1           = OK
    close
b   read /a                    = ENOENT

== RESET_WATCHES drops the caller's open transactions
a   start                      = {T}
    [{T}] write /a 1           = OK
    resetwatches               = OK
    [{T}] end T                = ENOENT | oxen EIO
    read /a                    = ENOENT

== A transaction reads the state at its start
because c417: a transaction of C copies each node when it first touches it
a   write /a old               = OK
    start                      = {T}
    write /a new               = OK
    [{T}] read /a              = "old" | c417 "new"
    [{T}] end F                = OK

== A node made after the start is not there
because c417: a transaction of C copies each node when it first touches it
a   start                      = {T}
    write /a new               = OK
    [{T}] read /a              = ENOENT | c417 "new"
    [{T}] directory /          = tool | oxen * | c417 tool a
    [{T}] end F                = OK

== A node removed after the start is still there
because c417: a transaction of C copies each node when it first touches it
a   write /a/b old             = OK
    start                      = {T}
    rm /a                      = OK
    [{T}] read /a/b            = "old" | c417 ENOENT
    [{T}] directory /a         = b | c417 ENOENT
    [{T}] end F                = OK

== A second read is like the first
a   write /a old               = OK
    start                      = {T}
    [{T}] read /a              = "old"
    write /a new               = OK
    [{T}] read /a              = "old"
    [{T}] end F                = OK

== Two reads never show two states
because c417: a transaction of C copies each node when it first touches it
a   write /a 1                 = OK
    write /b 1                 = OK
    start                      = {T}
    [{T}] read /a              = "1"
    write /a 2                 = OK
    write /b 2                 = OK
    [{T}] read /b              = "1" | c417 "2"
    [{T}] end F                = OK

== A transaction that read what has changed cannot write
a   write /a 1                 = OK
    start                      = {T}
    [{T}] read /a              = "1"
    [{T}] write /b 1           = OK
    write /a 2                 = OK
    [{T}] end T                = EAGAIN
    read /b                    = ENOENT

== A value that changed and changed back is no conflict
because c417: C compares generations, so that any write conflicts
a   write /a 1                 = OK
    start                      = {T}
    [{T}] read /a              = "1"
    [{T}] write /b 1           = OK
    write /a 2                 = OK
    write /a 1                 = OK
    [{T}] end T                = OK | c417 EAGAIN
    read /b                    = "1" | c417 ENOENT

== A read that found nothing conflicts with the node's creation
a   start                      = {T}
    [{T}] read /a              = ENOENT
    [{T}] write /b 1           = OK
    write /a 2                 = OK
    [{T}] end T                = EAGAIN

== A read conflicts with the node's removal
a   write /a 1                 = OK
    start                      = {T}
    [{T}] read /a              = "1"
    [{T}] write /b 1           = OK
    rm /a                      = OK
    [{T}] end T                = EAGAIN

== A blind write does not conflict with a write outside
because c417: in C a write reads first, so that it conflicts with any write outside
a   write /a 1                 = OK
    start                      = {T}
    [{T}] write /a 2           = OK
    write /a 3                 = OK
    [{T}] end T                = OK | c417 EAGAIN
    read /a                    = "2" | c417 "3"

== Reading its own write is no read of the state
because c417: in C a write reads first, so that it conflicts with any write outside
a   write /a 1                 = OK
    start                      = {T}
    [{T}] write /a 2           = OK
    [{T}] read /a              = "2"
    write /a 3                 = OK
    [{T}] end T                = OK | c417 EAGAIN
    read /a                    = "2" | c417 "3"

== Reading and writing one value conflicts with a write outside
a   write /n 1                 = OK
    start                      = {T}
    [{T}] read /n              = "1"
    [{T}] write /n 2           = OK
    write /n 5                 = OK
    [{T}] end T                = EAGAIN
    read /n                    = "5"

== Of two transactions that read and write one value the second is refused
a   write /n 1                 = OK
    start                      = {A}
b   start                      = {B}
    [{B}] read /n              = "1"
    [{B}] write /n 2           = OK
a   [{A}] read /n              = "1"
    [{A}] write /n 2           = OK
    [{A}] end T                = OK
b   [{B}] end T                = EAGAIN
    read /n                    = "2"

== Writing siblings never conflicts
a   write /d/x 1               = OK
    write /d/y 1               = OK
    start                      = {A}
    [{A}] write /d/x 2         = OK
b   start                      = {B}
    [{B}] write /d/y 2         = OK
    [{B}] end T                = OK
a   [{A}] end T                = OK
    read /d/x                  = "2"
    read /d/y                  = "2"

== Creating different children of one parent does not conflict
because c417: in C the list of children is part of the parent's node
a   mkdir /d                   = OK
    start                      = {A}
    [{A}] write /d/x 1         = OK
b   start                      = {B}
    [{B}] write /d/y 1         = OK
    [{B}] end T                = OK
a   [{A}] end T                = OK | c417 EAGAIN
    directory /d               = y x | c417 y | oxen x y

== Creating a child does not conflict with a creation outside
because c417: in C the list of children is part of the parent's node
a   mkdir /d                   = OK
    start                      = {A}
    [{A}] write /d/x 1         = OK
    write /d/y 1               = OK
    [{A}] end T                = OK | c417 EAGAIN
    directory /d               = y x | c417 y | oxen x y

== Removing one child does not conflict with creating another
because c417: in C the list of children is part of the parent's node
a   write /d/x 1               = OK
    start                      = {A}
    [{A}] rm /d/x              = OK
    write /d/y 1               = OK
    [{A}] end T                = OK | c417 EAGAIN
    directory /d               = y | c417 x y

== A listing conflicts with the creation of a child
a   mkdir /d                   = OK
    start                      = {A}
    [{A}] directory /d         =
    [{A}] write /e 1           = OK
    write /d/y 1               = OK
    [{A}] end T                = EAGAIN

== A listing conflicts with the removal of a child
a   write /d/x 1               = OK
    start                      = {A}
    [{A}] directory /d         = x
    [{A}] write /e 1           = OK
    rm /d/x                    = OK
    [{A}] end T                = EAGAIN

== A listing does not conflict with a child's new value
a   write /d/x 1               = OK
    start                      = {A}
    [{A}] directory /d         = x
    [{A}] write /e 1           = OK
    write /d/x 2               = OK
    [{A}] end T                = OK

== Reading a parent's value does not conflict with the creation of a child
because c417: in C the list of children is part of the parent's node
a   write /d 1                 = OK
    start                      = {A}
    [{A}] read /d              = "1"
    [{A}] write /e 1           = OK
    write /d/y 1               = OK
    [{A}] end T                = OK | c417 EAGAIN

== A value does not conflict with permissions
because c417: in C value and permissions are one node
a   write /d 1                 = OK
    start                      = {A}
    [{A}] read /d              = "1"
    [{A}] write /e 1           = OK
    setperms /d n5             = OK
    [{A}] end T                = OK | c417 EAGAIN

== Permissions read conflict with permissions set outside
a   write /d 1                 = OK
    start                      = {A}
    [{A}] getperms /d          = n0
    [{A}] write /e 1           = OK
    setperms /d n5             = OK
    [{A}] end T                = EAGAIN

== A listing in one transaction conflicts with another's creation
a   mkdir /d                   = OK
    start                      = {A}
    [{A}] directory /d         =
    [{A}] write /d/x 1         = OK
b   start                      = {B}
    [{B}] directory /d         =
    [{B}] write /d/y 1         = OK
    [{B}] end T                = OK
a   [{A}] end T                = EAGAIN

== Of two transactions that create the same child the second is refused
a   mkdir /d                   = OK
    start                      = {A}
    [{A}] write /d/x a         = OK
b   start                      = {B}
    [{B}] write /d/x b         = OK
    [{B}] end T                = OK
a   [{A}] end T                = EAGAIN | oxen OK
    read /d/x                  = "b" | oxen "a"

== A creation conflicts with the removal of its parent outside
a   mkdir /d                   = OK
    start                      = {A}
    [{A}] write /d/x 1         = OK
    rm /d                      = OK
    [{A}] end T                = EAGAIN | oxen OK
    read /d                    = ENOENT | oxen 

== A read-only transaction whose reads still hold commits
a   write /a 1                 = OK
    start                      = {A}
    [{A}] read /a              = "1"
    write /b 2                 = OK
    [{A}] end T                = OK

== A read-only transaction always commits: it saw one state
because c417: C knows no snapshots, so that a reader may have seen a mixture
a   write /a 1                 = OK
    start                      = {A}
    [{A}] read /a              = "1"
    write /a 2                 = OK
    [{A}] end T                = OK | c417 EAGAIN

== An empty transaction always commits
a   start                      = {A}
    write /a 1                 = OK
    [{A}] end T                = OK

== An unrelated write does not conflict
a   write /a 1                 = OK
    start                      = {A}
    [{A}] read /a              = "1"
    [{A}] write /a 2           = OK
    write /x/y/z 1             = OK
    [{A}] end T                = OK

== A client's own write outside its transaction conflicts like any other
a   write /a 1                 = OK
    start                      = {A}
    [{A}] read /a              = "1"
    [{A}] write /a 2           = OK
    write /a 3                 = OK
    [{A}] end T                = EAGAIN

== Two open transactions of one client are apart
a   start                      = {A}
    start                      = {B}
    [{A}] write /a 1           = OK
    [{B}] read /a              = ENOENT
    [{B}] write /b 1           = OK
    [{A}] read /b              = ENOENT
    [{A}] end F                = OK
    [{B}] end T                = OK
    read /a                    = ENOENT
    read /b                    = "1"

== A removal in a transaction
a   write /a/b/c 1             = OK
    start                      = {A}
    [{A}] rm /a                = OK
    [{A}] read /a/b/c          = ENOENT
    read /a/b/c                = "1"
    [{A}] end T                = OK
    read /a                    = ENOENT

== Removed and made again in a transaction is empty
a   write /a/b 1               = OK
    start                      = {A}
    [{A}] rm /a                = OK
    [{A}] mkdir /a             = OK
    [{A}] directory /a         =
    [{A}] end T                = OK
    directory /a               =
    read /a                    =

== Permissions are checked inside a transaction
a   write /a 1                 = OK
d1  start                      = {A}
    [{A}] read /a              = EACCES
    [{A}] write /a 2           = EACCES
    [{A}] end T                = OK

== A request that fails does not spoil its transaction
a   start                      = {A}
    [{A}] read /none           = ENOENT
    [{A}] write /a+ 1          = EINVAL
    [{A}] setperms /none n0    = ENOENT
    [{A}] write /b 1           = OK
    [{A}] end T                = OK
    read /b                    = "1"

== GET_DOMAIN_PATH takes a transaction's number
a   start                      = {A}
    [{A}] getdomainpath 3      = "/local/domain/3\0"
    [{A}] end T                = OK

== A guest's write conflicts with losing the right to write
@   home 1
d1  write x 1                  = OK
    start                      = {A}
    [{A}] write x 2            = OK
a   setperms /local/domain/1/x n0 = OK
d1  [{A}] end T                = EAGAIN
a   read /local/domain/1/x     = "1"

== A guest's creation conflicts with losing the right to create
@   home 1
d1  start                      = {A}
    [{A}] mkdir x              = OK
a   setperms /local/domain/1 n0 = OK
d1  [{A}] end T                = EAGAIN
a   read /local/domain/1/x     = ENOENT

== A removal in a transaction takes a child created outside too
because c417: in C a removal reads first, so that it conflicts with any change below
# As if the transaction had come as a whole after the creation.
a   mkdir /a                   = OK
    start                      = {A}
    [{A}] rm /a                = OK
    write /a/late 1            = OK
    [{A}] end T                = OK | c417 EAGAIN
    read /a/late               = ENOENT | c417 "1"
    read /a                    = ENOENT | c417 *

== DIRECTORY_PART inside a transaction
absent oxen: DIRECTORY_PART
a   mkdir /a/x                 = OK
    start                      = {A}
    [{A}] mkdir /a/y           = OK
    [{A}] directorypart /a 0   = {G} x y ""
    [{A}] end T                = OK

== A hundred transactions of a socket client may be open
100x a start                   = *

== A read of the same content does not conflict
because c417: C compares generations, so that any write conflicts
a   write /a 1                 = OK
    start                      = {T}
    [{T}] read /a              = "1"
    [{T}] write /b 1           = OK
    write /a 1                 = OK
    [{T}] end T                = OK | c417 EAGAIN

== A listing whose children went and came back does not conflict
because c417: C compares generations, so that any write conflicts
a   mkdir /d/x                 = OK
    start                      = {T}
    [{T}] directory /d         = x
    [{T}] write /b 1           = OK
    mkdir /d/y                 = OK
    rm /d/y                    = OK
    [{T}] end T                = OK | c417 EAGAIN

== A missing child read conflicts with its creation, not with its sibling's
because c417: in C the list of children is part of the parent's node
a   mkdir /d                   = OK
    start                      = {A}
    [{A}] read /d/x            = ENOENT
    [{A}] write /e 1           = OK
b   start                      = {B}
    [{B}] read /d/x            = ENOENT
    [{B}] write /f 1           = OK
    write /d/y 1               = OK
a   [{A}] end T                = OK | c417 EAGAIN
    write /d/x 1               = OK
b   [{B}] end T                = EAGAIN

== Three transactions that create under one parent all commit
because c417: in C the list of children is part of the parent's node
a   mkdir /d                   = OK
    start                      = {A}
    start                      = {B}
    start                      = {C}
    [{A}] mkdir /d/a           = OK
    [{B}] mkdir /d/b           = OK
    [{C}] mkdir /d/c           = OK
    [{C}] end T                = OK
    [{B}] end T                = OK | c417 EAGAIN
    [{A}] end T                = OK | c417 EAGAIN
    directory /d               = c b a | c417 c | oxen a b c
