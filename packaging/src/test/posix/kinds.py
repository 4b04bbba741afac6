"""FIFOs, sockets, devices, and what is said of whole filesystems."""

import errno
import mmap
import os
import socket
import stat

from kit import ANN, called, case, equal, forked, libc, refuses, user, write


@case
def a_fifo_joins_two_processes(p):
    os.mkfifo("fifo", 0o600)
    assert stat.S_ISFIFO(os.stat("fifo").st_mode)
    pid = forked(lambda: write("fifo", b"through"), wait=False)
    with open("fifo", "rb") as fifo:
        equal(fifo.read(), b"through")
    os.waitpid(pid, 0)


@case
def a_socket_is_bound_and_connected_to(p):
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("socket")
        server.listen()
        assert stat.S_ISSOCK(os.stat("socket").st_mode)
        client.connect("socket")
        accepted = server.accept()[0]
        client.send(b"hello")
        equal(accepted.recv(5), b"hello")
        accepted.close()


@case
def device_files_keep_their_numbers(p):
    for kind in (stat.S_IFCHR, stat.S_IFBLK):
        name = f"d{kind}"
        os.mknod(name, kind | 0o640, os.makedev(7, 300))
        found = os.stat(p.other(name))
        equal((stat.S_IFMT(found.st_mode), found.st_rdev), (kind, os.makedev(7, 300)))


@case
def only_root_makes_device_files(p):
    def try_it():
        refuses(errno.EPERM, os.mknod, "d", stat.S_IFCHR | 0o600, os.makedev(1, 3))
        os.mkfifo("fifo")

    user(ANN, action=try_it)


@case
def statvfs_tells_the_longest_name_and_free_room(p):
    found = os.statvfs(".")
    equal(found.f_namemax, 255)
    assert 0 < found.f_bavail <= found.f_bfree <= found.f_blocks
    assert found.f_frsize > 0


@case
def everything_can_be_synced(p):
    fd = os.open("f", os.O_RDWR | os.O_CREAT)
    os.write(fd, b"x")
    os.fdatasync(fd)
    os.fsync(fd)
    called(libc.syncfs(fd))
    directory = os.open(".", os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    os.close(fd)


@case
def synchronous_writes_are_on_the_other_mount_at_once(p):
    for name, flag in (("a", os.O_SYNC), ("b", os.O_DSYNC)):
        fd = os.open(name, os.O_WRONLY | os.O_CREAT | flag)
        os.write(fd, b"synced")
        with open(p.other(name), "rb") as other:
            equal(other.read(), b"synced")
        os.close(fd)


@case
def direct_io_reads_what_was_written(p):
    page = mmap.mmap(-1, 8192)
    page.write(b"d" * 8192)
    fd = os.open("f", os.O_RDWR | os.O_CREAT | os.O_DIRECT)
    equal(os.writev(fd, [page]), 8192)
    back = mmap.mmap(-1, 8192)
    equal(os.preadv(fd, [back], 0), 8192)
    equal(back[:], b"d" * 8192)
    os.close(fd)
