"""Runs the POSIX suite: suite.py HERE THERE LARGEST [CASE ...]

HERE and THERE are a directory by two mounts, LARGEST is the size that files may have. A line for each case: "ok NAME" or
"failed NAME" with the reason in indented lines after it. With HERE "-" it lists the cases: name, and
after tabs where it cannot pass.
"""

import os
import sys
import textwrap

import acls, appends, directories, kinds, links, locks, mappings, paths, permissions, ranges, renames, times, xattrs
from kit import CASES, UNABLE, Place, run


def main(here, there, largest, names):
    for name in names or CASES:
        place = Place(os.path.join(here, name), os.path.join(there, name), largest)
        problem = run(name, place)
        print(("ok " if problem is None else "failed ") + name)
        if problem is not None:
            print(textwrap.indent(problem, "  ", lambda line: True))
        sys.stdout.flush()


if sys.argv[1] == "-":
    for name in CASES:
        print("\t".join((name, *(where for where, why in UNABLE.get(name, ())))))
else:
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:])
