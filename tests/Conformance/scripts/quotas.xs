# Limits for guests; privileged clients have none.

== A guest may own 1000 nodes
# Its home, ten groups and 989 nodes in them.
@   home 1
989x d1 mkdir {##}/{#}         = OK
d1  mkdir more                 = ENOSPC | oxen EQUOTA
    rm 0/0                     = OK
    mkdir more                 = OK

== A request that exceeds the node quota makes none of its nodes
@   home 1
987x d1 mkdir {##}/{#}         = OK
d1  mkdir a/b/c                = ENOSPC | oxen EQUOTA
    read a                     = ENOENT | oxen 
    mkdir a/b                  = OK

== Nodes given to a guest by dom0 count for the guest
@   home 1
988x a mkdir /local/domain/1/{##}/{#} = OK
d1  mkdir one                  = OK
    mkdir two                  = ENOSPC | oxen EQUOTA

== dom0 may make a guest's nodes beyond its quota
@   home 1
1001x a mkdir /local/domain/1/{##}/{#} = OK
d1  mkdir one                  = ENOSPC | oxen EQUOTA

== Nodes made in a transaction count
because c417: at the end of a transaction 4.17 admits one node less
@   home 1
980x d1 mkdir {##}/{#}         = OK
d1  start                      = {T}
9x d1 [{T}] mkdir m{#}         = OK
d1  [{T}] end T                = OK | c417 ENOSPC
    mkdir more                 = ENOSPC | c417 OK | oxen EQUOTA

== Nodes that a transaction removes make room in it
because c417: 4.17 counts a transaction's removals only at its end
@   home 1
989x d1 mkdir {##}/{#}         = OK
d1  start                      = {T}
    [{T}] rm 0/0               = OK
    [{T}] mkdir more           = OK | c417 ENOSPC
    [{T}] end T                = OK

== An aborted transaction's nodes do not count
@   home 1
980x d1 mkdir {##}/{#}         = OK
d1  start                      = {T}
9x d1 [{T}] mkdir m{#}         = OK
d1  [{T}] end F                = OK
9x d1 mkdir m{#}               = OK

== A guest may have 128 watches
differs oxen: quota-maxwatch is 100 as shipped
because c417: 4.17 admits 129 watches and then answers E2BIG
@   home 1
128x d1 watch w{#} t           = OK < w{#} t
d1  watch more t               = ENOSPC | c417 OK
                               < none | c417 more t
    watch evenmore t           = ENOSPC | c417 E2BIG

== A watch removed makes room
differs oxen: quota-maxwatch is 100 as shipped
@   home 1
127x d1 watch w{#} t           = OK < w{#} t
d1  watch a t                  = OK
                               < a t
    unwatch a t                = OK
    watch b t                  = OK
                               < b t

== A guest may have 10 open transactions
because c417: 4.17 admits 11 open transactions
10x d1 start                   = *
d1  start                      = ENOSPC | c417 * | oxen 11
    start                      = ENOSPC | oxen EQUOTA

== A transaction ended makes room
9x d1 start                    = *
d1  start                      = {T}
    [{T}] end F                = OK
    start                      = {U}
    [{U}] end T                = OK
    start                      = *

== dom0 may have any number of watches
300x a watch /w{#} t           = OK < /w{#} t

== A guest's node may have 5 permissions
@   home 1
d1  mkdir x                    = OK
    setperms x n1 r2 r3 r4 r5  = OK
    setperms x n1 r2 r3 r4 r5 r6 = ENOSPC | oxen OK
    getperms x                 = n1 r2 r3 r4 r5 | oxen n1 r2 r3 r4 r5 r6

== dom0 may give a node many permissions
a   mkdir /a                   = OK
    setperms /a n0 r1 r2 r3 r4 r5 r6 r7 r8 = OK
    getperms /a                = n0 r1 r2 r3 r4 r5 r6 r7 r8

== A guest's transaction may touch 1024 nodes
a   mkdir /p                   = OK
    setperms /p r0             = OK
1024x a mkdir /p/n{#}          = OK
d1  start                      = {T}
1024x d1 [{T}] read /p/n{#}    =
d1  [{T}] read /p/n5           = | oxen EQUOTA
    [{T}] read /p              = ENOSPC | oxen EQUOTA

== A transaction that touched too many nodes cannot commit
a   mkdir /p                   = OK
    setperms /p r0             = OK
1024x a mkdir /p/n{#}          = OK
d1  start                      = {T}
1024x d1 [{T}] read /p/n{#}    =
d1  [{T}] read /p              = ENOSPC | oxen EQUOTA
    [{T}] end T                = ENOMEM | oxen EQUOTA
    [{T}] end F                = ENOENT | oxen EQUOTA

== A guest that does not read its replies is not read either
differs oxen: it stops reading only after 1024 requests
@   home 1
d1  write v "v"*900            = OK
40x d1 read v
@   wait 100
d1  peek rsp_prod              = 1043
    peek req_cons              = 1296
40x d1                         = "v"*900
d1  read v                     = "v"*900

== A guest that reads nothing does not hold up others
@   home 1
@   home 2
d1  write v "v"*900            = OK
40x d1 read v
d2  write v 1                  = OK
    read v                     = "1"
40x d1                         = "v"*900

== SET_QUOTA sets a domain's quota
absent c417: SET_QUOTA
absent oxen: SET_QUOTA
@   home 1
@   introduce 1
a   setquota 1 nodes 3         = OK
    getquota 1 nodes           = 3
d1  mkdir a                    = OK
    mkdir b                    = OK
    mkdir c                    = ENOSPC
a   setquota 1 nodes 4         = OK
d1  mkdir c                    = OK
    mkdir d                    = ENOSPC

== SET_QUOTA of one domain leaves the others
absent c417: SET_QUOTA
absent oxen: SET_QUOTA
@   home 2
@   introduce 1
a   setquota 1 watches 1       = OK
d1  watch /a t                 = OK
                               < /a t
    watch /b t                 = ENOSPC
d2  watch /a t                 = OK
                               < /a t
    watch /b t                 = OK
                               < /b t

== SET_QUOTA sets the quota of all domains
absent c417: SET_QUOTA
absent oxen: SET_QUOTA
a   setquota transactions 2    = OK
    getquota transactions      = 2
d1  start                      = *
    start                      = *
    start                      = ENOSPC

== A quota of 0 is none
absent c417: SET_QUOTA
absent oxen: SET_QUOTA
@   introduce 1
a   setquota 1 transactions 0  = OK
20x d1 start                   = *

== GET_QUOTA without a name lists the names
absent c417: GET_QUOTA
absent oxen: GET_QUOTA
a   raw getquota ""            = "nodes watches outstanding memory soft-memory transactions transaction-nodes node-permissions path-max node-size\0"

== GET_QUOTA gives the numbers at the start
absent c417: GET_QUOTA
absent oxen: GET_QUOTA
a   getquota nodes             = 1000
    getquota watches           = 128
    getquota outstanding       = 20
    getquota memory            = 2621440
    getquota soft-memory       = 2097152
    getquota transactions      = 10
    getquota transaction-nodes = 1024
    getquota node-permissions  = 5
    getquota path-max          = 2048
    getquota node-size         = 2048

== A guest may neither ask for nor set quotas
absent c417: GET_QUOTA
absent oxen: GET_QUOTA
d1  getquota nodes             = EACCES
    getquota 1 nodes           = EACCES
    setquota nodes 5           = EACCES
    setquota 1 nodes 5         = EACCES

== The quota messages are ENOSYS where they are unknown
because c417: they came with 4.22
a   getquota nodes             = 1000 | c417,oxen ENOSYS

== A guest that uses too much memory gets ENOMEM
because c417: 4.17 answers EIO when it is a WRITE that needs the memory
@   home 1
a   control quota set memory 5000 = OK
3x d1 write v{#} "v"*1000      = OK
d1  write w "w"*1900           = ENOMEM | c417 EIO | oxen OK
    rm v0                      = OK
    rm v1                      = OK
    write w "w"*1900           = OK

== SET_QUOTA of a word that is no number is EINVAL and changes nothing
absent c417: SET_QUOTA
absent oxen: SET_QUOTA
a   setquota nodes abc         = EINVAL
    setquota nodes 7x          = EINVAL
    setquota nodes -1          = EINVAL
    getquota nodes             = 1000

== SET_QUOTA of all is for domains to come
absent c417: SET_QUOTA
absent oxen: SET_QUOTA
@   introduce 1
a   setquota transactions 2    = OK
    getquota transactions      = 2
    getquota 1 transactions    = 10
3x d1 start                    = *
d2  start                      = *
    start                      = *
    start                      = ENOSPC

== The administrator's quota set is for domains that are there as well, but for those with a limit of their own
absent c417: SET_QUOTA
absent oxen: SET_QUOTA
@   introduce 1
@   introduce 2
a   setquota 1 transactions 5  = OK
    control quota set transactions 2 = OK
    getquota transactions      = 2
    getquota 1 transactions    = 5
    getquota 2 transactions    = 2
2x d2 start                    = *
d2  start                      = ENOSPC
3x d1 start                    = *

== The number of permissions is looked at before the node
@   introduce 1
d1  setperms /none n1 r2 r3 r4 r5 r6 = ENOSPC | oxen ENOENT
    setperms none//none n1 r2 r3 r4 r5 r6 = ENOSPC | oxen EINVAL
    setperms /none n1 r2 r3 r4 xx r6 = ENOSPC | oxen EINVAL
