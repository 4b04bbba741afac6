"""Extended attributes."""

import ctypes
import errno
import os

from kit import ANN, called, case, equal, libc, refuses, user, write


@case
def attributes_are_set_read_listed_and_removed(p):
    write("f")
    os.setxattr("f", "user.a", b"one")
    os.setxattr("f", "user.b", b"")
    os.setxattr("f", "user.a", b"two\0bytes")
    equal((os.getxattr("f", "user.a"), os.getxattr("f", "user.b")), (b"two\0bytes", b""))
    equal(sorted(os.listxattr("f")), ["user.a", "user.b"])
    os.removexattr("f", "user.a")
    refuses(errno.ENODATA, os.getxattr, "f", "user.a")
    refuses(errno.ENODATA, os.removexattr, "f", "user.a")
    equal(os.listxattr(p.other("f")), ["user.b"])


@case
def the_flags_make_only_new_ones_or_only_replace(p):
    write("f")
    refuses(errno.ENODATA, os.setxattr, "f", "user.a", b"1", os.XATTR_REPLACE)
    os.setxattr("f", "user.a", b"1", os.XATTR_CREATE)
    refuses(errno.EEXIST, os.setxattr, "f", "user.a", b"2", os.XATTR_CREATE)
    os.setxattr("f", "user.a", b"3", os.XATTR_REPLACE)
    equal(os.getxattr("f", "user.a"), b"3")


@case
def sizes_are_told_and_kept(p):
    write("f")
    os.setxattr("f", "user.a", b"x" * 3000)
    equal(called(libc.getxattr(b"f", b"user.a", None, 0)), 3000)
    buffer = ctypes.create_string_buffer(10)
    refuses(errno.ERANGE, lambda: called(libc.getxattr(b"f", b"user.a", buffer, 10)))
    refuses(errno.ERANGE, lambda: called(libc.listxattr(b"f", buffer, 3)))
    refuses(errno.E2BIG, os.setxattr, "f", "user.b", b"x" * 65537)
    refuses(errno.ERANGE, os.setxattr, "f", "user." + "n" * 251, b"")
    os.setxattr("f", "user." + "n" * 250, b"")


@case
def names_need_a_known_namespace(p):
    write("f")
    for name in ("nospace", "other.name", "system.name"):
        refuses(errno.EOPNOTSUPP, os.setxattr, "f", name, b"")
    refuses(errno.EOPNOTSUPP, os.getxattr, "f", "other.name")


@case
def user_attributes_are_for_files_and_directories(p):
    os.mkdir("d")
    os.setxattr("d", "user.a", b"1")
    os.mkfifo("p")
    os.symlink("d", "s")
    refuses(errno.EPERM, os.setxattr, "p", "user.a", b"1")
    refuses(errno.EPERM, os.setxattr, "s", "user.a", b"1", follow_symlinks=False)
    os.setxattr("s", "trusted.a", b"1", follow_symlinks=False)


@case
def user_attributes_need_the_files_permissions(p):
    write("f", mode=0o644)
    os.setxattr("f", "user.a", b"1")

    def try_it():
        equal(os.getxattr("f", "user.a"), b"1")
        refuses(errno.EACCES, os.setxattr, "f", "user.a", b"2")
        refuses(errno.EACCES, os.removexattr, "f", "user.a")

    user(ANN, action=try_it)
    os.chmod("f", 0o600)
    user(ANN, action=lambda: refuses(errno.EACCES, os.getxattr, "f", "user.a"))


@case
def user_attributes_of_a_sticky_directory_are_its_owners(p):
    os.mkdir("d")
    os.chmod("d", 0o1777)
    user(ANN, action=lambda: refuses(errno.EPERM, os.setxattr, "d", "user.a", b"1"))


@case
def trusted_attributes_are_hidden_from_users(p):
    write("f", mode=0o666)
    os.chown("f", ANN, ANN)
    os.setxattr("f", "trusted.a", b"1")

    def try_it():
        refuses(errno.ENODATA, os.getxattr, "f", "trusted.a")
        refuses(errno.EPERM, os.setxattr, "f", "trusted.a", b"2")
        equal(os.listxattr("f"), [])

    user(ANN, action=try_it)
    equal((os.getxattr("f", "trusted.a"), os.listxattr("f")), (b"1", ["trusted.a"]))


@case
def security_attributes_are_read_by_all_and_set_by_root(p):
    write("f", mode=0o666)
    os.chown("f", ANN, ANN)
    os.setxattr("f", "security.test", b"1")

    def try_it():
        equal(os.getxattr("f", "security.test"), b"1")
        refuses(errno.EPERM, os.setxattr, "f", "security.test", b"2")

    user(ANN, action=try_it)


@case
def attributes_go_with_the_inode_not_with_the_name(p):
    write("f")
    os.setxattr("f", "user.a", b"1")
    os.link("f", "g")
    os.rename("f", "h")
    equal(os.getxattr("g", "user.a"), b"1")
    fd = os.open("h", os.O_RDWR)
    os.unlink("g")
    os.unlink("h")
    write("h")
    refuses(errno.ENODATA, os.getxattr, "h", "user.a")
    os.close(fd)
