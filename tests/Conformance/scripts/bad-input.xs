# Input that no good client sends.

== A header with a length above 4096 closes the socket
differs oxen: the socket stays open and is not served
a   header read 4097
    !closed
b   read /none                 = ENOENT

== A header with the largest length closes the socket
differs oxen: the socket stays open and is not served
a   header read 4294967295
    !closed
b   read /none                 = ENOENT

== A header with a negative length closes the socket
differs oxen: the socket stays open and is not served
a   header read 2147483648
    !closed
b   read /none                 = ENOENT

== A client that sends half a header and goes does not harm
a   bytes "\x01\0\0\0"
    close
b   read /none                 = ENOENT

== A client that sends half a payload and goes does not harm
a   header write 100
    bytes "/a\0"
    close
b   read /a                    = ENOENT

== Requests sent before an oversized one are answered
differs oxen: the socket stays open and is not served
a   write /a 1                 = OK
    header read 5000
    !closed
b   read /a                    = "1"

== A guest's header with a length above 4096 silences it
d1  header read 4097
    peek error                 = 3 | oxen 0
d1  !silent
a   isintroduced 1             = T

== A request index too far ahead silences the guest
d1  poke req_prod 1025
    notify
    peek error                 = 2 | oxen 0
d1  !silent
a   isintroduced 1             = T

== A request index behind silences the guest
d1  read /none                 = EACCES | oxen ENOENT
    poke req_prod 3
    notify
    peek error                 = 2 | oxen 0
d1  !silent
a   isintroduced 1             = T

== A reply index that is too far ahead silences the guest
d1  poke rsp_cons 5
    read /none
    peek error                 = 2 | oxen 0
d1  !silent
a   isintroduced 1             = T

== A silenced guest's watches are gone
@   home 1
d1  watch x t                  = OK
                               < x t
    poke req_prod 5000
    notify
@   wait 20
a   write /local/domain/1/x 1  = OK
d1  !silent

== A silenced guest does not disturb others
@   introduce 2
d1  poke req_prod 5000
    notify
d2  read /none                 = EACCES | oxen ENOENT
d1  !silent

== INTRODUCE revives a silenced guest
differs oxen: a bad guest is ignored until its domain is gone
differs c417: C keeps ignoring the guest until its domain is gone
d1  poke req_prod 5000
    notify
@   wait 20
@   introduce 1
d1  read /none                 = EACCES

== A silenced guest's death is told
@   introduce 1
a   watch @releaseDomain t     = OK
                               < @releaseDomain t
d1  poke req_prod 5000
    notify
@   wait 20
@   dies 1
a                              < @releaseDomain t
    isintroduced 1             = F

== All zero bytes are a CONTROL without a command
differs oxen: not compared
a   raw control ""             = EINVAL

== Unknown types from a guest are ENOSYS
d1  raw 4242 "x"               = ENOSYS
    read /none                 = EACCES | oxen ENOENT

== A token of 4000 bytes is taken
a   watch /a t*4000            = OK
                               < /a t*4000
    write /a 1                 > /a t*4000
                               = OK
