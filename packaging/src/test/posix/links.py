"""Names, the inodes they mean, and files that outlive their names."""

import errno
import os

from kit import case, equal, eventually, name_file, read, refuses, unable, write


@case
def hard_links_are_one_inode_with_the_right_count(p):
    write("a", b"one")
    os.link("a", "b")
    equal(os.stat("a").st_ino, os.stat("b").st_ino)
    eventually(lambda: os.stat("a").st_nlink == 2 and os.stat("b").st_nlink == 2)
    os.unlink("a")
    eventually(lambda: os.stat("b").st_nlink == 1)
    equal(read("b"), b"one")


@case
def what_is_written_by_one_name_is_read_at_once_by_the_other(p):
    write("a", b"one")
    os.link("a", "b")
    with open("a", "r+b", buffering=0) as a, open("b", "rb", buffering=0) as b:
        equal(b.read(), b"one")
        a.seek(0)
        a.write(b"three")
        b.seek(0)
        equal(b.read(), b"three")


@case
def a_directory_counts_its_subdirectories(p):
    equal(os.stat(".").st_nlink, 2)
    os.mkdir("a")
    os.mkdir("b")
    write("f")
    equal(os.stat(".").st_nlink, 4)
    os.rename("a", "b/a")
    equal((os.stat(".").st_nlink, os.stat("b").st_nlink), (3, 3))
    os.rmdir("b/a")
    equal(os.stat("b").st_nlink, 2)


@case
def link_refuses_what_it_must(p):
    write("f")
    os.mkdir("d")
    refuses(errno.EEXIST, os.link, "f", "d")
    refuses(errno.EEXIST, os.link, "f", "f")
    refuses(errno.EPERM, os.link, "d", "e")
    refuses(errno.ENOENT, os.link, "nothing", "e")
    refuses(errno.ENOENT, os.link, "f", "nothing/e")
    refuses(errno.ENOTDIR, os.link, "f", "f/e")


@case
def a_symbolic_link_can_be_linked_itself(p):
    os.symlink("nowhere", "s")
    os.link("s", "t", follow_symlinks=False)
    equal(os.readlink("t"), "nowhere")
    equal(os.lstat("s").st_nlink, 2)


@case
def an_unlinked_open_file_is_read_written_and_stated(p):
    write("f", b"before")
    fd = os.open("f", os.O_RDWR)
    os.unlink("f")
    equal(os.fstat(fd).st_nlink, 0)
    equal(os.pread(fd, 100, 0), b"before")
    os.pwrite(fd, b"after!!", 0)
    os.ftruncate(fd, 5)
    os.fchmod(fd, 0o600)
    equal((os.pread(fd, 100, 0), os.fstat(fd).st_size), (b"after", 5))
    equal(os.listdir("."), [])
    os.close(fd)


@case
@unable("jnr", "stated by its path, which is gone")
def a_file_unlinked_by_the_other_mount_is_read_and_written_on(p):
    write("f", b"before")
    fd = os.open("f", os.O_RDWR)
    os.unlink(p.other("f"))
    os.pwrite(fd, b"after!", 0)
    os.fsync(fd)
    equal(os.pread(fd, 100, 0), b"after!")
    eventually(lambda: os.fstat(fd).st_nlink == 0)
    os.close(fd)


@case
def a_file_replaced_while_open_is_still_the_old_one_by_its_handle(p):
    write("old", b"old")
    write("new", b"new")
    fd = os.open("old", os.O_RDWR)
    os.rename("new", "old")
    equal((os.pread(fd, 10, 0), read("old")), (b"old", b"new"))
    equal(os.fstat(fd).st_nlink, 0)
    os.close(fd)


@case
def a_file_replaced_by_the_other_mount_is_still_the_old_one_by_its_handle(p):
    write("old", b"old")
    write("new", b"new")
    fd = os.open("old", os.O_RDWR)
    os.rename(p.other("new"), p.other("old"))
    equal(os.pread(fd, 10, 0), b"old")
    os.close(fd)
    equal(read("old"), b"new")


@case
def a_removed_open_directory_is_empty_and_takes_nothing(p):
    os.mkdir("d")
    fd = os.open("d", os.O_RDONLY | os.O_DIRECTORY)
    os.rmdir("d")
    refuses(errno.ENOENT, os.open, "f", os.O_CREAT | os.O_WRONLY, dir_fd=fd)
    refuses(errno.ENOENT, os.mkdir, "e", dir_fd=fd)
    os.close(fd)


@case
@unable("jnr", "stated by its path, which is gone")
def a_removed_open_directory_can_be_stated(p):
    os.mkdir("d")
    fd = os.open("d", os.O_RDONLY | os.O_DIRECTORY)
    os.rmdir("d")
    equal(os.fstat(fd).st_nlink, 0)
    os.close(fd)


@case
def unlink_and_rmdir_refuse_what_they_must(p):
    write("f")
    os.makedirs("d/e")
    refuses(errno.EISDIR, os.unlink, "d")
    refuses(errno.ENOTDIR, os.rmdir, "f")
    refuses(errno.ENOTEMPTY, os.rmdir, "d")
    refuses(errno.EINVAL, os.rmdir, "d/.")
    refuses(errno.ENOTEMPTY, os.rmdir, "d/e/..")
    refuses(errno.ENOENT, os.unlink, "nothing")
    refuses(errno.ENOTDIR, os.unlink, "f/g")


@case
@unable("jnr", "libfuse 2 has no O_TMPFILE")
def a_temporary_file_has_no_name_until_it_is_linked(p):
    fd = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o640)
    equal((os.fstat(fd).st_nlink, os.listdir(".")), (0, []))
    os.write(fd, b"content")
    name_file(fd, "f")
    equal((os.fstat(fd).st_nlink, os.stat("f").st_mode & 0o777), (1, 0o640))
    os.close(fd)
    equal((read("f"), read(p.other("f"))), (b"content", b"content"))


@case
@unable("jnr", "libfuse 2 has no O_TMPFILE")
def a_temporary_file_that_is_exclusive_cannot_be_linked(p):
    fd = os.open(".", os.O_TMPFILE | os.O_EXCL | os.O_RDWR, 0o600)
    refuses(errno.ENOENT, name_file, fd, "f")
    os.close(fd)


@case
def a_file_whose_last_name_is_gone_gets_no_other(p):
    write("f")
    fd = os.open("f", os.O_RDWR)
    os.unlink("f")
    refuses(errno.ENOENT, name_file, fd, "g")
    os.close(fd)
