"""How long names and paths may be, and which error comes first."""

import errno
import os

from kit import case, equal, read, refuses, write

LONG = "x" * 255
TOO_LONG = "x" * 256


@case
def names_of_255_bytes_work_everywhere(p):
    os.mkdir(LONG)
    write(LONG + "/" + LONG, b"deep")
    os.symlink(LONG, "s")
    os.link(LONG + "/" + LONG, "y" * 255)
    os.rename("y" * 255, "z" * 255)
    equal(read("s/" + LONG), b"deep")
    equal(read("z" * 255), b"deep")


@case
def names_of_256_bytes_are_refused_everywhere(p):
    write("f")
    for action in (
        lambda: os.mkdir(TOO_LONG),
        lambda: os.stat(TOO_LONG),
        lambda: os.open(TOO_LONG, os.O_CREAT | os.O_WRONLY),
        lambda: os.symlink("f", TOO_LONG),
        lambda: os.link("f", TOO_LONG),
        lambda: os.rename("f", TOO_LONG),
        lambda: os.rename(TOO_LONG, "g"),
        lambda: os.unlink(TOO_LONG),
        lambda: os.rmdir(TOO_LONG),
        lambda: os.stat(TOO_LONG + "/f"),
    ):
        refuses(errno.ENAMETOOLONG, action)


@case
def paths_have_4095_bytes_at_most(p):
    os.makedirs("/".join(["d" * 200] * 10))
    path = "/".join(["d" * 200] * 10)
    path += "/" * (4095 - len(path) - 1) + "f"
    write(path, b"f")
    equal(read(path), b"f")
    refuses(errno.ENAMETOOLONG, os.stat, "/" + path)


@case
def a_file_on_the_way_is_no_directory(p):
    write("f")
    refuses(errno.ENOTDIR, os.stat, "f/g")
    refuses(errno.ENOTDIR, os.stat, "f/.")
    refuses(errno.ENOTDIR, os.stat, "f/")
    refuses(errno.ENOTDIR, os.mkdir, "f/g")
    refuses(errno.ENOTDIR, os.open, "f", os.O_RDONLY | os.O_DIRECTORY)
    refuses(errno.ENOTDIR, os.listdir, "f")
    refuses(errno.ENOENT, os.stat, "nothing/g")
    refuses(errno.ENOENT, os.stat, "")


@case
def circles_of_symbolic_links_are_found(p):
    os.symlink("b", "a")
    os.symlink("a", "b")
    refuses(errno.ELOOP, os.stat, "a")
    refuses(errno.ELOOP, os.stat, "a/x")
    refuses(errno.ELOOP, os.open, "a", os.O_CREAT | os.O_WRONLY)
    refuses(errno.ELOOP, os.chmod, "a", 0o600)


@case
def forty_symbolic_links_are_followed_and_no_more(p):
    write("l0", b"end")
    for i in range(1, 42):
        os.symlink(f"l{i - 1}", f"l{i}")
    equal(read("l40"), b"end")
    refuses(errno.ELOOP, read, "l41")


@case
def a_symbolic_link_has_1_to_4095_bytes(p):
    target = "/".join(["t" * 200] * 30)[:4095]
    os.symlink(target, "s")
    equal((os.readlink("s"), os.lstat("s").st_size), (target, 4095))
    refuses(errno.ENOENT, os.symlink, "", "t")
    refuses(errno.ENAMETOOLONG, os.symlink, target + "t", "t")
    refuses(errno.EINVAL, os.readlink, ".")


@case
def open_creates_exclusively_and_through_symbolic_links(p):
    os.symlink("target", "s")
    refuses(errno.EEXIST, os.open, "s", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    refuses(errno.ELOOP, os.open, "s", os.O_RDONLY | os.O_NOFOLLOW)
    os.close(os.open("s", os.O_CREAT | os.O_WRONLY))
    equal(os.stat("target").st_size, 0)
    refuses(errno.EEXIST, os.open, "target", os.O_CREAT | os.O_EXCL | os.O_WRONLY)


@case
def exclusive_creation_has_one_winner_between_the_mounts(p):
    for i in range(20):
        made = 0
        for path in (f"f{i}", p.other(f"f{i}")):
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                made += 1
            except FileExistsError:
                pass
        equal(made, 1)


@case
def a_directory_is_not_opened_for_writing(p):
    os.mkdir("d")
    refuses(errno.EISDIR, os.open, "d", os.O_WRONLY)
    refuses(errno.EISDIR, os.open, "d", os.O_RDONLY | os.O_CREAT)
    refuses(errno.EISDIR, os.open, "new/", os.O_WRONLY | os.O_CREAT)
    refuses(errno.EISDIR, os.truncate, "d", 0)
    fd = os.open("d", os.O_RDONLY)
    refuses(errno.EISDIR, os.read, fd, 1)
    os.close(fd)


@case
def existing_names_are_not_made_again(p):
    write("f")
    os.mkdir("d")
    for name in ("f", "d"):
        refuses(errno.EEXIST, os.mkdir, name)
        refuses(errno.EEXIST, os.symlink, "x", name)
        refuses(errno.EEXIST, os.mkfifo, name)
    refuses(errno.EEXIST, os.mkdir, ".")
    refuses(errno.EEXIST, os.mkdir, "..")


@case
def names_are_any_bytes_but_slash_and_nul(p):
    names = [bytes([b]) * 3 for b in range(1, 256) if b != ord("/")]
    for name in names:
        write(name)
    equal(sorted(os.listdir(b".")), sorted(names))
