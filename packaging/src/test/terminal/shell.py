"""Types into dfs shell on a terminal as a person does, and fails when the screen says something else.

usage: shell.py DFS DIRECTORY LOCAL, with DIRECTORY of the cluster that holds apples/ and "a pear", LOCAL a file of this machine
"""

import os
import pty
import select
import sys
import time

PATIENCE_S = 60


class Terminal:
    def __init__(self, *command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(command[0], command)
        self.seen = ""

    def until(self, text):
        """Reads until the screen has shown the text, and drops all up to it."""
        end = time.monotonic() + PATIENCE_S
        while text not in self.seen:
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                sys.exit(f"never saw {text!r}, but {self.seen!r}")
            try:
                self.seen += os.read(self.fd, 4096).decode()
            except OSError:
                sys.exit(f"the shell ended before {text!r}: {self.seen!r}")
        self.seen = self.seen.split(text, 1)[1]

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def expect_exit(self, code):
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if status != code:
            sys.exit(f"exit status {status} instead of {code}: {self.seen!r}")


UP, TAB, ENTER, ERASE = "\x1bOA", "\t", "\r", "\x15"
dfs, directory, local = sys.argv[1:]

first = Terminal(dfs, "shell")
first.until("dfs:/> ")
first.type(f"cd {directory}/a" + TAB)
first.until("pples/")
first.type(ENTER)
first.until(f"dfs:{directory}/apples> ")
first.type("ls --js" + TAB)
first.until("on")
first.type(ERASE + "servers drain --hel" + TAB)
first.until("p")
first.type(ERASE + f"put {local[:-2]}" + TAB)
first.until(local[-2:])
first.type(ERASE + "cat ../a\\ p" + TAB)
first.until("ear")
first.type(ENTER)
first.until("what a pear holds")
first.until(f"dfs:{directory}/apples> ")
first.type("exit 3" + ENTER)
first.expect_exit(3)

second = Terminal(dfs, "shell")
second.until("dfs:/> ")
second.type(UP)
second.until("exit 3")
second.type(UP)
second.until("cat")
second.type(ERASE + "\x04")
second.expect_exit(0)
