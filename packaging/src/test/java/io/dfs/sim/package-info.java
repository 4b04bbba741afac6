/**
 * The simulation kit: a whole cluster in one thread, under a seeded clock, network and disks.
 *
 * <p>What is real: the nameserver's state machine, its tables and the choice of groups; the chunk
 * files of dataservers with their recovery; all messages' meanings. What is a model of the real
 * thing, kept short enough to be compared with it: the chain of dataservers, a writing and reading
 * client, a rewriter (compaction), and repair.
 *
 * <p>Everything that happens is an event in {@link io.dfs.sim.World}'s queue, and every choice is
 * drawn from its one source of random numbers, so a seed replays exactly.
 */
@NullMarked
package io.dfs.sim;

import org.jspecify.annotations.NullMarked;
