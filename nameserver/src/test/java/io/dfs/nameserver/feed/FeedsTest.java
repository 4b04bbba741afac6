package io.dfs.nameserver.feed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FeedsTest {
  private final Feeds feeds = new Feeds();

  @AfterEach
  void close() {
    feeds.close();
  }

  private long open(Feeds.Maker maker) {
    return ((Reply.FeedOpened) feeds.open("test", maker)).feed();
  }

  private Reply.FeedPart read(long id, long offset) {
    return (Reply.FeedPart) feeds.read(id, offset).orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Test
  void partsComeInOrderAndALostAnswerIsGivenAgain() throws IOException {
    byte[] whole = new byte[5_000_000];
    new Random(1).nextBytes(whole);
    long id = open(out -> out.write(whole));
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    while (true) {
      Reply.FeedPart part = read(id, got.size());
      if (part.end()) {
        break;
      }
      assertArrayEquals(part.bytes(), read(id, got.size()).bytes(), "the same again");
      got.write(part.bytes());
    }
    assertArrayEquals(whole, got.toByteArray());
    assertEquals(Errno.EINVAL, assertThrows(FsException.class, () -> feeds.read(id, 3)).errno());
  }

  @Test
  void theFailureOfTheMakerIsTold() {
    long id =
        open(
            out -> {
              throw new FsException(Errno.ENOSPC, "no room");
            });
    FsException e =
        FsException.of(
            assertThrows(java.util.concurrent.CompletionException.class, () -> read(id, 0)));
    assertEquals(Errno.ENOSPC, e.errno());
  }

  @Test
  void aMakerWhoseClientIsGoneIsEnded() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    long id =
        open(
            out -> {
              try {
                while (true) {
                  out.write(new byte[100_000]);
                }
              } finally {
                ended.countDown();
              }
            });
    read(id, 0);
    feeds.tick(System.nanoTime() + Feed.FORGET_NANOS + 1);
    assertTrue(ended.await(20, TimeUnit.SECONDS));
    assertEquals(Errno.ESTALE, assertThrows(FsException.class, () -> feeds.read(id, 0)).errno());
  }

  @Test
  void whoWaitsForLongGetsAnEmptyPart() {
    CountDownLatch end = new CountDownLatch(1);
    long id =
        open(
            out -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            });
    var answer = feeds.read(id, 0);
    feeds.tick(System.nanoTime() + Feed.PATIENCE_NANOS + 1);
    Reply.FeedPart part = (Reply.FeedPart) answer.orTimeout(20, TimeUnit.SECONDS).join();
    assertEquals(0, part.bytes().length);
    assertTrue(!part.end());
    end.countDown();
    assertTrue(read(id, 0).end());
  }
}
