# CONTROL.

== An unknown command is EINVAL
a   control nonsense           = EINVAL | oxen OK

== No command is EINVAL
a   raw control "\0"           = EINVAL | oxen OK

== help answers a text
a   control help               = *

== check is OK
a   control check              = OK
    control check x            = EINVAL | oxen OK

== print takes exactly one string
a   control print hello        = OK
    control print              = EINVAL | oxen OK
    control print a b          = EINVAL | oxen OK

== log is switched on and off
absent core: the trace is the shell's
a   control log on             = OK
    control log off            = OK
    control log maybe          = EINVAL | oxen OK

== log without an argument tells the settings
absent core: the trace is the shell's
because c417: 4.17 has no log switches
a   control log                = "Log switch settings:\n"... | c417 EINVAL | oxen OK

== logfile takes a name
a   control logfile            = EINVAL | oxen OK

== memreport without a log file is EINVAL
a   control memreport          = EINVAL | oxen OK

== quota tells the settings
a   control quota              = "Quota settings:\nnodes            :     1000 "... | oxen OK

== quota tells a domain's numbers
@   introduce 1
a   control quota 1            = "Domain 1:\nnodes           "... | oxen "dom1 quota: not set\0"

== quota max tells the most that a guest had, also one that is gone, and not dom0's
differs c417: 4.17 tells other lines
differs oxen: its quotas are others
@   home 1
d1  write a 1                  = OK
    write b 1                  = OK
    rm a                       = OK
100x a mkdir /of-dom0/{#}      = OK
a   control quota max          = "Max. seen accounting values:\nnodes            :        3\n"...
@   dies 1
a   control quota max          = "Max. seen accounting values:\nnodes            :        3\n"...
@   home 2
d2  write a 1                  = OK
a   control quota max -r       = "Max. seen accounting values:\nnodes            :        2\n"...

== quota of a domain tells what it has and the most that it had
differs c417: 4.17 tells other lines
differs oxen: its quotas are others
@   home 1
d1  write a 1                  = OK
    write b 1                  = OK
    rm a                       = OK
a   control quota 1            = "Domain 1:\nnodes            :        2 (max        3)\nwatches          :        0 (max        0)\n"...

== quota of an unknown domain is ENOENT
a   control quota 9            = ENOENT | oxen "dom9 quota: not set\0"

== quota sets
a   control quota set nodes 10 = OK
    control quota set nodes 0  = EINVAL | oxen OK
    control quota set nodes    = EINVAL | oxen OK
    control quota set nonsense 5 = EINVAL | oxen OK
    control quota              = "Quota settings:\nnodes            :       10 "... | oxen OK

== quota set limits guests
@   home 1
a   control quota set nodes 3  = OK
d1  mkdir a                    = OK
    mkdir b                    = OK
    mkdir c                    = ENOSPC | oxen OK

== quota-soft tells and sets the soft limit of memory
a   control quota-soft set memory 100 = OK
    control quota-soft set nodes 5    = EINVAL | oxen OK
    control quota-soft         = "Quota settings:\nmemory           :      100 "... | oxen OK

== A live update needs a keeper
differs c417: it needs none
differs oxen: it starts the update
a   control live-update -f /bin/true = "This xenstored has no keeper"...
    control live-update -s     = "No live-update session active."...
    control live-update -a     = "No live-update session active."...

== A live update without arguments is EINVAL
a   control live-update        = EINVAL | oxen "Unknown arguments: "
