package io.dfs.nameserver.rpc;

import io.dfs.nameserver.backup.Backups;
import io.dfs.nameserver.check.Checker;
import io.dfs.nameserver.cluster.BadReplicas;
import io.dfs.nameserver.cluster.ClusterService;
import io.dfs.nameserver.cluster.Events;
import io.dfs.nameserver.cluster.Operators;
import io.dfs.nameserver.cluster.Placer;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.cluster.Works;
import io.dfs.nameserver.compact.Compaction;
import io.dfs.nameserver.compact.RewriteQueue;
import io.dfs.nameserver.convert.Converter;
import io.dfs.nameserver.feed.Feeds;
import io.dfs.nameserver.gc.Garbage;
import io.dfs.nameserver.gc.Reaper;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.lease.Recalls;
import io.dfs.nameserver.lock.LockWaiters;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.session.Leases;
import io.dfs.nameserver.session.OpenTable;
import io.dfs.nameserver.session.SessionService;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.trash.TrashKeeper;

/** The parts of a nameserver that answer requests. */
public record Services(
    KeyValueStore store,
    Tables tables,
    CommandLog commands,
    Leases leases,
    Recalls recalls,
    OpenTable opens,
    SessionService sessions,
    LockWaiters waiters,
    Reaper reaper,
    Garbage garbage,
    Registry registry,
    Placer placer,
    ClusterService cluster,
    TrashKeeper trash,
    Checker checker,
    Feeds feeds,
    Backups backups,
    RewriteQueue rewrites,
    Compaction compaction,
    Converter converter,
    Events events,
    BadReplicas bad,
    Works works,
    Operators operators) {}
