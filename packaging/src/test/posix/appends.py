"""O_APPEND, also between mounts."""

import fcntl
import os
import struct

from kit import case, equal, forked, read, succeeds, write

RECORDS = 100


@case
def an_append_goes_to_the_end_wherever_the_offset_is(p):
    write("f", b"start")
    fd = os.open("f", os.O_RDWR | os.O_APPEND)
    os.lseek(fd, 0, os.SEEK_SET)
    os.write(fd, b" one")
    os.pwrite(fd, b" two", 0)
    equal(os.pread(fd, 100, 0), b"start one two")
    os.close(fd)


@case
def appending_can_be_turned_on_and_off(p):
    fd = os.open("f", os.O_RDWR | os.O_CREAT)
    os.write(fd, b"12345")
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_APPEND)
    os.lseek(fd, 0, os.SEEK_SET)
    os.write(fd, b"67")
    fcntl.fcntl(fd, fcntl.F_SETFL, 0)
    os.pwrite(fd, b"x", 0)
    equal(os.pread(fd, 100, 0), b"x234567")
    os.close(fd)


def append_records(path, mark, sizes):
    """Records of their mark and length, then that many times the mark."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND)
    for i, size in enumerate(sizes):
        equal(os.write(fd, struct.pack("<BI", mark, size) + bytes([mark]) * size), size + 5)
        if i % 7 == 0:
            os.fsync(fd)
    os.close(fd)


def check_records(content, writers, records):
    seen = {mark: 0 for mark in writers}
    at = 0
    while at < len(content):
        mark, size = struct.unpack_from("<BI", content, at)
        assert content[at + 5 : at + 5 + size] == bytes([mark]) * size, f"a torn record at {at}"
        seen[mark] += 1
        at += 5 + size
    equal(seen, {mark: records for mark in writers})


@case
def appends_of_two_mounts_are_all_there_and_none_is_torn(p):
    write("log")
    sizes = [(i * 37) % 900 for i in range(RECORDS)]
    pids = [
        forked(lambda: append_records(path, mark, sizes), wait=False)
        for mark, path in ((1, "log"), (2, p.other("log")), (3, "log"), (4, p.other("log")))
    ]
    for pid in pids:
        succeeds(pid)
    check_records(read(p.other("log")), [1, 2, 3, 4], RECORDS)
    check_records(read("log"), [1, 2, 3, 4], RECORDS)


@case
def large_appends_of_two_mounts_stay_whole(p):
    write("log")
    sizes = [100_000, 120_000, 90_000] * 3
    pids = [
        forked(lambda: append_records(path, mark, sizes), wait=False)
        for mark, path in ((1, "log"), (2, p.other("log")))
    ]
    for pid in pids:
        succeeds(pid)
    check_records(read("log"), [1, 2], len(sizes))


@case
def what_was_appended_is_seen_by_its_own_handle(p):
    mine = os.open("f", os.O_RDWR | os.O_CREAT | os.O_APPEND)
    theirs = os.open(p.other("f"), os.O_RDWR | os.O_APPEND)
    os.write(mine, b"one ")
    os.fsync(mine)
    os.write(theirs, b"two ")
    os.fsync(theirs)
    os.write(mine, b"three ")
    os.fsync(mine)
    os.close(mine)
    os.close(theirs)
    equal(read("f"), b"one two three ")
