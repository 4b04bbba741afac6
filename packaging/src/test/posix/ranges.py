"""Holes, allocation, copies that share bytes, and the largest files."""

import errno
import fcntl
import os
import struct

from kit import (
    COLLAPSE,
    FICLONE,
    FICLONERANGE,
    INSERT,
    KEEP_SIZE,
    PUNCH_HOLE,
    ZERO,
    case,
    equal,
    fallocate,
    read,
    refuses,
    unable,
    unable,
    write,
)

BLOCK = 65536


def opened(content):
    fd = os.open("f", os.O_RDWR | os.O_CREAT)
    os.write(fd, content)
    return fd


def blocks(*letters):
    return b"".join(letter * BLOCK for letter in letters)


@case
def allocating_extends_the_file_unless_its_size_is_kept(p):
    fd = opened(b"x")
    fallocate(fd, KEEP_SIZE, 0, 5000)
    equal(os.fstat(fd).st_size, 1)
    fallocate(fd, 0, 1000, 4000)
    equal(os.fstat(fd).st_size, 5000)
    os.posix_fallocate(fd, 0, 100)
    equal(os.pread(fd, 6000, 0), b"x" + b"\0" * 4999)
    os.close(fd)
    equal(os.stat(p.other("f")).st_size, 5000)


@case
def impossible_allocations_are_refused(p):
    fd = opened(b"x")
    refuses(errno.EINVAL, fallocate, fd, 0, 0, 0)
    refuses(errno.EINVAL, fallocate, fd, 0, -1, 10)
    refuses(errno.EFBIG, fallocate, fd, 0, 2**63 - 10, 100)
    refuses(errno.EOPNOTSUPP, fallocate, fd, PUNCH_HOLE, 0, 10)
    os.close(fd)
    fd = os.open("f", os.O_RDONLY)
    refuses(errno.EBADF, fallocate, fd, 0, 0, 10)
    os.close(fd)


@case
def a_punched_hole_reads_as_zeros_and_frees_its_room(p):
    fd = opened(blocks(b"a", b"b", b"c"))
    os.fsync(fd)
    before = os.fstat(fd).st_blocks
    fallocate(fd, PUNCH_HOLE | KEEP_SIZE, BLOCK, BLOCK)
    equal(os.pread(fd, 4 * BLOCK, 0), blocks(b"a", b"\0", b"c"))
    os.fsync(fd)
    equal(before - os.fstat(fd).st_blocks, BLOCK // 512)
    fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 3 * BLOCK - 10, BLOCK)
    equal((os.fstat(fd).st_size, os.pread(fd, 20, 3 * BLOCK - 15)), (3 * BLOCK, b"ccccc" + b"\0" * 10))
    os.close(fd)
    equal(read(p.other("f"))[:5], b"aaaaa")


@case
def a_zeroed_range_reads_as_zeros_and_may_extend_the_file(p):
    fd = opened(blocks(b"a", b"b"))
    fallocate(fd, ZERO | KEEP_SIZE, BLOCK + 5, 2 * BLOCK)
    equal(os.fstat(fd).st_size, 2 * BLOCK)
    fallocate(fd, ZERO, BLOCK, 2 * BLOCK)
    equal(os.pread(fd, 4 * BLOCK, 0), blocks(b"a", b"\0", b"\0"))
    os.close(fd)


@case
@unable("mounts", "Linux does not hand these modes to a FUSE filesystem")
def a_collapsed_range_is_gone(p):
    fd = opened(blocks(b"a", b"b", b"c"))
    fallocate(fd, COLLAPSE, BLOCK, BLOCK)
    equal(os.pread(fd, 4 * BLOCK, 0), blocks(b"a", b"c"))
    refuses(errno.EINVAL, fallocate, fd, COLLAPSE, BLOCK, BLOCK)
    refuses(errno.EINVAL, fallocate, fd, COLLAPSE, 1, BLOCK)
    os.close(fd)


@case
@unable("mounts", "Linux does not hand these modes to a FUSE filesystem")
def an_inserted_range_is_a_hole(p):
    fd = opened(blocks(b"a", b"b"))
    fallocate(fd, INSERT, BLOCK, BLOCK)
    equal(os.pread(fd, 4 * BLOCK, 0), blocks(b"a", b"\0", b"b"))
    refuses(errno.EINVAL, fallocate, fd, INSERT, 3 * BLOCK, BLOCK)
    os.close(fd)


@case
@unable("jnr", "libfuse 2 has no lseek, so all is data")
def data_and_holes_are_found(p):
    fd = os.open("f", os.O_RDWR | os.O_CREAT)
    os.pwrite(fd, b"a" * BLOCK, BLOCK)
    os.pwrite(fd, b"b" * BLOCK, 4 * BLOCK)
    os.ftruncate(fd, 7 * BLOCK)
    for again in (False, True):
        equal(os.lseek(fd, 0, os.SEEK_DATA), BLOCK)
        equal(os.lseek(fd, BLOCK + 5, os.SEEK_DATA), BLOCK + 5)
        equal(os.lseek(fd, BLOCK, os.SEEK_HOLE), 2 * BLOCK)
        equal(os.lseek(fd, 3 * BLOCK, os.SEEK_HOLE), 3 * BLOCK)
        equal(os.lseek(fd, 3 * BLOCK, os.SEEK_DATA), 4 * BLOCK)
        equal(os.lseek(fd, 4 * BLOCK, os.SEEK_HOLE), 5 * BLOCK)
        refuses(errno.ENXIO, os.lseek, fd, 5 * BLOCK, os.SEEK_DATA)
        refuses(errno.ENXIO, os.lseek, fd, 7 * BLOCK, os.SEEK_HOLE)
        os.fsync(fd)
    os.ftruncate(fd, 5 * BLOCK)
    equal(os.lseek(fd, 4 * BLOCK, os.SEEK_HOLE), 5 * BLOCK)
    os.close(fd)


@case
def ranges_are_copied_within_the_filesystem(p):
    source = opened(blocks(b"a", b"b", b"c"))
    os.fsync(source)
    target = os.open("g", os.O_RDWR | os.O_CREAT)
    copied = 0
    while copied < 2 * BLOCK:
        copied += os.copy_file_range(source, target, 2 * BLOCK - copied, BLOCK + copied, copied)
    equal(os.pread(target, 4 * BLOCK, 0), blocks(b"b", b"c"))
    equal(os.copy_file_range(source, target, 100, 3 * BLOCK, 0), 0)
    refuses(errno.EINVAL, os.copy_file_range, source, source, BLOCK, 0, 10)
    os.pwrite(source, b"changed", BLOCK)
    equal(os.pread(target, 3, 0), b"bbb")
    os.close(source)
    os.close(target)
    equal(read(p.other("g")), blocks(b"b", b"c"))


@case
def a_copy_of_what_was_just_written_is_right(p):
    source = opened(b"just written")
    target = os.open("g", os.O_RDWR | os.O_CREAT)
    os.write(target, b"0123456789abcdefghij")
    equal(os.copy_file_range(source, target, 100, 0, 4), 12)
    os.close(source)
    os.close(target)
    equal(read("g"), b"0123just writtenghij")


@case
@unable("mounts", "Linux does not hand FICLONE to a FUSE filesystem; copy_file_range does the same")
@unable("local", "it has no reflinks")
def a_file_is_cloned(p):
    source = opened(blocks(b"a", b"b"))
    target = os.open("g", os.O_RDWR | os.O_CREAT)
    fcntl.ioctl(target, FICLONE, source)
    fcntl.ioctl(target, FICLONERANGE, struct.pack("qQQQ", source, 0, BLOCK, 2 * BLOCK))
    equal(os.pread(target, 4 * BLOCK, 0), blocks(b"a", b"b", b"a"))
    os.close(source)
    os.close(target)


@case
def files_are_sparse_up_to_the_largest_size(p):
    fd = os.open("f", os.O_RDWR | os.O_CREAT)
    equal(os.pwrite(fd, b"end", p.largest - 3), 3)
    found = os.fstat(fd)
    equal(found.st_size, p.largest)
    equal(os.pread(fd, 5, p.largest - 5), b"\0\0end")
    os.close(fd)
    assert os.stat("f").st_blocks < 1000
    equal(os.stat(p.other("f")).st_size, p.largest)


@case
def nothing_is_written_past_the_largest_size(p):
    fd = os.open("f", os.O_RDWR | os.O_CREAT)
    os.ftruncate(fd, p.largest)
    if p.largest < 2**63 - 1:
        refuses(errno.EFBIG, os.pwrite, fd, b"x", p.largest)
        equal(os.pwrite(fd, b"xyz", p.largest - 1), 1)
    else:
        # Linux itself knows no offset past this one.
        refuses(errno.EINVAL, os.pwrite, fd, b"x", p.largest)
        equal(os.pwrite(fd, b"x", p.largest - 1), 1)
    os.close(fd)


@case
def a_shrunk_file_grows_again_with_zeros(p):
    fd = opened(b"a" * 10000)
    os.ftruncate(fd, 10)
    os.ftruncate(fd, 20)
    equal(os.pread(fd, 100, 0), b"a" * 10 + b"\0" * 10)
    os.pwrite(fd, b"z", 50)
    equal(os.pread(fd, 100, 20), b"\0" * 30 + b"z")
    os.close(fd)
    equal(len(read(p.other("f"))), 51)
