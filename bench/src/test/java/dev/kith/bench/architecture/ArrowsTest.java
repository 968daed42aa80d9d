package dev.kith.bench.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Which room may know which, and the one door through which each foreign library comes in.
final class ArrowsTest {

  private static final JavaClasses KITH =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.kith");

  @Test
  void theEngineDependsOnTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage("dev.kith.index..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.kith.index..", "java..", "jdk.incubator.vector..", "org.jspecify..")
        .check(KITH);
  }

  @Test
  void theVocabularyOfTheEngineKnowsNoneOfItsSiblings() {
    noClasses()
        .that()
        .resideInAPackage("dev.kith.index")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.kith.index.kernel..",
            "dev.kith.index.store..",
            "dev.kith.index.codec..",
            "dev.kith.index.flat..",
            "dev.kith.index.hnsw..",
            "dev.kith.index.plan..",
            "dev.kith.index.build..")
        .check(KITH);
  }

  @Test
  void listsMayBeFoundByAGraphButGraphsAndScansKnowNothingOfLists() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.kith.index.flat..", "dev.kith.index.hnsw..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.kith.index.ivf..")
        .check(KITH);
  }

  @Test
  void theServerKnowsNeitherClientNorBench() {
    noClasses()
        .that()
        .resideInAPackage("dev.kith.server..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.kith.client..", "dev.kith.bench..")
        .check(KITH);
  }

  @Test
  void theClientKnowsOnlyTheContract() {
    noClasses()
        .that()
        .resideInAPackage("dev.kith.client..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.kith.server..", "dev.kith.index..", "dev.kith.bench..")
        .check(KITH);
  }

  @Test
  void inTheServerRequestsGoDownAndNothingCallsBackUp() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.kith.server.collection..", "dev.kith.server.storage..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.kith.server.rpc..",
            "dev.kith.server.search..",
            "dev.kith.server.relevance..",
            "dev.kith.server.filter..",
            "dev.kith.server.http..")
        .check(KITH);
    noClasses()
        .that()
        .resideInAPackage("dev.kith.server.filter..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.kith.server.rpc..", "dev.kith.server.search..", "dev.kith.server.http..")
        .check(KITH);
    noClasses()
        .that()
        .resideInAPackage("dev.kith.server.storage..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.kith.server.collection..")
        .check(KITH);
    noClasses()
        .that()
        .resideInAPackage("dev.kith.server.search..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.kith.server.rpc..", "dev.kith.server.http..", "dev.kith.server.relevance..")
        .check(KITH);
    noClasses()
        .that()
        .resideInAPackage("dev.kith.server.relevance..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.kith.server.rpc..", "dev.kith.server.http..")
        .check(KITH);
  }

  @Test
  void gRpcAndItsMessagesComeInThroughTheRpcPackageAndTheClient() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.kith.server.rpc..", "dev.kith.client", "dev.kith.proto..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.grpc..", "com.google.protobuf..", "com.google.rpc..", "dev.kith.proto..")
        .check(KITH);
  }

  @Test
  void rocksDbComesInThroughTheStoragePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.kith.server.storage..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.rocksdb..")
        .check(KITH);
  }

  @Test
  void theVectorApiComesInThroughTheKernelPackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.kith.index.kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(KITH);
  }

  @Test
  void nettyComesInWhereTheServerListens() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.kith.server.rpc..", "dev.kith.server.http..", "dev.kith.client")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(KITH);
  }

  @Test
  void eigenvectorsOfMatricesAreFoundInTheClient() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.kith.client")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.ejml..")
        .check(KITH);
  }

  @Test
  void eachCompetitorComesInThroughAPackageOfItsOwn() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.kith.bench.peers.lucene..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.lucene..")
        .check(KITH);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.kith.bench.peers.jvector..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.github.jbellis.jvector..")
        .check(KITH);
  }

  @Test
  void chartsAreDrawnInOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.kith.bench.report")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.knowm.xchart..")
        .check(KITH);
  }
}
