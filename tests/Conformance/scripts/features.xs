# GET_FEATURE and SET_FEATURE.

== The features of this daemon
absent c417: GET_FEATURE
absent oxen: GET_FEATURE
a   raw getfeature ""          = 15

== The features of a domain
absent c417: GET_FEATURE
absent oxen: GET_FEATURE
@   introduce 1
a   getfeature 1               = 15

== A guest may ask for the daemon's features
absent c417: GET_FEATURE
absent oxen: GET_FEATURE
d1  raw getfeature ""          = 15

== A guest may not ask for a domain's features
absent c417: GET_FEATURE
absent oxen: GET_FEATURE
d1  getfeature 2               = EACCES

== A guest may not set features
absent c417: SET_FEATURE
absent oxen: SET_FEATURE
d1  setfeature 1 0             = EACCES

== SET_FEATURE before the introduction shows in the ring
absent c417: SET_FEATURE
absent oxen: SET_FEATURE
a   setfeature 1 2             = OK
    getfeature 1               = 2
d1  peek features              = 2

== SET_FEATURE after the introduction is EBUSY
absent c417: SET_FEATURE
absent oxen: SET_FEATURE
@   introduce 1
a   setfeature 1 2             = EBUSY
    getfeature 1               = 15

== SET_FEATURE of an unknown bit is EINVAL
absent c417: SET_FEATURE
absent oxen: SET_FEATURE
a   setfeature 1 1024          = EINVAL

== SET_FEATURE of an unknown bit after the introduction is EBUSY
absent c417: SET_FEATURE
absent oxen: SET_FEATURE
@   introduce 1
a   setfeature 1 1024          = EBUSY

== A guest that asks for features in other words is refused just so
absent c417: GET_FEATURE
absent oxen: GET_FEATURE
d1  getfeature x               = EACCES
    getfeature 1 2             = EACCES

== SET_FEATURE for a domain that does not exist is ENOENT
absent c417: SET_FEATURE
absent oxen: SET_FEATURE
@   dies 1
a   setfeature 1 2             = ENOENT

== A domain without the watch depth feature has no watch depth
absent c417: SET_FEATURE
absent oxen: SET_FEATURE
a   setfeature 1 2             = OK
d1  watch /a t 1               = EINVAL
    watch /a t                 = OK
                               < /a t

== SET_FEATURE with one string is EINVAL
absent c417: SET_FEATURE
absent oxen: SET_FEATURE
a   setfeature 1               = EINVAL

== The feature messages are ENOSYS where they are unknown
because c417: they came with 4.21
a   getfeature 0               = * | c417,oxen ENOSYS
    setfeature 5 2             = OK | c417,oxen ENOSYS
