"""load.py MOUNT OTHER-MOUNT END: programs that have files open and locks held while the process of MOUNT changes.

Says "begun" when all of them run, goes on until the file END exists, and exits with 0 when all that was read was what had been
written, on both mounts, and no lock was lost."""
import fcntl, mmap, os, random, subprocess, sys, threading, time, traceback

here, there, end = sys.argv[1] + "/load", sys.argv[2] + "/load", sys.argv[3]
os.makedirs(here + "/many")
ENTRIES = ["%04d" % i for i in range(3000)]
for name in ENTRIES:
    open(here + "/many/" + name, "w").close()
errors = []
rounds = {}


def program(name, step):
    def run():
        try:
            while not os.path.exists(end):
                step(rounds.setdefault(name, 0))
                rounds[name] += 1
        except BaseException:
            errors.append(name + ": " + traceback.format_exc())

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def opened(path, flags=os.O_RDWR):
    return os.open(path, flags | os.O_CREAT)


# One file is written and read by its handle.
one, one_has, one_random = opened(here + "/one"), bytearray(4 << 20), random.Random(1)
os.ftruncate(one, len(one_has))


def overwrite(n):
    at, size = one_random.randrange(len(one_has) - 70000), one_random.randrange(1, 70000)
    data = one_random.randbytes(size)
    assert os.pwrite(one, data, at) == size
    one_has[at : at + size] = data
    at = one_random.randrange(len(one_has) - 70000)
    assert os.pread(one, size, at) == one_has[at : at + size], "read what was not written"


log, log_has = opened(here + "/log", os.O_WRONLY | os.O_APPEND), []


def append(n):
    line = b"line %d\n" % n
    assert os.write(log, line) == len(line)
    log_has.append(line)
    time.sleep(0.001)


gone, gone_has = opened(here + "/gone"), bytearray()
os.unlink(here + "/gone")


def without_a_name(n):
    data = os.urandom(5000)
    os.pwrite(gone, data, len(gone_has))
    gone_has.extend(data)
    at = random.randrange(len(gone_has) - 4999)
    assert os.pread(gone, 5000, at) == gone_has[at : at + 5000], "read what was not written"
    time.sleep(0.005)


mapped_file, mapped_has, mapped_random = opened(here + "/mapped"), bytearray(1 << 20), random.Random(4)
os.ftruncate(mapped_file, len(mapped_has))
mapped = mmap.mmap(mapped_file, len(mapped_has))


def by_mapping(n):
    at, data = mapped_random.randrange(len(mapped_has) - 1000), mapped_random.randbytes(1000)
    mapped[at : at + 1000] = data
    mapped_has[at : at + 1000] = data
    at = mapped_random.randrange(len(mapped_has) - 1000)
    assert mapped[at : at + 1000] == mapped_has[at : at + 1000], "read what was not written"
    if n % 50 == 0:
        mapped.flush()
    time.sleep(0.001)


def names(n):
    first, second = here + "/first%d" % n, here + "/second%d" % n
    with open(first, "w") as f:
        f.write(str(n))
    os.rename(first, second)
    with open(second) as f:
        assert f.read() == str(n)
    assert not os.path.exists(first)
    os.unlink(second)
    assert not os.path.exists(second)


def list_slowly(n):
    seen = []
    with os.scandir(here + "/many") as entries:
        for entry in entries:
            seen.append(entry.name)
            if len(seen) % 300 == 0:
                time.sleep(0.05)
    assert sorted(seen) == ENTRIES, "listed %d" % len(seen)


# Nobody else gets what is locked here.
whole, part = opened(here + "/whole"), opened(here + "/part")
fcntl.flock(whole, fcntl.LOCK_EX)
fcntl.lockf(part, fcntl.LOCK_EX, 10, 5)
other_whole, other_part = opened(there + "/whole"), opened(there + "/part")


def refused(lock):
    try:
        lock()
    except BlockingIOError:
        return True
    return False


def locked(n):
    now = fcntl.LOCK_EX | fcntl.LOCK_NB
    assert refused(lambda: fcntl.flock(other_whole, now)), "another mount got the flock"
    assert refused(lambda: fcntl.lockf(other_part, now, 10, 5)), "another mount got the record lock"
    fcntl.lockf(other_part, now, 5, 100)
    fcntl.lockf(other_part, fcntl.LOCK_UN, 5, 100)
    time.sleep(0.02)


# What is written on one mount is read on the other at once.
shared = [opened(here + "/shared"), opened(there + "/shared")]


def in_turns(n):
    data = b"%020d" % n
    os.pwrite(shared[n % 2], data, 0)
    got = os.pread(shared[(n + 1) % 2], 20, 0)
    assert got == data, (got, data)


def sizes(n):
    for writer, reader, size in ((here, there, n % 1000), (there, here, n * 7 % 1000)):
        with open(writer + "/size%d" % (n % 7), "w") as f:
            f.write("x" * size)
        assert os.stat(reader + "/size%d" % (n % 7)).st_size == size


# Programs that wait for locks which the other mount holds.
other_waited, other_waited_part = opened(there + "/waited"), opened(there + "/waited-part")
fcntl.flock(other_waited, fcntl.LOCK_EX)
fcntl.lockf(other_waited_part, fcntl.LOCK_EX)
RECORD = "import fcntl, sys\nwith open(sys.argv[1], 'r+') as f: fcntl.lockf(f, fcntl.LOCK_EX)"
waiters = [
    subprocess.Popen(["flock", here + "/waited", "true"]),
    subprocess.Popen([sys.executable, "-c", RECORD, here + "/waited-part"]),
]
given_up = subprocess.Popen(["flock", here + "/waited", "true"])
inside = subprocess.Popen(["sh", "-c", 'cd "$0" && while test -e 0001; do [ $(ls | wc -l) = 3000 ] || exit 4; sleep 0.1; done', here + "/many"])

steps = [overwrite, append, without_a_name, by_mapping, names, list_slowly, locked, in_turns, sizes]
threads = [program(step.__name__, step) for step in steps]
while len(rounds) < len(steps) or min(rounds.values()) < 2:
    time.sleep(0.1)
    if errors:
        break
print("begun", flush=True)
while not os.path.exists(end):
    time.sleep(0.2)
    assert all(waiter.poll() is None for waiter in waiters), "a program does not wait for its lock any more"
    assert inside.poll() is None, "a program inside the mount has ended"
    if rounds["append"] > 1000 and given_up.poll() is None:
        given_up.terminate()
        given_up.wait(30)
fcntl.flock(other_waited, fcntl.LOCK_UN)
fcntl.lockf(other_waited_part, fcntl.LOCK_UN)
for waiter in waiters:
    assert waiter.wait(60) == 0, "a program did not get its lock"
given_up.terminate()
for thread in threads:
    thread.join()
inside.kill()
inside.wait()
print(rounds)
for error in errors:
    print(error)
assert not errors
for file in (one, log, gone, mapped_file):
    os.fsync(file)
mapped.flush()
for name, has in (("one", bytes(one_has)), ("log", b"".join(log_has)), ("mapped", bytes(mapped_has))):
    with open(there + "/" + name, "rb") as f:
        assert f.read() == has, name + " differs on the other mount"
assert os.pread(gone, len(gone_has) + 1, 0) == gone_has
# What is freed here the other mount gets.
fcntl.flock(whole, fcntl.LOCK_UN)
fcntl.flock(other_whole, fcntl.LOCK_EX | fcntl.LOCK_NB)
os.close(part)
fcntl.lockf(other_part, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("all well")
