/**
 * What clients may keep in their caches, and how it is taken back. Lives in memory only.
 *
 * <p>A <b>grant</b> lets a session keep an inode (its attributes, layout, target) or the entries of
 * a directory (the absence of some included). It comes with the answer to a question or a change. A
 * <b>recall</b> tells a session that something it was granted has changed; the change is
 * acknowledged to whoever made it when all who were told have answered, or when the <b>lease</b> of
 * those who have not has run out. A session renews its lease by asking for recalls.
 *
 * <p>The <b>write lease</b> of an inode lets one session hold written bytes that are not committed.
 * While there is one nobody else is granted the inode; whoever asks for it waits until that session
 * has committed and given it back ({@link Writer}).
 *
 * <p>The order that makes it sound: a question is granted before it is read; a change is written,
 * then recalled. So whoever has read the state before a change is recalled. Answers that were under
 * way meanwhile are not kept by the client, see {@code MetaCache} there.
 */
@NullMarked
package io.dfs.nameserver.lease;

import org.jspecify.annotations.NullMarked;
