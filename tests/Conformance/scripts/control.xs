# CONTROL.

== An unknown command is EINVAL
a   control nonsense           = EINVAL

== No command is EINVAL
a   raw control "\0"           = EINVAL

== help answers a text
a   control help               = *

== check is OK
a   control check              = OK
    control check x            = EINVAL

== print takes exactly one string
a   control print hello        = OK
    control print              = EINVAL
    control print a b          = EINVAL

== log is switched on and off
a   control log on             = OK
    control log off            = OK
    control log maybe          = EINVAL

== log without an argument tells the settings
because c417: 4.17 has no log switches
a   control log                = "Log switch settings:\n"... | c417 EINVAL

== logfile takes a name
a   control logfile            = EINVAL

== memreport without a log file is EINVAL
a   control memreport          = EINVAL

== quota tells the settings
a   control quota              = "Quota settings:\nnodes            :     1000 "...

== quota tells a domain's numbers
@   introduce 1
a   control quota 1            = "Domain 1:\nnodes           "...

== quota of an unknown domain is ENOENT
a   control quota 9            = ENOENT

== quota sets
a   control quota set nodes 10 = OK
    control quota set nodes 0  = EINVAL
    control quota set nodes    = EINVAL
    control quota set nonsense 5 = EINVAL
    control quota              = "Quota settings:\nnodes            :       10 "...

== quota set limits guests
@   home 1
a   control quota set nodes 3  = OK
d1  mkdir a                    = OK
    mkdir b                    = OK
    mkdir c                    = ENOSPC

== quota-soft tells and sets the soft limit of memory
a   control quota-soft set memory 100 = OK
    control quota-soft set nodes 5    = EINVAL
    control quota-soft         = "Quota settings:\nmemory           :      100 "...

== A live update is refused
differs c417: it can; ours is stopped and started again without loss instead
differs oxen: it starts the update
a   control live-update -s     = "Not in live-update session.\0"
    control live-update -f /nonexistent = "File not accessible.\0"
    control live-update -a     = "No live-update session active.\0"

== A live update without arguments is EINVAL
a   control live-update        = EINVAL
