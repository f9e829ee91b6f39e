# Who may do what.

== A new node copies its parent's permissions
a   mkdir /a                   = OK
    setperms /a n3 r4          = OK
    mkdir /a/b                 = OK
    getperms /a/b              = n3 r4

== A node made by a guest belongs to the guest
a   mkdir /a                   = OK
    setperms /a b0 r4          = OK
d1  mkdir /a/b                 = OK
    getperms /a/b              = b1 r4 | oxen b0 r4

== Every level that a guest makes belongs to the guest
a   mkdir /a                   = OK
    setperms /a b0             = OK
d1  write /a/b/c 1             = OK
    getperms /a/b              = b1 | oxen b0
    getperms /a/b/c            = b1 | oxen b0

== SET_PERMS replaces the whole list
a   mkdir /a                   = OK
    setperms /a n1 r2 w3 b4    = OK
    getperms /a                = n1 r2 w3 b4
    setperms /a r0             = OK
    getperms /a                = r0

== SET_PERMS of a missing node is ENOENT
a   setperms /none n0          = ENOENT

== SET_PERMS without a permission is EINVAL
a   mkdir /a                   = OK
    setperms /a                = EINVAL

== SET_PERMS with an unknown letter is EINVAL
a   mkdir /a                   = OK
    setperms /a x0             = EINVAL
    setperms /a R0             = EINVAL
    getperms /a                = n0

== SET_PERMS without a number is EINVAL
a   mkdir /a                   = OK
    setperms /a n              = EINVAL
    setperms /a nx             = EINVAL

== SET_PERMS with a number and a tail is EINVAL
a   mkdir /a                   = OK
    setperms /a n1x            = EINVAL

== SET_PERMS reads numbers as C does, hexadecimal and octal too
a   mkdir /a                   = OK
    setperms /a n0 r0x5 w010   = OK
    getperms /a                = n0 r5 w8 | oxen n0 r5 w10

== GET_PERMS of a missing node is ENOENT
a   getperms /none             = ENOENT

== A guest cannot read what it has no letter for
a   write /a 1                 = OK
d1  read /a                    = EACCES
    directory /a               = EACCES
    getperms /a                = EACCES
    write /a 2                 = EACCES
    rm /a                      = EACCES

== r lets a guest read but not write
a   write /a 1                 = OK
    setperms /a n0 r1          = OK
d1  read /a                    = "1"
    directory /a               =
    getperms /a                = n0 r1
    write /a 2                 = EACCES
    mkdir /a/b                 = EACCES

== w lets a guest write but not read
a   write /a 1                 = OK
    setperms /a n0 w1          = OK
d1  write /a 2                 = OK
    read /a                    = EACCES
    mkdir /a/b                 = OK
    directory /a               = EACCES
    getperms /a                = EACCES
a   read /a                    = "2"

== b lets a guest read and write
a   write /a 1                 = OK
    setperms /a n0 b1          = OK
d1  read /a                    = "1"
    write /a 2                 = OK
    mkdir /a/b                 = OK

== The letter of the first entry is for everybody not named
a   write /a 1                 = OK
    setperms /a r0             = OK
d1  read /a                    = "1"
    write /a 2                 = EACCES
d2  read /a                    = "1"

== An entry for a guest counts instead of the first entry's letter
a   write /a 1                 = OK
    setperms /a b0 n1          = OK
d1  read /a                    = EACCES
d2  read /a                    = "1"

== The first entry that names the guest counts
a   write /a 1                 = OK
    setperms /a n0 n1 r1       = OK
d1  read /a                    = EACCES

== The owner may do everything whatever its letter
a   write /a 1                 = OK
    setperms /a n1             = OK
d1  read /a                    = "1"
    write /a 2                 = OK
    mkdir /a/b                 = OK
    setperms /a n1 r2          = OK
    rm /a/b                    = OK

== A later entry for the owner takes nothing from it
a   write /a 1                 = OK
    setperms /a n1 n1          = OK
d1  read /a                    = "1"

== Only the owner changes permissions
a   write /a 1                 = OK
    setperms /a n0 b1          = OK
d1  setperms /a n0 b1 b2       = EACCES

== A guest cannot give its node away
@   home 1
d1  mkdir x                    = OK
    setperms x n2              = EPERM | oxen EACCES
    setperms x n0              = EPERM | oxen EACCES
    getperms x                 = n1

== A guest may list other domains
@   home 1
d1  mkdir x                    = OK
    setperms x n1 r2 b3        = OK
    getperms x                 = n1 r2 b3
d2  read /local/domain/1/x     =
    write /local/domain/1/x 1  = EACCES
d3  write /local/domain/1/x 1  = OK

== A privileged client ignores permissions
a   write /a 1                 = OK
    setperms /a n1             = OK
    read /a                    = "1"
    write /a 2                 = OK
    setperms /a n2             = OK
    rm /a                      = OK

== dom0's ring is privileged
d0  write /a 1                 = OK
    setperms /a n1             = OK
    read /a                    = "1"

== What a guest cannot see is EACCES, there or not
a   mkdir /a                   = OK
d1  read /a/none               = EACCES | oxen ENOENT
    read /none                 = EACCES | oxen ENOENT
    read /none/none            = EACCES | oxen ENOENT
    write /none 1              = EACCES
    mkdir /none                = EACCES
    rm /none                   = EACCES | oxen OK

== What is missing below something readable is ENOENT
a   mkdir /a                   = OK
    setperms /a r0             = OK
d1  read /a/none               = ENOENT
    read /a/none/deeper        = ENOENT
    directory /a/none          = ENOENT
    getperms /a/none           = ENOENT

== A missing node below something readable is still not writable
a   mkdir /a                   = OK
    setperms /a r0             = OK
d1  write /a/none 1            = EACCES
    mkdir /a/none              = EACCES

== What is hidden below something writable is told to a writer
a   write /a/b 1               = OK
    setperms /a w0             = OK
    setperms /a/b n0           = OK
d1  write /a/b 2               = EACCES
    read /a/b                  = EACCES
    read /a/none               = EACCES | oxen ENOENT

== RM needs the right to write on the node only
a   write /a/b/c 1             = OK
    setperms /a/b n1           = OK
    setperms /a/b/c n0         = OK
d1  rm /a/b                    = OK
a   read /a/b/c                = ENOENT
    directory /a               =

== RM of a missing node needs the right to write on its parent
a   mkdir /a                   = OK
    setperms /a r0             = OK
d1  rm /a/none                 = EACCES | oxen OK

== A guest may not remove the root
d1  rm /                       = EACCES

== A guest's target gives it the target's rights
@   introduce 1
@   home 2
@   introduce 2
a   write /local/domain/2/x 1  = OK
    setperms /local/domain/2/x n2 = OK
d1  read /local/domain/2/x     = EACCES
a   settarget 1 2              = OK
d1  read /local/domain/2/x     = "1"
    write /local/domain/2/x 2  = OK
    setperms /local/domain/2/x n2 r3 = OK

== A node made through a target's rights belongs to the maker
@   introduce 1
@   home 2
@   introduce 2
a   settarget 1 2              = OK
d1  mkdir /local/domain/2/y    = OK
    getperms /local/domain/2/y = n1 | oxen n2

== An entry for the target counts for the guest too
@   introduce 1
@   introduce 2
a   write /a 1                 = OK
    setperms /a n0 r2          = OK
    settarget 1 2              = OK
d1  read /a                    = "1"

== SET_PERMS naming a domain that is not there keeps the entry without effect
@   dies 7
a   mkdir /a                   = OK
    setperms /a n0 r7          = OK
    getperms /a                = n0 r7

== SET_PERMS with an owner that is not there is ENOENT
@   dies 7
a   mkdir /a                   = OK
    setperms /a n7             = ENOENT | oxen OK
    getperms /a                = n0 | oxen n7

== DOMID_ANY gives everybody a right
because c417: 4.17 does not know DOMID_ANY
a   write /a 1                 = OK
    setperms /a n0 r32757      = OK
    getperms /a                = n0 r32757
d1  read /a                    = "1" | c417 EACCES | oxen EACCES
    write /a 2                 = EACCES

== DOMID_ANY in a guest's list
because c417: 4.17 does not know DOMID_ANY
@   home 1
d1  write x 1                  = OK
    setperms x n1 r32757       = OK
    getperms x                 = n1 r32757
d2  read /local/domain/1/x     = "1" | c417 EACCES | oxen EACCES

== The entry before DOMID_ANY counts first
because c417: 4.17 does not know DOMID_ANY
a   write /a 1                 = OK
    setperms /a n0 n1 r32757   = OK
d1  read /a                    = EACCES
d2  read /a                    = "1" | c417 EACCES | oxen EACCES

== DOMID_ANY as owner gives everybody everything
because c417: 4.17 does not know DOMID_ANY
a   write /a 1                 = OK
    setperms /a n32757         = OK | c417 ENOENT
d1  write /a 2                 = OK | c417 EACCES | oxen EACCES

== GET_PERMS and SET_PERMS of the special nodes
because c417: 4.17 has no GET_PERMS of special nodes and lets nobody hear @releaseDomain
a   getperms @introduceDomain  = n0 | c417 EINVAL
    getperms @releaseDomain    = n0 r32757 | c417 EINVAL | oxen n0
    setperms @introduceDomain n0 r1 = OK
    getperms @introduceDomain  = n0 r1 | c417 EINVAL

== A guest cannot set the permissions of special nodes
because c417: 4.17 keeps special nodes outside the tree and tells a guest that they are not there
d1  setperms @releaseDomain r1 = EACCES | c417 ENOENT
    setperms @introduceDomain b0 = EACCES | c417 ENOENT

== GET_PERMS of an unknown special node is ENOENT
because c417: 4.17 has no GET_PERMS of special nodes
a   getperms @other            = ENOENT | c417 EINVAL

== Permissions are not inherited later
a   mkdir /a/b                 = OK
    setperms /a n5             = OK
    getperms /a/b              = n0

== SET_PERMS of an unknown special node is ENOENT
a   setperms @other n0         = ENOENT
