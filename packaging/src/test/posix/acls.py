"""POSIX access control lists, as their attributes carry them."""

import errno
import os
import struct

from kit import ANN, BOB, STAFF, case, equal, eventually, permissions, read, refuses, unable, user, write

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
OWNER, USER, GROUP, NAMED_GROUP, MASK, OTHER = 1, 2, 4, 8, 16, 32


def acl(*entries):
    """The attribute's value for entries of (tag, permissions[, id])."""
    packed = struct.pack("<I", 2)
    for entry in entries:
        tag, granted, *who = entry
        packed += struct.pack("<HHI", tag, granted, who[0] if who else 0xFFFFFFFF)
    return packed


def with_bob(granted, mask=7, group=0, other=0):
    return acl((OWNER, 6), (USER, granted, BOB), (GROUP, group), (MASK, mask), (OTHER, other))


def made(name="f"):
    write(name, b"x")
    os.chown(name, ANN, ANN)
    return name


@case
@unable("jnr", "libfuse 2 has no ACLs")
def an_acl_grants_a_user_what_the_mode_does_not(p):
    os.setxattr(made(), ACCESS, with_bob(4))
    user(BOB, action=lambda: equal(read("f"), b"x"))
    user(BOB, action=lambda: refuses(errno.EACCES, os.open, "f", os.O_WRONLY))
    user(STAFF, action=lambda: refuses(errno.EACCES, read, "f"))


@case
@unable("jnr", "libfuse 2 has no ACLs")
def an_acl_grants_a_group(p):
    entries = acl((OWNER, 6), (GROUP, 0), (NAMED_GROUP, 6, STAFF), (MASK, 6), (OTHER, 0))
    os.setxattr(made(), ACCESS, entries)
    user(BOB, action=lambda: refuses(errno.EACCES, read, "f"))
    user(BOB, groups=[STAFF], action=lambda: write("f", b"y"))


@case
@unable("jnr", "libfuse 2 has no ACLs")
def an_acl_can_take_from_one_user_what_all_others_may(p):
    os.setxattr(made(), ACCESS, with_bob(0, other=4))
    user(BOB, action=lambda: refuses(errno.EACCES, read, "f"))
    user(STAFF, action=lambda: equal(read("f"), b"x"))


@case
@unable("jnr", "libfuse 2 has no ACLs")
def the_mask_limits_and_is_the_groups_part_of_the_mode(p):
    os.setxattr(made(), ACCESS, with_bob(6, mask=4))
    equal(permissions("f"), 0o640)
    user(BOB, action=lambda: refuses(errno.EACCES, os.open, "f", os.O_WRONLY))
    os.chmod("f", 0o660)
    user(BOB, action=lambda: write("f", b"y"))
    equal(os.getxattr("f", ACCESS), with_bob(6, mask=6))


@case
@unable("jnr", "libfuse 2 has no ACLs")
def an_acl_of_three_entries_is_the_mode(p):
    os.setxattr(made(), ACCESS, with_bob(6))
    os.setxattr("f", ACCESS, acl((OWNER, 7), (GROUP, 5), (OTHER, 1)))
    equal(permissions("f"), 0o751)
    refuses(errno.ENODATA, os.getxattr, "f", ACCESS)


@case
@unable("jnr", "libfuse 2 has no ACLs")
def an_acl_is_read_back_listed_and_removed(p):
    made()
    refuses(errno.ENODATA, os.getxattr, "f", ACCESS)
    os.setxattr("f", ACCESS, with_bob(6))
    equal((os.getxattr("f", ACCESS), os.listxattr("f")), (with_bob(6), [ACCESS]))
    os.removexattr("f", ACCESS)
    equal(os.listxattr("f"), [])
    os.chmod("f", 0o600)
    user(BOB, action=lambda: refuses(errno.EACCES, read, "f"))


@case
@unable("jnr", "libfuse 2 has no ACLs")
def a_default_acl_takes_the_umasks_place(p):
    os.mkdir("d")
    os.setxattr("d", DEFAULT, with_bob(7, mask=7, group=5))
    os.umask(0o077)
    write("d/f", mode=0o666)
    equal(permissions("d/f"), 0o660)
    equal(os.getxattr("d/f", ACCESS), with_bob(7, mask=6, group=5))
    refuses(errno.ENODATA, os.getxattr, "d/f", DEFAULT)
    os.mkfifo("d/p", 0o640)
    equal(permissions("d/p"), 0o640)


@case
@unable("jnr", "libfuse 2 has no ACLs")
def a_default_acl_is_given_on_to_directories(p):
    os.mkdir("d")
    os.setxattr("d", DEFAULT, with_bob(7))
    os.mkdir("d/e", 0o755)
    equal(os.getxattr("d/e", DEFAULT), with_bob(7))
    write("d/e/f", mode=0o666)
    equal(permissions("d/e/f"), 0o660)


@case
@unable("jnr", "libfuse 2 has no ACLs")
def a_temporary_file_inherits_a_default_acl(p):
    os.mkdir("d")
    os.setxattr("d", DEFAULT, with_bob(7))
    fd = os.open("d", os.O_TMPFILE | os.O_RDWR, 0o640)
    equal(os.getxattr(fd, ACCESS), with_bob(7, mask=4))
    os.close(fd)


@case
@unable("jnr", "libfuse 2 has no ACLs")
def only_the_owner_changes_an_acl(p):
    made()
    user(BOB, action=lambda: refuses(errno.EPERM, os.setxattr, "f", ACCESS, with_bob(7)))
    user(ANN, action=lambda: os.setxattr("f", ACCESS, with_bob(4)))


@case
def acls_that_make_no_sense_are_refused(p):
    made()
    refuses(errno.EINVAL, os.setxattr, "f", ACCESS, acl((OWNER, 6), (USER, 4, BOB), (GROUP, 0), (OTHER, 0)))
    refuses(errno.EINVAL, os.setxattr, "f", ACCESS, acl((GROUP, 0), (OWNER, 6), (OTHER, 0)))
    refuses(errno.EINVAL, os.setxattr, "f", ACCESS, acl((OWNER, 6))[:-1])
    refuses(errno.EACCES, os.setxattr, "f", DEFAULT, with_bob(4))
    os.symlink("f", "s")
    refuses(errno.EOPNOTSUPP, os.setxattr, "s", ACCESS, with_bob(4), follow_symlinks=False)


@case
@unable("jnr", "libfuse 2 has no ACLs")
def setting_an_acl_by_a_stranger_to_the_group_takes_setgid_away(p):
    made()
    os.chown("f", ANN, STAFF)
    os.chmod("f", 0o2755)
    user(ANN, action=lambda: os.setxattr("f", ACCESS, with_bob(4)))
    equal(permissions("f") & 0o2000, 0)


@case
@unable("jnr", "libfuse 2 has no ACLs")
def an_acl_set_on_the_other_mount_counts_here_soon(p):
    os.chmod(made(), 0o600)
    user(BOB, action=lambda: refuses(errno.EACCES, read, "f"))
    os.setxattr(p.other("f"), ACCESS, with_bob(4))

    def granted():
        try:
            user(BOB, action=lambda: equal(read("f"), b"x"))
            return True
        except AssertionError:
            return False

    eventually(granted)
