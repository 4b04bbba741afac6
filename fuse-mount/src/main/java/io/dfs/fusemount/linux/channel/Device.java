package io.dfs.fusemount.linux.channel;

import static io.dfs.fusemount.linux.channel.LibC.LIBC;

import io.dfs.common.error.FsException;
import io.dfs.fusemount.memory.Memory;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /dev/fuse}. */
public final class Device {
  private static final Logger LOG = LoggerFactory.getLogger(Device.class);
  private static final String PATH = "/dev/fuse";

  /** {@code _IOR(229, 0, uint32_t)}: makes an opened device another channel of a connection. */
  private static final long FUSE_DEV_IOC_CLONE = 0x8004e500L;

  private Device() {}

  /** A descriptor that mount(2) can be given. */
  public static int open() {
    return LibC.openFile(PATH, LibC.O_RDWR | LibC.O_CLOEXEC);
  }

  /**
   * Channels of the connection that {@code first} is one of: each has a queue of its own for what
   * is being served, so that threads on different processors do not meet there. Where the device
   * cannot be opened once more, there is one.
   */
  public static List<Channel> channels(Channel first, int count) {
    List<Channel> channels = new ArrayList<>();
    channels.add(first);
    long argument = Memory.allocate(Integer.BYTES);
    try {
      while (channels.size() < count) {
        int descriptor = open();
        Memory.putInt(argument, first.descriptor());
        if (LIBC.ioctl(descriptor, FUSE_DEV_IOC_CLONE, argument) < 0) {
          FsException failure = LibC.failure("another channel to the kernel");
          LIBC.close(descriptor);
          throw failure;
        }
        channels.add(new Channel(descriptor));
      }
    } catch (FsException e) {
      LOG.debug("going on with {} channels", channels.size(), e);
    } finally {
      Memory.free(argument);
    }
    return List.copyOf(channels);
  }
}
