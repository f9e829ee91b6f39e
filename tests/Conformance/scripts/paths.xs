# Which paths are good, and what a relative one means.

== Letters, digits, minus, slash, underscore and at sign are allowed
a   write /aZ09-_@/b 1         = OK
    read /aZ09-_@/b            = "1"

== A plus sign is EINVAL
a   write /a+b 1               = EINVAL

== A dot is EINVAL
a   write /a.b 1               = EINVAL

== A colon is EINVAL
a   write /a:b 1               = EINVAL

== A blank is EINVAL
a   write "/a b" 1             = EINVAL

== A byte above 127 is EINVAL
a   write "/a\xe4" 1           = EINVAL

== A control character is EINVAL
a   write "/a\nb" 1            = EINVAL

== A double slash is EINVAL
a   write /a//b 1              = EINVAL
    read //a                   = EINVAL

== A slash at the end is EINVAL
a   mkdir /a                   = OK
    read /a/                   = EINVAL
    write /a/ 1                = EINVAL

== An empty path is EINVAL
a   read ""                    = EINVAL
    write "" 1                 = EINVAL
    mkdir ""                   = EINVAL
    directory ""               = EINVAL
    rm ""                      = EINVAL
    getperms ""                = EINVAL

== A path of a special node is no path for READ, WRITE, MKDIR, RM and DIRECTORY
a   read @releaseDomain        = EINVAL | oxen 
    write @releaseDomain 1     = EINVAL | oxen OK
    mkdir @releaseDomain       = EINVAL | oxen OK
    rm @releaseDomain          = EINVAL | oxen OK
    directory @releaseDomain   = EINVAL | oxen ENOENT

== A bad path is EINVAL for every request
absent oxen: the message
a   directory /a+              = EINVAL
    read /a+                   = EINVAL
    getperms /a+               = EINVAL
    mkdir /a+                  = EINVAL
    rm /a+                     = EINVAL
    setperms /a+ n0            = EINVAL
    watch /a+ t                = EINVAL
    directorypart /a+ 0        = EINVAL

== UNWATCH of a bad path is EINVAL
because c417: 4.17 does not check the path of UNWATCH
a   unwatch /a+ t              = EINVAL | c417 ENOENT | oxen ENOENT

== A relative path of a socket client lies below dom0's home
a   write rel 1                = OK
    read /local/domain/0/rel   = "1"
    read rel                   = "1"

== A relative path of a guest lies below its home
@   home 1
a   write /local/domain/1/x 1  = OK
d1  read x                     = "1"
    write x/y 2                = OK
a   read /local/domain/1/x/y   = "2"

== A name with dashes only is a name
a   write /- 1                 = OK
    write /-- 2                = OK
    directory /                = tool - -- | oxen - -- @introduceDomain @releaseDomain local tool

== The root cannot be given by two slashes
a   directory //               = EINVAL

== A path of 2048 characters is taken from a socket client
a   write /"a"*2047 1          = OK | oxen EINVAL
    read /"a"*2047             = "1" | oxen EINVAL

== A socket client's path has no limit but the payload's
because c417: 4.17 holds everybody to path-max; later versions only guests
a   write /"a"*3999 1          = OK | c417 EINVAL | oxen EINVAL
    read /"a"*3999             = "1" | c417 EINVAL | oxen EINVAL

== A guest's absolute path of 2048 characters is taken
a   setperms / r0              = OK
d1  read /"a"*2047             = ENOENT | oxen EINVAL

== A guest's absolute path of 2049 characters is EINVAL
a   setperms / r0              = OK
d1  read /"a"*2048             = EINVAL

== A guest's relative path of 2048 characters is taken
@   home 1
d1  read "a"*2048              = ENOENT | oxen EINVAL

== A guest's relative path of 2049 characters is EINVAL
@   home 1
d1  read "a"*2049              = EINVAL

== The path limit does not count /local/domain/N/
@   home 1
d1  read /local/domain/1/"a"*2048     = ENOENT | oxen EINVAL
    read /local/domain/1/"a"*2049     = EINVAL
    read /local/domain/32000/"a"*2048 = EACCES | oxen EINVAL
    read /local/domain/32000/"a"*2049 = EINVAL

== The path limit counts /local/domain/x/ when x is no domid
a   setperms / r0              = OK
d1  read /local/domain/xy/"a"*2031    = ENOENT | oxen EINVAL
    read /local/domain/xy/"a"*2048    = EINVAL

== Names of a path are compared as a whole
a   write /ab 1                = OK
    read /a                    = ENOENT
    write /a 2                 = OK
    read /ab                   = "1"

== The names in a path know upper and lower case
a   write /Name 1              = OK
    read /name                 = ENOENT

== A deep path is made level by level
a   write /a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p 1  = OK
    directory /a/b/c/d/e/f/g/h/i/j/k/l/m/n/o  = p
    rm /a                                     = OK
    read /a                                   = ENOENT
