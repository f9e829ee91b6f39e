# What a value may be.

== Every byte may be in a value
a   write /a "\x00\x01\x7f\x80\xff\n\"\\"  = OK
    read /a                    = "\x00\x01\x7f\x80\xff\n\"\\"

== A value of a socket client may fill the payload
differs oxen: values are at most 2048 bytes, for everybody
a   write /a "v"*4093          = OK
    read /a                    = "v"*4093

== A guest's value may have 2000 bytes
@   home 1
d1  write v "v"*2000           = OK
    read v                     = "v"*2000

== A node of a guest has at most 2048 bytes of value, permissions and child names
because c417: the header of a node counts 24 bytes in 4.17, 16 in later versions
# A node counts 16 bytes, 8 for each permission, its value and its children's names with their NULs.
@   home 1
d1  write v "v"*2024           = OK | c417 ENOSPC
    write v "v"*2025           = ENOSPC | oxen OK

== A value that is too big for its node leaves the old one
@   home 1
d1  write v old                = OK
    write v "v"*3000           = ENOSPC | oxen E2BIG
    read v                     = "old"

== A value that is too big makes no node
@   home 1
d1  write new/v "v"*3000       = ENOSPC | oxen E2BIG
    directory /local/domain/1  = | oxen new

== Writing a value does not touch the children
a   write /a/b 1               = OK
    write /a 2                 = OK
    directory /a               = b
    read /a/b                  = "1"

== Writing a value does not touch the permissions
a   mkdir /a                   = OK
    setperms /a n5 r6          = OK
    write /a 2                 = OK
    getperms /a                = n5 r6

== The node of a parent keeps its own value
a   write /a 1                 = OK
    write /a/b 2               = OK
    read /a                    = "1"

== The root has a value too
a   write / 1                  = OK
    read /                     = "1"
