package io.dfs.common.message;

/**
 * On whose behalf a request is made.
 *
 * @param groups the supplementary groups; empty when {@code checked}, since the kernel, which does
 *     not tell them, has applied them: also where they decide whether a setgid bit stays. An engine
 *     that does not let the kernel check reads them from {@code /proc/PID/status}
 * @param checked true when the kernel of the client's machine has checked the permissions already
 *     (a mount with {@code default_permissions}); the nameserver then uses the ids only for
 *     ownership
 */
public record Caller(int uid, int gid, int[] groups, boolean checked) {
  /** The super-user, who passes every check. */
  public static final Caller ROOT = new Caller(0, 0, new int[0], false);

  public boolean inGroup(int group) {
    if (gid == group) {
      return true;
    }
    for (int g : groups) {
      if (g == group) {
        return true;
      }
    }
    return false;
  }
}
