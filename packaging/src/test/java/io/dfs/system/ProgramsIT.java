package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that people use, at work in a mounted folder. */
class ProgramsIT {
  private static final String GIT =
      "export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b"
          + " GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b; git config --global --list >/dev/null 2>&1 || true; ";

  @TempDir Path local;

  @Test
  void gitKeepsARepositoryAndClonesFromAndToTheMount() {
    Path dir = SharedCluster.newDirectory("git");
    SourceTree.make(dir.resolve("repo"), 600, 1);
    Shell.run(
        dir.resolve("repo"),
        GIT
            + "git init -q -b main . && git add -A && git commit -qm one && git fsck --strict --full 2>&1");
    assertEquals("", Shell.run(dir.resolve("repo"), GIT + "git status --porcelain"));
    Shell.run(
        dir.resolve("repo"),
        GIT
            + "for i in 1 2 3 4 5; do echo $i >> change; git add change; git commit -qm c$i; done; git gc -q; git fsck --full");
    Shell.run(
        local,
        GIT
            + "git clone -q '"
            + dir.resolve("repo")
            + "' from-mount && cd from-mount && git fsck --full");
    Shell.run(
        dir,
        GIT
            + "git clone -q '"
            + local.resolve("from-mount")
            + "' to-mount && cd to-mount && git fsck --full");
    assertEquals("", Shell.run(dir.resolve("to-mount"), GIT + "git status --porcelain"));
    Shell.run(dir, "diff -r --no-dereference -x .git repo to-mount");
  }

  @Test
  void sqliteKeepsAThousandTransactions() {
    Path dir = SharedCluster.newDirectory("sqlite");
    String inserts =
        "(echo 'create table t(n integer primary key, v text);';"
            + " for i in $(seq 1000); do echo \"begin; insert into t values($i, hex(randomblob(100))); commit;\"; done)";
    Shell.run(dir, inserts + " | sqlite3 journal.db");
    assertEquals(
        "ok\n1000|500500\n",
        Shell.run(
            dir, "sqlite3 journal.db 'pragma integrity_check; select count(*), sum(n) from t;'"));
    Shell.run(
        dir,
        "(echo 'pragma journal_mode=truncate;'; " + inserts + ") | sqlite3 truncate.db >/dev/null");
    Path other = SharedCluster.otherMount().path("sqlite");
    assertEquals(
        "ok\n1000\n",
        Shell.run(other, "sqlite3 truncate.db 'pragma integrity_check; select count(*) from t;'"));
  }

  @Test
  void gccAndMakeBuildAProgramThatRuns() {
    Path dir = SharedCluster.newDirectory("build");
    Shell.run(
        dir,
        "for i in $(seq 60); do echo \"int f$i(int x) { int a[64]; for (int i = 0; i < 64; i++) a[i] = x * i + $i; return a[x & 63]; }\" > f$i.c; done;"
            + " (echo '#include <stdio.h>'; for i in $(seq 60); do echo \"int f$i(int);\"; done;"
            + " echo 'int main(void) { int s = 0;'; for i in $(seq 60); do echo \"s += f$i($i);\"; done; echo 'printf(\"%d\\n\", s); return 0; }') > main.c;"
            + " printf 'OBJS = $(patsubst %%.c,%%.o,$(wildcard *.c))\\nprog: $(OBJS)\\n\\tcc -o $@ $^\\n%%.o: %%.c\\n\\tcc -O2 -c -o $@ $<\\n' > Makefile;"
            + " make -s -j2");
    String printed = Shell.run(dir, "./prog");
    assertTrue(printed.matches("\\d+\n"), printed);
    assertEquals("make: 'prog' is up to date.\n", Shell.run(dir, "make -j2"));
    Path other = SharedCluster.otherMount().path("build");
    assertEquals(printed, Shell.run(other, "./prog"));
  }
}
