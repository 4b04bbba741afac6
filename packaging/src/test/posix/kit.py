"""What the cases of the POSIX suite share: how they are named, run and helped to the system calls Python lacks.

A case is a function named by a sentence. It runs in a process of its own, as root, in an empty directory that everybody
may write (also the current one), with umask 022. ``here`` is that directory; ``there`` is the same one by another
mount, on the local filesystem the same path.
"""

import ctypes
import errno
import os
import signal
import struct
import sys
import time
import traceback

CASES = {}
UNABLE = {}
TIMEOUT_S = 30

ANN, BOB = 12001, 12002
STAFF = 12100


def case(function):
    """Makes a function a case of the suite."""
    assert function.__name__ not in CASES, function.__name__
    CASES[function.__name__] = function
    return function


def unable(where, why):
    """The case must fail there: on the engine "jnr", on all "mounts", or on the "local" ext4 that proves cases right."""

    def mark(function):
        UNABLE.setdefault(function.__name__, []).append((where, why))
        return function

    return mark


class Place:
    """Where a case runs."""

    def __init__(self, here, there, largest):
        self.here = here
        self.there = there
        self.largest = largest

    def other(self, name):
        """A name here, as the other mount has it."""
        return os.path.join(self.there, name)


def refuses(code, action, *arguments, **options):
    """The call must fail with exactly this errno."""
    try:
        result = action(*arguments, **options)
    except OSError as failure:
        got = errno.errorcode.get(failure.errno, failure.errno)
        assert failure.errno == code, f"{got} where {errno.errorcode[code]} is right"
        return
    raise AssertionError(f"{action.__name__} gave {result!r} where {errno.errorcode[code]} is right")


def equal(got, right):
    assert got == right, f"{got!r} where {right!r} is right"


def eventually(condition, seconds=5):
    """Attributes of what the other mount changed may be as old as the attribute time to live."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not even after a while"
        time.sleep(0.05)


def write(path, content=b"", mode=0o644):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        if content:
            equal(os.write(fd, content), len(content))
    finally:
        os.close(fd)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


def permissions(path):
    return os.lstat(path).st_mode & 0o7777


# ---- other processes


def forked(action, wait=True):
    """Runs action in a child; with wait, its failure is this one's. Else returns its pid."""
    end, start = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(end)
        text = b""
        try:
            action()
        except BaseException:  # what a child does not catch would run the parent's code
            text = traceback.format_exc(limit=-3).encode()
        os.write(start, text[-4000:])
        os._exit(1 if text else 0)
    os.close(start)
    if not wait:
        os.close(end)
        return pid
    text = b""
    while True:
        part = os.read(end, 4096)
        if not part:
            break
        text += part
    os.close(end)
    status = os.waitpid(pid, 0)[1]
    assert status == 0, text.decode() or f"the child ended with {status}"
    return pid


def succeeds(pid):
    equal(os.waitpid(pid, 0)[1], 0)


def user(uid, gid=None, groups=(), action=None):
    """Runs action as an ordinary user."""

    def become():
        os.setgroups(list(groups))
        os.setresgid(gid or uid, gid or uid, gid or uid)
        os.setresuid(uid, uid, uid)
        action()

    forked(become)


class Gate:
    """Lets one process tell another that it has come to a point."""

    def __init__(self):
        self.end, self.start = os.pipe()

    def open(self):
        os.write(self.start, b".")

    def pass_through(self):
        equal(os.read(self.end, 1), b".")


# ---- system calls

libc = ctypes.CDLL(None, use_errno=True)
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
libc.syncfs.argtypes = [ctypes.c_int]
libc.statx.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_char_p]
libc.linkat.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
libc.opendir.restype = ctypes.c_void_p
libc.readdir.restype = ctypes.c_void_p
libc.readdir.argtypes = libc.closedir.argtypes = libc.rewinddir.argtypes = libc.telldir.argtypes = [ctypes.c_void_p]
libc.telldir.restype = ctypes.c_long
libc.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]

AT_FDCWD = -100
AT_SYMLINK_FOLLOW = 0x400
NOREPLACE, EXCHANGE = 1, 2
KEEP_SIZE, PUNCH_HOLE, COLLAPSE, ZERO, INSERT = 1, 2, 8, 16, 32
FICLONE, FICLONERANGE = 0x40049409, 0x4020940D


def called(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def renameat2(old, new, flags):
    return called(libc.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), flags))


def fallocate(fd, mode, offset, length):
    return called(libc.fallocate(fd, mode, offset, length))


def name_file(fd, path):
    """Gives a name to an open file that may have none."""
    proc = f"/proc/self/fd/{fd}".encode()
    return called(libc.linkat(AT_FDCWD, proc, AT_FDCWD, os.fsencode(path), AT_SYMLINK_FOLLOW))


def birth_ns(path):
    """statx(2)'s birth time, or None where the filesystem has none."""
    buffer = ctypes.create_string_buffer(256)
    called(libc.statx(AT_FDCWD, os.fsencode(path), 0, 0x800, buffer))
    mask = struct.unpack_from("I", buffer, 0)[0]
    seconds, nanos = struct.unpack_from("qI", buffer, 80)
    return seconds * 10**9 + nanos if mask & 0x800 else None


def flock_record(kind, start=0, length=0, pid=0):
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, start, length, pid)


class Directory:
    """An open directory as the C library reads it."""

    def __init__(self, path):
        self.stream = libc.opendir(os.fsencode(path))
        assert self.stream, path

    def next(self):
        """The next name, None at the end."""
        entry = libc.readdir(self.stream)
        return ctypes.string_at(entry + 19) if entry else None

    def rest(self):
        return list(iter(self.next, None))

    def tell(self):
        return libc.telldir(self.stream)

    def seek(self, place):
        libc.seekdir(self.stream, place)

    def rewind(self):
        libc.rewinddir(self.stream)

    def close(self):
        libc.closedir(self.stream)


# ---- running


def run(name, place):
    """Runs one case; what was wrong, or None."""
    os.makedirs(place.here)
    os.chmod(place.here, 0o777)
    end, start = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(end)
        os.setpgid(0, 0)
        signal.alarm(TIMEOUT_S)
        text = ""
        try:
            os.umask(0o022)
            os.chdir(place.here)
            CASES[name](place)
        except BaseException:
            text = traceback.format_exc(limit=-4)
        os.write(start, text.encode()[-60000:])
        os._exit(0 if not text else 1)
    os.close(start)
    with os.fdopen(end, "rb") as pipe:
        status = os.waitpid(pid, 0)[1]
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        text = pipe.read().decode()
    return None if status == 0 else text.strip() or f"ended with {status} (14: after {TIMEOUT_S} s)"
