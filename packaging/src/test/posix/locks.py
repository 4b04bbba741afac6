"""Record locks, OFD locks and flock, within a mount and between two."""

import errno
import fcntl
import os
import signal
import struct
import time

from kit import Gate, case, equal, eventually, flock_record, forked, refuses, succeeds, write

READ, WRITE, UNLOCK = fcntl.F_RDLCK, fcntl.F_WRLCK, fcntl.F_UNLCK


def opened(path="f"):
    return os.open(path, os.O_RDWR | os.O_CREAT)


def lock(fd, kind, start=0, length=0, wait=False):
    fcntl.fcntl(fd, fcntl.F_SETLKW if wait else fcntl.F_SETLK, flock_record(kind, start, length))


def ofd_lock(fd, kind, start=0, length=0, wait=False):
    command = fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK
    fcntl.fcntl(fd, command, flock_record(kind, start, length))


def holder(fd, kind, start=0, length=0, command=fcntl.F_GETLK):
    """Type, start, length and pid of the lock in the way."""
    answer = fcntl.fcntl(fd, command, flock_record(kind, start, length))
    found, whence, at, size, pid = struct.unpack("hhqqi4x", answer)
    return found, at, size, pid


def free(path, kind, start=0, length=0):
    """Whether another process could take the lock."""

    def probe():
        fd = opened(path)
        lock(fd, kind, start, length)

    try:
        forked(probe)
        return True
    except AssertionError:
        return False


@case
def a_write_lock_keeps_others_out_and_read_locks_share(p):
    fd = opened()
    lock(fd, WRITE)
    equal((free("f", READ), free(p.other("f"), WRITE)), (False, False))
    lock(fd, READ)
    equal((free("f", READ), free(p.other("f"), READ)), (True, True))
    equal((free("f", WRITE), free(p.other("f"), WRITE)), (False, False))
    lock(fd, UNLOCK)
    equal((free("f", WRITE), free(p.other("f"), WRITE)), (True, True))
    os.close(fd)


@case
def locks_are_of_ranges_which_split_and_join(p):
    fd = opened()
    lock(fd, WRITE, 0, 100)
    lock(fd, UNLOCK, 40, 20)
    lock(fd, READ, 0, 10)
    there = p.other("f")
    equal([free(there, READ, at, 1) for at in (5, 20, 50, 70, 100)], [True, False, True, False, True])
    equal(free(there, WRITE, 5, 1), False)
    lock(fd, WRITE, 0, 100)
    equal(free(there, READ, 50, 1), False)
    lock(fd, WRITE, 2**62, 0)
    equal((free(there, READ, 2**62 + 10**9, 1), free(there, READ, 2**62 - 1, 1)), (False, True))
    os.close(fd)


@case
def f_getlk_tells_who_holds_what(p):
    fd = opened()
    lock(fd, WRITE, 10, 20)
    equal(holder(fd, WRITE)[0], UNLOCK)
    parent = os.getpid()

    def ask():
        equal(holder(opened(), READ, 0, 100), (WRITE, 10, 20, parent))
        found, at, size, pid = holder(opened(p.other("f")), READ, 0, 100)
        equal((found, at, size), (WRITE, 10, 20))
        equal(holder(opened(), READ, 30, 100)[0], UNLOCK)

    forked(ask)
    os.close(fd)


@case
def closing_any_descriptor_frees_the_processes_locks(p):
    fd = opened()
    lock(fd, WRITE)
    os.close(opened())
    equal(free(p.other("f"), WRITE), True)
    os.close(fd)


@case
def a_child_does_not_inherit_record_locks(p):
    fd = opened()
    lock(fd, WRITE)
    forked(lambda: refuses(errno.EAGAIN, lock, fd, WRITE))
    equal(free(p.other("f"), WRITE), False)
    os.close(fd)


def held_by_child(path, take):
    """A child that holds a lock until it is killed."""
    gate = Gate()

    def hold():
        fd = opened(path)
        take(fd, WRITE)
        gate.open()
        time.sleep(60)

    pid = forked(hold, wait=False)
    gate.pass_through()
    return pid


@case
def a_killed_process_loses_its_locks(p):
    for take in (lock, ofd_lock, lambda fd, kind: fcntl.flock(fd, fcntl.LOCK_EX)):
        write("f")
        pid = held_by_child("f", take)
        fd = opened(p.other("f"))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        eventually(lambda: tries(take, fd))
        os.close(fd)


def tries(take, fd):
    try:
        if take in (lock, ofd_lock):
            take(fd, WRITE)
        else:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


@case
def a_wait_ends_when_the_lock_is_freed_on_the_other_mount(p):
    fd = opened(p.other("f"))
    lock(fd, WRITE)
    gate = Gate()

    def wait():
        mine = opened()
        gate.open()
        lock(mine, WRITE, wait=True)

    pid = forked(wait, wait=False)
    gate.pass_through()
    time.sleep(0.3)
    equal(os.waitpid(pid, os.WNOHANG), (0, 0))
    lock(fd, UNLOCK)
    succeeds(pid)
    os.close(fd)


@case
def a_signal_ends_a_wait(p):
    fd = opened()
    lock(fd, WRITE)

    def wait():
        class Rung(Exception):
            pass

        def ring(number, frame):
            raise Rung

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            lock(opened(), WRITE, wait=True)
        except Rung:
            return
        raise AssertionError("it got the lock")

    forked(wait)
    os.close(fd)


@case
def waiting_in_a_circle_is_edeadlk(p):
    mine = opened("a")
    lock(mine, WRITE)
    gate = Gate()

    def other():
        fd = opened(p.other("b"))
        lock(fd, WRITE)
        gate.open()
        lock(opened(p.other("a")), WRITE, wait=True)

    pid = forked(other, wait=False)
    gate.pass_through()
    time.sleep(0.5)
    refuses(errno.EDEADLK, lock, opened("b"), WRITE, wait=True)
    os.close(mine)
    succeeds(pid)


@case
def flock_is_between_open_files_and_mounts(p):
    write("f")
    a, b, c = opened(), opened(), opened(p.other("f"))
    fcntl.flock(a, fcntl.LOCK_SH)
    fcntl.flock(b, fcntl.LOCK_SH)
    fcntl.flock(c, fcntl.LOCK_SH | fcntl.LOCK_NB)
    refuses(errno.EAGAIN, fcntl.flock, c, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(a, fcntl.LOCK_UN)
    fcntl.flock(b, fcntl.LOCK_UN)
    fcntl.flock(c, fcntl.LOCK_EX | fcntl.LOCK_NB)
    refuses(errno.EAGAIN, fcntl.flock, a, fcntl.LOCK_SH | fcntl.LOCK_NB)
    for fd in (a, b, c):
        os.close(fd)


@case
def flock_ends_with_the_last_copy_of_the_descriptor(p):
    write("f")
    fd = opened()
    copy = os.dup(fd)
    fcntl.flock(fd, fcntl.LOCK_EX)
    os.close(fd)
    other = opened(p.other("f"))
    refuses(errno.EAGAIN, fcntl.flock, other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(copy)
    eventually(lambda: tries(None, other))
    os.close(other)


@case
def flock_and_record_locks_do_not_see_each_other(p):
    fd = opened()
    fcntl.flock(fd, fcntl.LOCK_EX)
    equal(free("f", WRITE), True)
    os.close(fd)


@case
def ofd_locks_are_the_open_files_and_end_with_it(p):
    write("f")
    a, b = opened(), opened()
    ofd_lock(a, WRITE, 0, 10)
    refuses(errno.EAGAIN, ofd_lock, b, READ, 5, 10)
    os.close(opened())
    refuses(errno.EAGAIN, ofd_lock, b, READ, 5, 10)
    forked(lambda: ofd_lock(a, WRITE, 0, 20))
    refuses(errno.EAGAIN, ofd_lock, b, READ, 15, 10)
    os.close(a)
    eventually(lambda: tries(ofd_lock, b))
    os.close(b)


@case
def ofd_locks_hold_between_mounts_and_against_record_locks(p):
    write("f")
    a, b = opened(), opened(p.other("f"))
    ofd_lock(a, WRITE)
    refuses(errno.EAGAIN, ofd_lock, b, READ)
    equal(free(p.other("f"), READ), False)
    equal(holder(b, WRITE, command=fcntl.F_OFD_GETLK)[0], WRITE)
    ofd_lock(a, UNLOCK)
    ofd_lock(b, WRITE)
    os.close(a)
    os.close(b)


@case
def what_was_written_under_a_lock_is_read_under_the_next(p):
    write("f", b"0")

    def count(path):
        for _ in range(10):
            fd = os.open(path, os.O_RDWR)
            lock(fd, WRITE, wait=True)
            number = int(os.pread(fd, 20, 0)) + 1
            os.pwrite(fd, b"%d" % number, 0)
            os.close(fd)

    pids = [forked(lambda: count(path), wait=False) for path in ("f", p.other("f"))]
    for pid in pids:
        succeeds(pid)
    with open("f", "rb") as file:
        equal(file.read(), b"20")
