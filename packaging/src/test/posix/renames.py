"""rename(2) and renameat2(2)."""

import errno
import os

from kit import EXCHANGE, NOREPLACE, case, equal, read, refuses, unable, renameat2, write


@case
def rename_replaces_a_file(p):
    write("a", b"a")
    write("b", b"b")
    os.rename("a", "b")
    equal((os.listdir("."), read("b")), (["b"], b"a"))


@case
def rename_of_a_directory_moves_its_parent_entry_along(p):
    os.makedirs("a/d")
    os.mkdir("b")
    os.rename("a/d", "b/d")
    equal(os.stat("b/d/..").st_ino, os.stat("b").st_ino)
    equal((os.stat("a").st_nlink, os.stat("b").st_nlink), (2, 3))


@case
def rename_replaces_an_empty_directory_only(p):
    os.mkdir("a")
    os.mkdir("empty")
    os.makedirs("full/x")
    refuses(errno.ENOTEMPTY, os.rename, "a", "full")
    os.rename("a", "empty")
    equal(sorted(os.listdir(".")), ["empty", "full"])


@case
def rename_refuses_files_for_directories_and_the_reverse(p):
    write("f")
    os.mkdir("d")
    refuses(errno.EISDIR, os.rename, "f", "d")
    refuses(errno.ENOTDIR, os.rename, "d", "f")
    refuses(errno.ENOTDIR, os.rename, "f/x", "g")
    refuses(errno.ENOENT, os.rename, "nothing", "g")


@case
def rename_refuses_a_directory_below_itself(p):
    os.makedirs("a/b")
    refuses(errno.EINVAL, os.rename, "a", "a/b/c")
    refuses(errno.EINVAL, os.rename, "a", "a/a")
    refuses(errno.ENOTEMPTY, os.rename, "a/b", "a")
    refuses(errno.EBUSY, os.rename, "a/.", "c")
    refuses(errno.EBUSY, os.rename, "a/b/..", "c")


@case
def rename_between_names_of_one_inode_does_nothing(p):
    write("a")
    os.link("a", "b")
    os.rename("a", "b")
    equal(sorted(os.listdir(".")), ["a", "b"])


@case
@unable("jnr", "libfuse 2 has no flags of rename")
def rename_noreplace_never_replaces(p):
    write("a", b"a")
    write("b", b"b")
    refuses(errno.EEXIST, renameat2, "a", "b", NOREPLACE)
    renameat2("a", "c", NOREPLACE)
    equal((read("c"), read("b")), (b"a", b"b"))
    refuses(errno.EINVAL, renameat2, "b", "c", NOREPLACE | EXCHANGE)


@case
def rename_noreplace_sees_what_the_other_mount_made(p):
    write("a", b"a")
    refuses(errno.ENOENT, os.stat, "b")
    write(p.other("b"), b"b")
    refuses(errno.EEXIST, renameat2, "a", "b", NOREPLACE)


@case
@unable("jnr", "libfuse 2 has no flags of rename")
def rename_exchanges_a_file_and_a_directory(p):
    write("f", b"f")
    os.makedirs("d/x")
    os.mkdir("e")
    os.rename("f", "e/f")
    renameat2("e/f", "d", EXCHANGE)
    equal((read("d"), os.listdir("e/f")), (b"f", ["x"]))
    equal(os.stat("e/f/..").st_ino, os.stat("e").st_ino)
    equal((os.stat(".").st_nlink, os.stat("e").st_nlink), (3, 3))
    refuses(errno.ENOENT, renameat2, "d", "nothing", EXCHANGE)


@case
def an_exchange_refuses_a_directory_below_itself(p):
    os.makedirs("a/b")
    refuses(errno.EINVAL, renameat2, "a", "a/b", EXCHANGE)
    refuses(errno.EINVAL, renameat2, "a/b", "a", EXCHANGE)
