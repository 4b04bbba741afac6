"""mmap(2)."""

import mmap
import os
import signal

from kit import case, equal, forked, read, write

PAGE = mmap.PAGESIZE


@case
def what_is_stored_in_a_shared_mapping_is_read_and_what_is_written_is_loaded(p):
    write("f", b"a" * 2 * PAGE)
    fd = os.open("f", os.O_RDWR)
    with mmap.mmap(fd, 0) as memory:
        memory[0:5] = b"store"
        equal(os.pread(fd, 7, 0), b"storeaa")
        os.pwrite(fd, b"write", PAGE)
        equal(memory[PAGE : PAGE + 7], b"writeaa")
    os.close(fd)
    equal(read("f")[:7], b"storeaa")


@case
def a_private_mapping_does_not_change_the_file(p):
    write("f", b"a" * PAGE)
    fd = os.open("f", os.O_RDONLY)
    with mmap.mmap(fd, 0, access=mmap.ACCESS_COPY) as memory:
        memory[0:5] = b"store"
        equal(memory[:6], b"storea")
    os.close(fd)
    equal(read("f")[:6], b"aaaaaa")


@case
def what_was_synced_from_a_mapping_is_on_the_other_mount(p):
    write("f", b"a" * PAGE)
    fd = os.open("f", os.O_RDWR)
    with mmap.mmap(fd, 0) as memory:
        memory[10:15] = b"store"
        memory.flush()
        equal(read(p.other("f"))[9:16], b"astorea")
    os.close(fd)


@case
def a_mapping_is_shared_with_a_child(p):
    write("f", b"a" * PAGE)
    fd = os.open("f", os.O_RDWR)
    with mmap.mmap(fd, 0) as memory:
        forked(lambda: memory.__setitem__(slice(0, 5), b"child"))
        equal(memory[:6], b"childa")
    os.close(fd)


@case
def a_mapping_outlives_the_descriptor_and_the_name(p):
    write("f", b"a" * PAGE)
    fd = os.open("f", os.O_RDWR)
    memory = mmap.mmap(fd, 0)
    os.close(fd)
    os.unlink("f")
    memory[0:5] = b"store"
    memory.flush()
    equal(memory[:6], b"storea")
    memory.close()


@case
def beyond_the_end_of_a_truncated_file_is_sigbus(p):
    write("f", b"a" * 3 * PAGE)
    fd = os.open("f", os.O_RDWR)
    memory = mmap.mmap(fd, 0)
    os.ftruncate(fd, PAGE)
    equal(memory[PAGE - 1 : PAGE], b"a")
    pid = os.fork()
    if pid == 0:
        memory[2 * PAGE]
        os._exit(0)
    equal(os.waitpid(pid, 0)[1] & 0x7F, signal.SIGBUS)
    os.close(fd)
