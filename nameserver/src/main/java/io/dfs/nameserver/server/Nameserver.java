package io.dfs.nameserver.server;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.common.metrics.CallMetrics;
import io.dfs.common.metrics.StatsHandler;
import io.dfs.common.net.CallHandler;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetServer;
import io.dfs.common.net.NetThreads;
import io.dfs.nameserver.audit.Audit;
import io.dfs.nameserver.audit.AuditFile;
import io.dfs.nameserver.audit.AuditLog;
import io.dfs.nameserver.backup.BackupSchedule;
import io.dfs.nameserver.backup.Backups;
import io.dfs.nameserver.backup.Restore;
import io.dfs.nameserver.check.Checker;
import io.dfs.nameserver.check.DataserverHolders;
import io.dfs.nameserver.cluster.BadReplicas;
import io.dfs.nameserver.cluster.ClusterService;
import io.dfs.nameserver.cluster.Events;
import io.dfs.nameserver.cluster.Operators;
import io.dfs.nameserver.cluster.Placer;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.cluster.Repairer;
import io.dfs.nameserver.cluster.Works;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.compact.Compaction;
import io.dfs.nameserver.compact.CompactionSettings;
import io.dfs.nameserver.compact.NewChunks;
import io.dfs.nameserver.compact.RewriteQueue;
import io.dfs.nameserver.convert.Converter;
import io.dfs.nameserver.feed.Feeds;
import io.dfs.nameserver.gc.Garbage;
import io.dfs.nameserver.gc.Reaper;
import io.dfs.nameserver.kv.CachedStore;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.RocksStore;
import io.dfs.nameserver.lease.Recalls;
import io.dfs.nameserver.lock.LockWaiters;
import io.dfs.nameserver.log.LocalLog;
import io.dfs.nameserver.rpc.RequestHandler;
import io.dfs.nameserver.rpc.Services;
import io.dfs.nameserver.rpc.StatusReport;
import io.dfs.nameserver.session.Leases;
import io.dfs.nameserver.session.OpenTable;
import io.dfs.nameserver.session.SessionService;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.trash.TrashKeeper;
import io.dfs.nameserver.web.Web;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running nameserver. Shared. */
public final class Nameserver implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Nameserver.class);
  private static final int MAX_TICK_MS = 250;

  private final StateDirectory directory;
  private final KeyValueStore store;
  private final LocalLog commands;
  private final NetThreads threads;
  private final NetServer server;
  private final ScheduledExecutorService timer;
  private final Compaction compaction;
  private final Converter converter;
  private final Repairer repairer;
  private final String clusterId;
  private final Feeds feeds;
  private final BackupSchedule schedule;
  private final @Nullable Web web;
  private final Audit audit;

  private Nameserver(
      StateDirectory directory,
      KeyValueStore store,
      LocalLog commands,
      NetThreads threads,
      NetServer server,
      ScheduledExecutorService timer,
      String clusterId,
      Feeds feeds,
      BackupSchedule schedule,
      Compaction compaction,
      Converter converter,
      @Nullable Web web,
      Audit audit,
      Repairer repairer) {
    this.directory = directory;
    this.store = store;
    this.commands = commands;
    this.threads = threads;
    this.server = server;
    this.timer = timer;
    this.compaction = compaction;
    this.converter = converter;
    this.repairer = repairer;
    this.clusterId = clusterId;
    this.feeds = feeds;
    this.schedule = schedule;
    this.web = web;
    this.audit = audit;
  }

  /**
   * Starts to serve. EACCES, EEXIST, EBUSY and EIO by the directory, EBUSY by the address.
   *
   * @param version what to tell peers
   */
  public static Nameserver start(NameserverConfig config, String version) {
    StateDirectory directory = StateDirectory.lock(config.dir());
    try {
      RocksStore database = RocksStore.open(directory.database(), config.cache());
      KeyValueStore store = new CachedStore(database);
      try {
        Backups backups =
            new Backups(store, database::checkpoint, directory.checkpoints(), version);
        return serve(config, version, directory, store, backups);
      } catch (RuntimeException e) {
        store.close();
        throw e;
      }
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private static Nameserver serve(
      NameserverConfig config,
      String version,
      StateDirectory directory,
      KeyValueStore store,
      Backups backups) {
    EffectRouter router = new EffectRouter();
    LocalLog commands = new LocalLog(store, router, true);
    Tables tables = new Tables(store);
    commands.start();
    NetThreads threads =
        new NetThreads("dfs-nameserver", Runtime.getRuntime().availableProcessors());
    try {
      format(config, directory, commands);
      commands.submit(new Command.SkipNumbers(), true).join();
      String clusterId = tables.clusterId();
      Services services =
          services(config, directory, store, tables, commands, clusterId, backups, threads);
      BackupSchedule schedule = schedule(config, backups);
      router.route(services);
      services.sessions().resumeAll();
      services.compaction().start();
      services.converter().start();
      StatusReport status =
          new StatusReport(
              tables,
              services.registry(),
              services.leases(),
              services.cluster().repairer(),
              services.works(),
              version);
      Web web =
          config
              .http()
              .map(
                  address ->
                      new Web(
                          address,
                          config.httpTree(),
                          directory.chartHistory(),
                          new Web.Seen(
                              config.httpTree() ? status::status : status::withoutNames,
                              services.registry(),
                              services.leases(),
                              tables,
                              services.events())))
              .orElse(null);
      Audit audit = audit(config, store);
      CallHandler handler =
          new StatsHandler(
              new RequestHandler(services, status, audit), CallMetrics.unpublished(), version);
      NetServer server =
          NetServer.start(
              threads,
              config.listen(),
              NetLimits.DEFAULT,
              hello -> welcome(hello, clusterId, version),
              web == null ? handler : web.measured(handler));
      services.cluster().repairer().start();
      return new Nameserver(
          directory,
          store,
          commands,
          threads,
          server,
          timer(config, services),
          clusterId,
          services.feeds(),
          schedule,
          services.compaction(),
          services.converter(),
          web,
          audit,
          services.cluster().repairer());
    } catch (RuntimeException e) {
      threads.close();
      commands.close();
      throw e;
    }
  }

  private static void format(NameserverConfig config, StateDirectory directory, LocalLog commands) {
    int[] owner = directory.owner();
    commands
        .submit(
            new Command.Format(
                UUID.randomUUID().toString(),
                config.settings(),
                owner[0],
                owner[1],
                config.trash().toSeconds(),
                Timestamp.of(Instant.now())),
            true)
        .join();
  }

  private static Services services(
      NameserverConfig config,
      StateDirectory directory,
      KeyValueStore store,
      Tables tables,
      LocalLog commands,
      String clusterId,
      Backups backups,
      NetThreads threads) {
    Registry registry =
        new Registry(
            tables,
            new Registry.Patience(
                config.suspect().toMillis(),
                config.offline().toMillis(),
                config.repairAfter().toMillis()),
            System.currentTimeMillis(),
            System.nanoTime());
    Leases leases = new Leases();
    Recalls recalls = new Recalls(config.lease().toMillis(), System.nanoTime());
    OpenTable opens = new OpenTable();
    Garbage garbage = new Garbage(tables);
    SessionService sessions =
        new SessionService(tables, commands, leases, recalls, config.lease().toMillis());
    Placer placer = new Placer(registry, commands);
    CompactionSettings compaction = config.compaction();
    NewChunks chunks = new NewChunks(commands, placer, sessions, leases, compaction.grace());
    RewriteQueue rewrites =
        new RewriteQueue(
            registry, chunks, compaction.bytesPerSecond(), (int) config.heartbeat().toMillis());
    Events events = new Events(commands, tables);
    BadReplicas bad = new BadReplicas(commands, tables);
    Works works =
        new Works(tables, commands, config.repairRate(), config.balanceRate(), config.balanceMin());
    return new Services(
        store,
        tables,
        commands,
        leases,
        recalls,
        opens,
        sessions,
        new LockWaiters(tables),
        new Reaper(commands, opens, tables),
        garbage,
        registry,
        placer,
        new ClusterService(
            registry,
            tables,
            commands,
            garbage,
            events,
            bad,
            works,
            clusterId,
            (int) config.heartbeat().toMillis()),
        new TrashKeeper(commands, tables, () -> registry.map().servers()),
        new Checker(
            store,
            commands,
            new DataserverHolders(threads, () -> registry.map().servers(), clusterId),
            directory.scratch()),
        new Feeds(),
        backups,
        rewrites,
        new Compaction(tables, commands, rewrites, chunks, compaction),
        new Converter(store, commands, rewrites, events),
        events,
        bad,
        works,
        new Operators(registry, tables, commands, events, works));
  }

  private static Audit audit(NameserverConfig config, KeyValueStore store) {
    return config
        .auditLog()
        .<Audit>map(
            file ->
                new AuditLog(new AuditFile(file, config.auditSize(), config.auditCount()), store))
        .orElse(Audit.NONE);
  }

  private static BackupSchedule schedule(NameserverConfig config, Backups backups) {
    BackupSchedule schedule =
        new BackupSchedule(
            backups, config.backupDir(), config.backupInterval(), config.backupCount());
    schedule.start();
    return schedule;
  }

  private static Reply.Welcome welcome(Hello hello, String clusterId, String version) {
    if (!hello.clusterId().isEmpty() && !hello.clusterId().equals(clusterId)) {
      throw new FsException(
          Errno.EINVAL,
          "this nameserver is of cluster "
              + clusterId
              + ", not of "
              + hello.clusterId()
              + "; check the address");
    }
    return new Reply.Welcome(Hello.PROTOCOL, clusterId, version);
  }

  private static ScheduledExecutorService timer(NameserverConfig config, Services services) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "dfs-timer");
              thread.setDaemon(true);
              return thread;
            });
    long tickMs =
        Math.min(
            MAX_TICK_MS, Math.min(config.lease().toMillis() / 3, config.suspect().toMillis()) / 4);
    timer.scheduleWithFixedDelay(() -> tick(services), tickMs, tickMs, TimeUnit.MILLISECONDS);
    timer.schedule(
        services.reaper()::graceIsOver, config.lease().toMillis(), TimeUnit.MILLISECONDS);
    return timer;
  }

  private static void tick(Services services) {
    try {
      long now = System.nanoTime();
      services.cluster().tick(now, System.currentTimeMillis());
      services.sessions().sweep(now);
      services.recalls().sweep(now);
      services.waiters().sweep(now);
      services.reaper().sweep();
      services.garbage().load(now);
      services.feeds().tick(now);
      services.trash().tick(now);
      services.compaction().tick(now);
    } catch (RuntimeException e) {
      log.error("periodic work failed and is tried again; please report this", e);
    }
  }

  /**
   * Makes a nameserver's directory from a backup. EEXIST unless it is empty or missing; EINVAL, EIO
   * by the backup.
   *
   * @param dump whether it is a dump, else an archive
   */
  public static Restore.Restored restore(Path backup, Path directory, boolean dump) {
    Path database = StateDirectory.database(directory);
    Timestamp now = Timestamp.of(Instant.now());
    Restore.Restored restored =
        dump
            ? Restore.dump(backup, directory, database, now)
            : Restore.archive(backup, directory, database, now);
    StateDirectory.mark(directory);
    return restored;
  }

  /** Of the dashboard and the metrics, if they are served. */
  public Optional<HostPort> httpAddress() {
    return Optional.ofNullable(web).map(Web::address);
  }

  public HostPort address() {
    return server.address();
  }

  public String clusterId() {
    return clusterId;
  }

  /** Stops: finishes what was accepted, and syncs. */
  @Override
  public void close() {
    timer.shutdownNow();
    if (web != null) {
      web.close();
    }
    compaction.close();
    converter.close();
    repairer.close();
    server.close();
    feeds.close();
    schedule.close();
    commands.close();
    audit.close();
    try {
      store.sync();
    } finally {
      store.close();
      threads.close();
      directory.close();
    }
  }
}
