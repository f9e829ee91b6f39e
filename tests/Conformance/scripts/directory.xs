# Lists of children.

== DIRECTORY lists children in the order of their creation
a   mkdir /a/c                 = OK
    mkdir /a/a                 = OK
    mkdir /a/b                 = OK
    directory /a               = c a b | oxen a b c

== A child made again goes to the end
a   mkdir /a/x                 = OK
    mkdir /a/y                 = OK
    rm /a/x                    = OK
    mkdir /a/x                 = OK
    directory /a               = y x | oxen x y

== Writing a child keeps its place
a   write /a/x 1               = OK
    write /a/y 1               = OK
    write /a/x 2               = OK
    directory /a               = x y

== Removing a middle child keeps the others' order
a   mkdir /a/x                 = OK
    mkdir /a/y                 = OK
    mkdir /a/z                 = OK
    rm /a/y                    = OK
    directory /a               = x z

== DIRECTORY of a leaf is empty
a   write /a 1                 = OK
    directory /a               =

== DIRECTORY of a missing node is ENOENT
a   directory /none            = ENOENT

== DIRECTORY lists names, not paths
a   mkdir /a/b/c               = OK
    directory /a               = b

== A list of exactly 4096 bytes is answered
differs oxen: path-max is 1024
a   mkdir /a/"x"*2040          = OK
    mkdir /a/"y"*2040          = OK
    mkdir /a/"z"*13            = OK
    directory /a               = "x"*2040 "y"*2040 "z"*13

== A longer list is E2BIG
a   mkdir /a/"x"*2040          = OK | oxen EINVAL
    mkdir /a/"y"*2040          = OK | oxen EINVAL
    mkdir /a/"z"*14            = OK
    directory /a               = E2BIG | oxen zzzzzzzzzzzzzz

== DIRECTORY_PART gives a generation, the names and an end mark
absent oxen: DIRECTORY_PART
a   mkdir /a/x                 = OK
    mkdir /a/y                 = OK
    directorypart /a 0         = {G} x y ""

== DIRECTORY_PART of a leaf is a generation and the end mark
absent oxen: DIRECTORY_PART
a   mkdir /a                   = OK
    directorypart /a 0         = {G} ""

== DIRECTORY_PART from an offset
absent oxen: DIRECTORY_PART
a   mkdir /a/x                 = OK
    mkdir /a/yy                = OK
    mkdir /a/z                 = OK
    directorypart /a 2         = {G} yy z ""
    directorypart /a 5         = {G} z ""

== DIRECTORY_PART with an offset at or behind the end gives the end mark
absent oxen: DIRECTORY_PART
a   mkdir /a/x                 = OK
    directorypart /a 2         = {G} ""
    directorypart /a 3         = {G} ""
    directorypart /a 9999      = {G} ""

== DIRECTORY_PART of a missing node is ENOENT
absent oxen: DIRECTORY_PART
a   directorypart /none 0      = ENOENT

== DIRECTORY_PART without an offset is EINVAL
absent oxen: DIRECTORY_PART
a   mkdir /a                   = OK
    directorypart /a           = EINVAL

== DIRECTORY_PART with three strings is EINVAL
absent oxen: DIRECTORY_PART
a   mkdir /a                   = OK
    directorypart /a 0 0       = EINVAL

== DIRECTORY_PART cuts a long list between names
differs oxen: no DIRECTORY_PART; path-max is 1024
a   mkdir /a/"x"*1900          = OK
    mkdir /a/"y"*1900          = OK
    mkdir /a/"z"*1900          = OK
    directorypart /a 0         = {G} "x"*1900 "y"*1900
    directorypart /a 3802      = {G} "z"*1900 ""

== The generation changes when a child comes or goes
absent oxen: DIRECTORY_PART
a   mkdir /a/x                 = OK
    directorypart /a 0         = {G} x ""
    mkdir /a/y                 = OK
    directorypart /a 0         = {!G} x y ""
    directorypart /a 0         = {H} x y ""
    rm /a/x                    = OK
    directorypart /a 0         = {!H} y ""

== The generation does not change when a child's value changes
absent oxen: DIRECTORY_PART
a   mkdir /a/x                 = OK
    directorypart /a 0         = {G} x ""
    write /a/x 1               = OK
    mkdir /a/x/deep            = OK
    directorypart /a 0         = {G} x ""

== The generation changes when the node itself is written
absent oxen: DIRECTORY_PART
a   mkdir /a/x                 = OK
    directorypart /a 0         = {G} x ""
    write /a 1                 = OK
    directorypart /a 0         = {!G} x ""

== The names of its children count into the size of a guest's node
# 16 + 8 + 2024 bytes of names = 2048.
because c417: the header of a node counts 24 bytes in 4.17, 16 in later versions
@   home 1
d1  mkdir d/"x"*1000           = OK
    mkdir d/"y"*1015           = OK | c417 ENOSPC
    mkdir d/zzzzzz             = OK
    mkdir d/z                  = ENOSPC | c417 OK | oxen OK
