package io.dfs.client.write;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.write.PieceMap.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PieceMapTest {
  private static final int SIZE = 200;

  /** A model with the newest piece of every byte; pieces grow, are cut and go. */
  @Test
  void everyByteBelongsToThePieceThatWroteItLast() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      PieceMap map = new PieceMap();
      Piece[] model = new Piece[SIZE];
      List<Piece> pieces = new ArrayList<>();
      for (int step = 0; step < 60; step++) {
        Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
        if (last != null && random.nextInt(4) == 0 && last.end() < SIZE) {
          put(map, model, last, (int) last.end(), Math.min(5, SIZE - (int) last.end()));
        } else if (!pieces.isEmpty() && random.nextInt(4) == 0) {
          Piece gone = pieces.remove(0);
          map.remove(gone);
          for (int i = 0; i < SIZE; i++) {
            model[i] = model[i] == gone ? null : model[i];
          }
        } else {
          int start = random.nextInt(SIZE - 1);
          Piece piece = new Piece(null, step, start, false, 4096);
          piece.free();
          pieces.add(piece);
          put(map, model, piece, start, 1 + random.nextInt(SIZE - start - 1));
        }
        for (int at = 0; at < SIZE; at++) {
          Span span = map.at(at);
          Piece holder = span != null && span.start <= at ? span.piece : null;
          assertSame(model[at], holder, "seed " + seed + " step " + step + " offset " + at);
          assertTrue(span == null || span.end > at);
        }
      }
      pieces.forEach(map::remove);
      assertTrue(map.isEmpty(), "seed " + seed);
    }
  }

  private static void put(PieceMap map, Piece[] model, Piece piece, int start, int count) {
    map.put(start, start + count, piece);
    piece.length = Math.max(piece.length, (int) (start + count - piece.start));
    for (int i = start; i < start + count; i++) {
      model[i] = piece;
    }
  }
}
