# The ring page of a guest.

== The features word
because c417: 4.17 leaves the word alone
d1  peek features              = 15 | c417 0 | oxen 1
    peek connection            = 0
    peek error                 = 0

== The features word of dom0's ring
because c417: 4.17 leaves the word alone
d0  read /none                 = ENOENT
    peek features              = 15 | c417 0 | oxen 1

== The indices count all bytes
d1  read /none                 = EACCES | oxen ENOENT
    peek req_prod              = 22
    peek req_cons              = 22
    peek rsp_prod              = 23
    peek rsp_cons              = 23

== A message may wrap around the end of the ring
@   home 1
d1  write v "v"*900            = OK
    read v                     = "v"*900
    write v "w"*900            = OK
    read v                     = "w"*900
    write v "x"*900            = OK
    read v                     = "x"*900

== Indices wrap around at 2 to the 32
# After this the daemon has seen all earlier events, and does not look between the pokes.
@   home 1
d1  poke req_prod 4294967280
    poke req_cons 4294967280
    poke rsp_prod 4294967200
    poke rsp_cons 4294967200
    read /none                 = EACCES | oxen ENOENT
    read /none                 = EACCES | oxen ENOENT
    read /none                 = EACCES | oxen ENOENT
    read /none                 = EACCES | oxen ENOENT
    peek req_prod              = 72

== A request longer than the ring
@   home 1
d1  write v "v"*1900           = OK
    read v                     = "v"*1900

== A request of 4096 bytes through the ring
@   home 1
d1  raw write "v\0""v"*4094    = ENOSPC | oxen E2BIG
    read v                     = ENOENT

== A request may come in pieces through the ring
d1  header read 6
    bytes "/no"
@   wait 20
d1  bytes "ne\0"               = EACCES | oxen ENOENT

== Many small requests at once
d1  getdomainpath 1
19x d1 getdomainpath 1
20x d1                         = "/local/domain/1\0"

== INTRODUCE again zeroes the indices
differs oxen: a domain introduced again is not served any more
d1  read /none                 = EACCES
a   introduce 1 1 1            = OK
d1  peek req_prod              = 0
    peek req_cons              = 0
    peek rsp_prod              = 0
    peek rsp_cons              = 0
    read /none                 = EACCES

== INTRODUCE again drops watches and transactions
differs oxen: a domain introduced again is not served any more
@   home 1
d1  watch x t                  = OK
                               < x t
    start                      = {T}
@   introduce 1
a   write /local/domain/1/x 1  = OK
d1  [{T}] end T                = ENOENT

== INTRODUCE drops half a request
differs oxen: a domain introduced again is not served any more
differs c417: the half request stays in its buffer
d1  header read 100
    bytes "/none"
@   wait 20
@   introduce 1
d1  read /none                 = EACCES

== A guest can reconnect
absent c417: ring reconnection
d1  read /none                 = EACCES | oxen ENOENT
    reconnect
    peek req_prod              = 0
    peek req_cons              = 0
    peek rsp_prod              = 0
    peek rsp_cons              = 0
    read /none                 = EACCES | oxen ENOENT

== Reconnecting drops watches
absent c417: ring reconnection
@   home 1
d1  watch x t                  = OK
                               < x t
    reconnect
a   write /local/domain/1/x 1  = OK
d1  watch x t                  = OK
                               < x t

== Reconnecting drops transactions
absent c417: ring reconnection
d1  start                      = {T}
    reconnect
    [{T}] end T                = ENOENT | oxen EIO

== Reconnecting drops half a request
absent c417: ring reconnection
d1  header read 100
    bytes "/none"
@   wait 20
d1  reconnect
    read /none                 = EACCES | oxen ENOENT

== Reconnecting notifies the guest
absent c417: ring reconnection
d1  poke connection 1
    notify
    peek connection            = 0
    peek notifications         = 1

== Reconnecting fires no special events
absent c417: ring reconnection
@   introduce 1
a   watch @introduceDomain i   = OK
                               < @introduceDomain i
    watch @releaseDomain r     = OK
                               < @releaseDomain r
d1  reconnect
    read /none                 = EACCES | oxen ENOENT

== A guest can reconnect again and again
absent c417: ring reconnection
5x d1 reconnect
d1  read /none                 = EACCES | oxen ENOENT

== A guest reconnects out of an error
differs oxen: a bad guest is ignored until its domain is gone
absent c417: ring reconnection
d1  poke req_prod 5000
    notify
    peek error                 = 2 | oxen 0
    reconnect
    peek error                 = 0
    read /none                 = EACCES

== An event without new bytes is harmless
d1  notify
    notify
    read /none                 = EACCES | oxen ENOENT
