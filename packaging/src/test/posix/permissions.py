"""Who may do what, and which bits a change takes away."""

import errno
import os

from kit import ANN, BOB, STAFF, case, equal, eventually, permissions, read, refuses, user, write


def belongs(path, uid, gid, mode):
    os.chown(path, uid, gid)
    os.chmod(path, mode)


@case
def the_class_of_the_caller_decides_and_no_other(p):
    write("f", b"x")
    belongs("f", ANN, STAFF, 0o077)
    user(ANN, action=lambda: refuses(errno.EACCES, read, "f"))
    belongs("f", ANN, STAFF, 0o604)
    user(BOB, STAFF, action=lambda: refuses(errno.EACCES, read, "f"))
    user(BOB, action=lambda: equal(read("f"), b"x"))


@case
def supplementary_groups_count(p):
    write("f", b"x")
    belongs("f", ANN, STAFF, 0o640)
    user(BOB, action=lambda: refuses(errno.EACCES, read, "f"))
    user(BOB, groups=[STAFF], action=lambda: equal(read("f"), b"x"))


@case
def directories_need_search_permission_and_write_permission_for_entries(p):
    os.mkdir("d")
    write("d/f", b"x")
    os.chmod("d", 0o744)
    user(BOB, action=lambda: refuses(errno.EACCES, os.stat, "d/f"))
    os.chmod("d", 0o755)
    for action in (
        lambda: os.mkdir("d/e"),
        lambda: os.unlink("d/f"),
        lambda: os.rename("d/f", "g"),
        lambda: os.symlink("x", "d/s"),
        lambda: os.open("d/g", os.O_CREAT | os.O_WRONLY),
    ):
        user(BOB, action=lambda: refuses(errno.EACCES, action))
    os.chmod("d", 0o711)
    user(BOB, action=lambda: refuses(errno.EACCES, os.listdir, "d"))
    user(BOB, action=lambda: equal(read("d/f"), b"x"))


@case
def open_checks_what_it_is_asked_for(p):
    write("f", b"x", 0o444)

    def try_it():
        refuses(errno.EACCES, os.open, "f", os.O_WRONLY)
        refuses(errno.EACCES, os.open, "f", os.O_RDWR)
        refuses(errno.EACCES, os.open, "f", os.O_RDONLY | os.O_TRUNC)
        refuses(errno.EACCES, os.truncate, "f", 0)
        equal((os.access("f", os.R_OK), os.access("f", os.W_OK)), (True, False))

    user(ANN, action=try_it)
    equal(read("f"), b"x")


@case
def a_file_made_without_write_permission_is_written_by_its_maker(p):
    def make():
        fd = os.open("f", os.O_CREAT | os.O_WRONLY, 0o400)
        os.write(fd, b"x")
        os.close(fd)
        refuses(errno.EACCES, os.open, "f", os.O_WRONLY)

    user(ANN, action=make)
    equal(read("f"), b"x")


@case
def the_umask_takes_bits_from_what_is_made(p):
    os.umask(0o027)
    write("f", mode=0o666)
    os.mkdir("d", 0o777)
    os.mkfifo("p", 0o666)
    equal((permissions("f"), permissions("d"), permissions("p")), (0o640, 0o750, 0o640))


@case
def only_the_owner_changes_the_mode(p):
    write("f")
    os.chown("f", ANN, STAFF)
    user(BOB, action=lambda: refuses(errno.EPERM, os.chmod, "f", 0o666))
    user(ANN, action=lambda: os.chmod("f", 0o600))
    equal(permissions("f"), 0o600)


@case
def an_owner_gives_a_file_to_groups_of_his_own_only(p):
    write("f")
    os.chown("f", ANN, ANN)

    def try_it():
        os.chown("f", -1, STAFF)
        refuses(errno.EPERM, os.chown, "f", -1, 12999)
        refuses(errno.EPERM, os.chown, "f", BOB, -1)

    user(ANN, groups=[STAFF], action=try_it)
    equal((os.stat("f").st_uid, os.stat("f").st_gid), (ANN, STAFF))


@case
def writing_takes_setuid_and_setgid_away(p):
    for change in (
        lambda: write("f", b"y"),
        lambda: os.truncate("f", 0),
        lambda: append("f", b"z"),
    ):
        write("f", b"x")
        belongs("f", ANN, ANN, 0o6777)
        user(BOB, action=change)
        equal(permissions("f"), 0o777)


def append(path, content):
    fd = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.write(fd, content)
    os.close(fd)


@case
def root_writes_without_taking_setuid_away(p):
    write("f", b"x")
    os.chmod("f", 0o6755)
    append("f", b"y")
    equal(permissions("f"), 0o6755)


@case
def changing_the_owner_takes_setuid_and_setgid_away(p):
    write("f")
    os.chmod("f", 0o6755)
    os.chown("f", ANN, ANN)
    equal(permissions("f"), 0o755)
    os.chmod("f", 0o6745)
    os.chown("f", ANN, STAFF)
    equal(permissions("f") & 0o4777, 0o745)
    os.mkdir("d")
    os.chmod("d", 0o2755)
    os.chown("d", ANN, ANN)
    equal(permissions("d"), 0o2755)


@case
def chmod_by_a_stranger_to_the_group_takes_setgid_away(p):
    write("f")
    os.chown("f", ANN, STAFF)
    user(ANN, action=lambda: os.chmod("f", 0o2755))
    equal(permissions("f"), 0o755)
    user(ANN, groups=[STAFF], action=lambda: os.chmod("f", 0o2755))
    equal(permissions("f"), 0o2755)


@case
def a_setgid_directory_gives_its_group_and_bit_on(p):
    os.mkdir("d")
    belongs("d", 0, STAFF, 0o2777)

    def make():
        write("d/f")
        os.mkdir("d/e")
        os.mkfifo("d/p")
        os.symlink("x", "d/s")

    user(ANN, action=make)
    for name in ("f", "e", "p", "s"):
        equal((name, os.lstat("d/" + name).st_gid), (name, STAFF))
    equal((permissions("d/e"), permissions("d/f")), (0o2755, 0o644))


@case
def a_stranger_to_the_group_makes_no_setgid_file_in_its_directory(p):
    os.mkdir("d")
    belongs("d", 0, STAFF, 0o2777)
    user(ANN, action=lambda: write("d/f", mode=0o2755))
    user(ANN, groups=[STAFF], action=lambda: write("d/g", mode=0o2755))
    equal((permissions("d/f"), permissions("d/g")), (0o755, 0o2755))


@case
def entries_of_a_sticky_directory_are_their_owners(p):
    os.mkdir("d")
    os.chmod("d", 0o1777)
    write("d/f")
    write("d/target")
    os.chown("d/f", ANN, ANN)

    def try_it():
        refuses(errno.EPERM, os.unlink, "d/f")
        refuses(errno.EPERM, os.rename, "d/f", "d/g")
        write("d/mine")
        refuses(errno.EPERM, os.rename, "d/mine", "d/target")
        os.unlink("d/mine")

    user(BOB, action=try_it)
    user(ANN, action=lambda: os.unlink("d/f"))


@case
def what_another_mount_permits_is_permitted_here_soon(p):
    write("f", b"x", 0o600)
    user(BOB, action=lambda: refuses(errno.EACCES, read, "f"))
    os.chmod(p.other("f"), 0o644)
    eventually(lambda: permissions("f") == 0o644)
    user(BOB, action=lambda: equal(read("f"), b"x"))
