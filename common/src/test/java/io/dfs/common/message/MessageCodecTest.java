package io.dfs.common.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
  private final Random random = new Random(7);

  @Test
  void everyMessageComesBackAsItWas() throws Exception {
    for (Class<?> type : MessageCodec.types()) {
      for (int i = 0; i < 50; i++) {
        Message message = (Message) sample(type);
        Message back =
            MessageCodec.read(
                MessageCodec.code(message), new ByteArrayInputStream(encode(message)));
        assertTrue(same(message, back), () -> message + "\nbecame\n" + back);
      }
    }
  }

  @Test
  void everyMessageHasACode() {
    assertEquals(
        new java.util.HashSet<>(leaves(Message.class)),
        new java.util.HashSet<>(Arrays.asList(MessageCodec.types())));
  }

  @Test
  void aMessageIsAnArrayOfItsComponents() {
    byte[] bytes = encode(new Query.Lookup(Caller.ROOT, new InodeId(5), Name.of("a")));
    assertEquals(0x85, bytes[0] & 0xff, "a CBOR array of five");
    assertTrue(bytes.length < 16, () -> bytes.length + " bytes");
  }

  /** Arrays without a length, as every array of a record was once written. */
  @Test
  void messagesOfEarlierBuildsAreRead() throws Exception {
    Message create =
        new Mutation.Create(
            new RequestId(new SessionId(3), 1, 1000),
            new Caller(1000, 1000, new int[] {4, 24}, true),
            new InodeId(123456),
            Name.of("file"),
            0644,
            true,
            true);
    Attr attr =
        new Attr(
            new InodeId(5),
            FileType.DIRECTORY,
            0755,
            2,
            0,
            0,
            0,
            0,
            0,
            Timestamp.EPOCH,
            new Timestamp(-1, 999_999_999),
            Timestamp.EPOCH,
            Timestamp.EPOCH,
            7,
            new DataSettings(1 << 26, 2));
    Layout layout = new Layout(1, List.of(new Extent(0, 4096, new ChunkId(-2), 0)), -1);
    Message node = new Reply.Node(attr, null, layout, null);
    readsAs(create, "9f9f03011903e8ff9f1903e81903e882041818f5ff1a0001e2404466696c651901a4f5f500ff");
    readsAs(
        node,
        "9f9f05011901ed0200000000009f0000ff9f201a3b9ac9ffff9f0000ff9f0000ff079f1a0400000002ff"
            + "f4f4f5fff69f01819f001910002100ff20ffff");
  }

  private static void readsAs(Message message, String hex) throws Exception {
    Message read =
        MessageCodec.read(
            MessageCodec.code(message), new ByteArrayInputStream(HexFormat.of().parseHex(hex)));
    assertTrue(same(message, read), () -> message + "\nis read as\n" + read);
  }

  @Test
  void componentsThatAnOlderPeerDoesNotSendAreAbsent() {
    byte[] bytes = {(byte) 0x81, 5};
    Query.GetAttr question =
        (Query.GetAttr)
            MessageCodec.read(code(Query.GetAttr.class), new ByteArrayInputStream(bytes));
    assertEquals(new InodeId(5), question.inode());
    assertEquals(null, question.session());
  }

  @Test
  void componentsThatANewerPeerAppendsAreIgnored() {
    byte[] bytes = {(byte) 0x83, 5, 6, 0x61, 'x'};
    assertEquals(
        new Query.KeepAlive(new SessionId(5)),
        MessageCodec.read(code(Query.KeepAlive.class), new ByteArrayInputStream(bytes)));
  }

  @Test
  void randomBytesAreRefusedWithEPROTOAndNothingElse() {
    for (int i = 0; i < 20_000; i++) {
      byte[] junk = new byte[random.nextInt(60)];
      random.nextBytes(junk);
      int code = random.nextInt(MessageCodec.types().length + 3) - 1;
      try {
        MessageCodec.read(code, new ByteArrayInputStream(junk));
      } catch (FsException e) {
        assertEquals(Errno.EPROTO, e.errno());
      }
    }
  }

  @Test
  void aChangedByteOfAGoodMessageNeverEscapesAsAnotherException() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      Class<?> type = MessageCodec.types()[random.nextInt(MessageCodec.types().length)];
      byte[] bytes = encode((Message) sample(type));
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        MessageCodec.read(code(type), new ByteArrayInputStream(bytes));
      } catch (FsException e) {
        assertEquals(Errno.EPROTO, e.errno());
      }
    }
  }

  @Test
  void anUnknownCodeIsEPROTO() {
    FsException e =
        assertThrows(
            FsException.class,
            () -> MessageCodec.read(9999, new ByteArrayInputStream(new byte[0])));
    assertEquals(Errno.EPROTO, e.errno());
  }

  @Test
  void aMutationTakesFewBytes() {
    RequestId request = new RequestId(new SessionId(3), 1, 1000);
    byte[] bytes =
        encode(
            new Mutation.Create(
                request,
                new Caller(1000, 1000, new int[0], true),
                new InodeId(123456),
                Name.of("file"),
                0644,
                true,
                true));
    assertTrue(bytes.length < 40, () -> bytes.length + " bytes");
  }

  private static int code(Class<?> type) {
    return Arrays.asList(MessageCodec.types()).indexOf(type);
  }

  private static byte[] encode(Message message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MessageCodec.write(message, out);
    return out.toByteArray();
  }

  private static List<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(c -> leaves(c).stream()).toList()
        : List.of(type);
  }

  private Object sample(Type type) throws Exception {
    if (type instanceof ParameterizedType list) {
      return List.of(
          sample(list.getActualTypeArguments()[0]), sample(list.getActualTypeArguments()[0]));
    }
    Class<?> c = (Class<?>) type;
    if (c == int.class || c == Integer.class) {
      return random.nextInt();
    } else if (c == long.class || c == Long.class) {
      return random.nextLong();
    } else if (c == boolean.class || c == Boolean.class) {
      return random.nextBoolean();
    } else if (c == String.class) {
      return "t" + random.nextInt(1000) + "é";
    } else if (c == byte[].class) {
      byte[] bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      return bytes;
    } else if (c == int[].class) {
      return random.ints(random.nextInt(5)).toArray();
    } else if (c.isEnum()) {
      return c.getEnumConstants()[random.nextInt(c.getEnumConstants().length)];
    } else if (c == ChunkId.class) {
      return new ChunkId(random.nextLong());
    }
    RecordComponent[] components = c.getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      boolean nullable =
          components[i]
              .getAnnotatedType()
              .isAnnotationPresent(org.jspecify.annotations.Nullable.class);
      values[i] = nullable && random.nextBoolean() ? null : sample(components[i].getGenericType());
    }
    return c.getDeclaredConstructor(types).newInstance(values);
  }

  private static boolean same(Object a, Object b) throws Exception {
    if (a == null || b == null || !a.getClass().isRecord()) {
      if (a instanceof List<?> x && b instanceof List<?> y && x.size() == y.size()) {
        for (int i = 0; i < x.size(); i++) {
          if (!same(x.get(i), y.get(i))) {
            return false;
          }
        }
        return true;
      }
      if (a != null && a.getClass().isArray() && b != null) {
        for (int i = 0; i < Array.getLength(a); i++) {
          if (Array.getLength(a) != Array.getLength(b)
              || !Array.get(a, i).equals(Array.get(b, i))) {
            return false;
          }
        }
        return true;
      }
      return Objects.equals(a, b);
    }
    for (RecordComponent component : a.getClass().getRecordComponents()) {
      if (!same(component.getAccessor().invoke(a), component.getAccessor().invoke(b))) {
        return false;
      }
    }
    return true;
  }
}
