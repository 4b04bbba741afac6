"""Listing while entries come and go."""

import os

from kit import Directory, case, equal, write

DOTS = {b".", b".."}


def fill(count, start=0):
    for i in range(start, start + count):
        write(f"d/{i}")


@case
def a_listing_has_every_entry_once_with_its_type_and_inode(p):
    os.mkdir("d")
    fill(300)
    os.mkdir("d/e")
    os.symlink("x", "d/s")
    os.mkfifo("d/p")
    entries = list(os.scandir("d"))
    equal(len(entries), 303)
    for entry in entries:
        found = os.lstat(entry.path)
        equal(entry.inode(), found.st_ino)
        equal((entry.is_dir(follow_symlinks=False), entry.is_symlink()), (entry.name == "e", entry.name == "s"))


@case
def dot_and_dotdot_are_listed_and_right(p):
    os.makedirs("d/e")
    d = Directory("d/e")
    equal(set(d.rest()), DOTS)
    d.close()
    equal(os.stat("d/e/..").st_ino, os.stat("d").st_ino)
    equal(os.stat("d/e/.").st_ino, os.stat("d/e").st_ino)


@case
def entries_that_stay_are_seen_once_while_others_come_and_go(p):
    os.mkdir("d")
    fill(2000)
    d = Directory("d")
    seen = [d.next() for _ in range(500)]
    for i in range(0, 2000, 2):
        os.unlink(f"d/{i}")
    fill(500, start=5000)
    seen += d.rest()
    d.close()
    staying = {b"%d" % i for i in range(1, 2000, 2)}
    assert staying <= set(seen), "an entry was not seen"
    equal(len([name for name in seen if name in staying]), len(staying))


@case
def a_place_told_is_come_back_to_though_entries_come_and_go(p):
    os.mkdir("d")
    fill(1000)
    d = Directory("d")
    places = {}
    order = []
    while True:
        place = d.tell()
        name = d.next()
        if name is None:
            break
        places[name] = place
        order.append(name)
    gone = [name for name in order[::3] if name not in DOTS]
    for name in gone:
        os.unlink(b"d/" + name)
    fill(200, start=5000)
    for name in order[1::97]:
        if name not in gone:
            d.seek(places[name])
            equal(d.next(), name)
    d.close()


@case
def a_listing_that_begins_anew_sees_what_is_new(p):
    os.mkdir("d")
    fill(10)
    d = Directory("d")
    equal(len(d.rest()), 12)
    write("d/new")
    d.rewind()
    assert b"new" in d.rest()
    write("d/newer")
    d.rewind()
    assert b"newer" in d.rest()
    d.close()


@case
def a_listing_emptied_while_it_is_read_ends(p):
    os.mkdir("d")
    fill(1500)
    removed = 0
    with os.scandir("d") as entries:
        for entry in entries:
            os.unlink(entry.path)
            removed += 1
    equal(removed, 1500)
    os.rmdir("d")
