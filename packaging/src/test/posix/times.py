"""Which call changes which time."""

import ctypes
import errno
import os
import time

from kit import (
    ANN,
    AT_FDCWD,
    BOB,
    birth_ns,
    called,
    case,
    equal,
    eventually,
    fallocate,
    libc,
    read,
    refuses,
    unable,
    user,
    write,
)

ATIME, MTIME, CTIME = "st_atime_ns", "st_mtime_ns", "st_ctime_ns"


def changes(action, paths, expected):
    """Action changes exactly the expected ones of mtime and ctime of each path."""
    before = {path: os.stat(path) for path in paths}
    time.sleep(0.02)
    action()
    for path, names in zip(paths, expected):
        after = os.stat(path)
        for name in (MTIME, CTIME):
            moved = getattr(after, name) > getattr(before[path], name)
            equal((path, name, moved), (path, name, name in names))


@case
def a_new_file_has_the_time_of_its_making(p):
    before = time.time_ns() - 50_000_000
    write("f")
    found = os.stat("f")
    assert before <= found.st_mtime_ns <= time.time_ns() + 50_000_000
    equal((found.st_atime_ns, found.st_ctime_ns), (found.st_mtime_ns, found.st_mtime_ns))


@case
def making_and_removing_entries_changes_the_directory(p):
    os.mkdir("d")
    both = {MTIME, CTIME}
    changes(lambda: write("d/f"), ["d"], [both])
    changes(lambda: os.link("d/f", "d/g"), ["d", "d/f"], [both, {CTIME}])
    changes(lambda: os.unlink("d/g"), ["d", "d/f"], [both, {CTIME}])
    changes(lambda: os.mkdir("d/e"), ["d"], [both])
    changes(lambda: os.rmdir("d/e"), ["d"], [both])
    changes(lambda: os.symlink("x", "d/s"), ["d"], [both])
    changes(lambda: os.rename("d/f", "d/h"), ["d"], [both])


@case
def rename_changes_both_directories_and_the_files_ctime(p):
    os.mkdir("a")
    os.mkdir("b")
    write("a/f")
    before = os.stat("a/f")
    time.sleep(0.02)
    changes(lambda: os.rename("a/f", "b/f"), ["a", "b"], [{MTIME, CTIME}, {MTIME, CTIME}])
    after = os.stat("b/f")
    assert after.st_ctime_ns > before.st_ctime_ns and after.st_mtime_ns == before.st_mtime_ns


@case
def changing_attributes_changes_ctime_only(p):
    write("f")
    changes(lambda: os.chmod("f", 0o600), ["f"], [{CTIME}])
    changes(lambda: os.chown("f", ANN, ANN), ["f"], [{CTIME}])
    changes(lambda: os.setxattr("f", "user.a", b"1"), ["f"], [{CTIME}])
    changes(lambda: os.removexattr("f", "user.a"), ["f"], [{CTIME}])


@case
def changing_content_changes_mtime_and_ctime(p):
    write("f", b"content")
    both = [{MTIME, CTIME}]
    fd = os.open("f", os.O_RDWR)
    changes(lambda: os.pwrite(fd, b"x", 0), ["f"], both)
    changes(lambda: os.ftruncate(fd, 3), ["f"], both)
    changes(lambda: os.truncate("f", 10), ["f"], both)
    changes(lambda: write("f"), ["f"], both)
    os.close(fd)


@case
def allocating_changes_mtime_and_ctime(p):
    write("f", b"content")
    fd = os.open("f", os.O_RDWR)
    changes(lambda: fallocate(fd, 0, 0, 100), ["f"], [{MTIME, CTIME}])
    os.close(fd)


@case
def reading_changes_atime_by_the_relatime_rule(p):
    write("f", b"content")
    os.utime("f", ns=(10**9, 2 * 10**9))
    read("f")
    eventually(lambda: os.stat("f").st_atime_ns > 10**18)


@case
def times_before_1970_and_after_2038_are_kept_to_the_nanosecond(p):
    write("f")
    for atime, mtime in ((-1, -(10**9) + 7), (4_000_000_000 * 10**9 + 123_456_789, 2**31 * 10**9 + 1)):
        os.utime("f", ns=(atime, mtime))
        found = os.stat("f")
        equal((found.st_atime_ns, found.st_mtime_ns), (atime, mtime))
        other = p.other("f")
        eventually(lambda: os.stat(other).st_mtime_ns == mtime)


@case
def utimensat_omits_and_takes_now(p):
    write("f")
    os.utime("f", ns=(10**9, 2 * 10**9))
    now, omit = (1 << 30) - 1, (1 << 30) - 2
    times = (ctypes.c_long * 4)(0, omit, 0, now)
    called(libc.utimensat(AT_FDCWD, b"f", times, 0))
    found = os.stat("f")
    equal(found.st_atime_ns, 10**9)
    assert abs(found.st_mtime - time.time()) < 5


@case
def times_set_after_a_write_stay_when_the_file_is_closed(p):
    fd = os.open("f", os.O_RDWR | os.O_CREAT)
    os.write(fd, b"content")
    os.utime(fd, ns=(5 * 10**9, 6 * 10**9))
    os.close(fd)
    equal(os.stat("f").st_mtime_ns, 6 * 10**9)
    time.sleep(0.1)
    other = p.other("f")
    eventually(lambda: os.stat(other).st_mtime_ns == 6 * 10**9)


@case
def a_writer_who_does_not_own_a_file_may_set_its_times_to_now_only(p):
    write("f")
    os.chmod("f", 0o666)
    os.chown("f", ANN, ANN)
    write("closed")

    def try_it():
        os.utime("f")
        refuses(errno.EPERM, os.utime, "f", ns=(1, 1))
        refuses(errno.EACCES, os.utime, "closed")

    user(BOB, action=try_it)


@case
@unable("jnr", "libfuse 2 has no statx")
def the_birth_time_stays(p):
    before = time.time_ns() - 50_000_000
    write("f")
    born = birth_ns("f")
    assert born and before <= born <= time.time_ns() + 50_000_000, born
    time.sleep(0.02)
    write("f", b"more")
    os.utime("f", ns=(1, 1))
    equal(birth_ns("f"), born)
