package io.dfs.packaging;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may use whom, between the modules, the rooms in them and the libraries. */
class RoomsTest {
  private static JavaClasses dfs;

  @BeforeAll
  static void readClasses() {
    dfs =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.dfs");
    for (String module : new String[] {"common", "nameserver", "dataserver", "client"}) {
      assertTrue(
          dfs.stream().anyMatch(c -> c.getPackageName().startsWith("io.dfs." + module + ".")),
          "no classes of " + module + ": the rules below would hold for nothing");
    }
  }

  @Test
  void commonUsesNoOtherModule() {
    only("io.dfs.common..", "io.dfs.common..");
  }

  @Test
  void theNameserverUsesOnlyCommon() {
    only("io.dfs.nameserver..", "io.dfs.nameserver..", "io.dfs.common..");
  }

  @Test
  void theDataserverUsesOnlyCommon() {
    only("io.dfs.dataserver..", "io.dfs.dataserver..", "io.dfs.common..");
  }

  @Test
  void theClientUsesOnlyCommon() {
    only("io.dfs.client..", "io.dfs.client..", "io.dfs.common..");
  }

  @Test
  void fuseMountUsesOnlyTheClientAndCommon() {
    only("io.dfs.fusemount..", "io.dfs.fusemount..", "io.dfs.client..", "io.dfs.common..");
  }

  @Test
  void theClientKnowsNothingOfFuse() {
    library("FUSE", "ru.serce..", "io.dfs.fusemount..", "io.dfs.fusemount.jnr..");
  }

  @Test
  void onlyTheKeyValuePortImportsRocksDb() {
    library("RocksDB", "org.rocksdb..", "io.dfs.nameserver.kv..");
  }

  @Test
  void onlyTheNetAndHttpRoomsImportNettyExceptItsBuffers() {
    noClasses()
        .that()
        .resideInAPackage("io.dfs..")
        .and()
        .resideOutsideOfPackages("io.dfs.common.net..", "io.dfs.common.http..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.netty..")
                .and(
                    DescribedPredicate.not(
                            JavaClass.Predicates.resideInAPackage("io.netty.buffer.."))
                        .and(
                            DescribedPredicate.not(
                                // What a ByteBuf is: its release methods are declared there.
                                HasName.Predicates.nameMatching(
                                    "io\\.netty\\.util\\.(ReferenceCounted|ReferenceCountUtil|AbstractReferenceCounted|IllegalReferenceCountException)")))))
        .check(dfs);
  }

  @Test
  void onlyCommandLinesImportPicocli() {
    library("picocli", "picocli..", "io.dfs..cli..", "io.dfs.packaging..");
  }

  @Test
  void onlyTheShellImportsJLine() {
    library("JLine", "org.jline..", "io.dfs.client.cli.shell..");
  }

  @Test
  void onlyTheJnrRoomAndTheMountImportJnr() {
    library(
        "jnr",
        "jnr..",
        "io.dfs.fusemount.jnr..",
        "io.dfs.fusemount.mount..",
        "io.dfs.fusemount.linux.channel..");
  }

  @Test
  void onlyTheMetricsRoomImportsMicrometer() {
    library("Micrometer", "io.micrometer..", "io.dfs.common.metrics..");
  }

  @Test
  void onlyTheCachesImportCaffeine() {
    library(
        "Caffeine",
        "com.github.benmanes.caffeine..",
        "io.dfs.client.cache..",
        "io.dfs.client.meta..");
  }

  @Test
  void decisionsReadNoClockAndDoNoInput() {
    noClasses()
        .that()
        .resideInAnyPackage("io.dfs.nameserver.namespace..", "io.dfs.nameserver.placement..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..", "java.nio.channels..", "java.net..", "io.dfs.common.net..")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .allowEmptyShould(true)
        .check(dfs);
  }

  @Test
  void commandLinesAreUsedByNobody() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.dfs..cli..", "io.dfs.packaging..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.dfs..cli..")
        .check(dfs);
  }

  @Test
  void roomsOfAModuleDoNotUseEachOtherInCircles() {
    for (String module : new String[] {"common", "nameserver", "dataserver", "client"}) {
      SlicesRuleDefinition.slices()
          .matching("io.dfs." + module + ".(*)..")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true)
          .check(dfs);
    }
  }

  private static void only(String user, String... used) {
    noClasses()
        .that()
        .resideInAPackage(user)
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.dfs..")
                .and(JavaClass.Predicates.resideOutsideOfPackages(used)))
        .allowEmptyShould(true)
        .check(dfs);
  }

  private static void library(String name, String library, String... users) {
    noClasses()
        .that()
        .resideInAPackage("io.dfs..")
        .and()
        .resideOutsideOfPackages(users)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .as("only " + String.join(", ", users) + " may import " + name)
        .check(dfs);
  }
}
