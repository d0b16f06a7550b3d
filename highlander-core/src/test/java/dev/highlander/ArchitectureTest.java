package dev.highlander;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.highlander.time.Time;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may know whom inside core. */
class ArchitectureTest {
    private static final String TOP = "dev.highlander";
    private static final String LOCK = "dev.highlander.lock";
    private static final String SUPERVISOR = "dev.highlander.supervisor";
    private static final String TIME = "dev.highlander.time";

    private static final String MACHINES =
            "dev\\.highlander\\.(SingletonMachine|Silence|supervisor\\.(SupervisorMachine|Members?|RestartWindow|Refusals))(\\$.*)?";

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(TOP);

    @Test
    void lockKnowsNeitherTheSupervisorNorTheTop() {
        noClasses()
                .that()
                .resideInAPackage(LOCK)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SUPERVISOR, TOP)
                .check(CORE);
    }

    @Test
    void supervisorKnowsNeitherTheLocksNorTheTop() {
        noClasses()
                .that()
                .resideInAPackage(SUPERVISOR)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LOCK, TOP)
                .check(CORE);
    }

    @Test
    void timeKnowsNothingOfOurs() {
        noClasses()
                .that()
                .resideInAPackage(TIME)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TOP, LOCK, SUPERVISOR)
                .check(CORE);
    }

    @Test
    void coreHasTheseFourPackagesAndNoOther() {
        assertThat(CORE).extracting(JavaClass::getPackageName).containsOnly(TOP, LOCK, SUPERVISOR, TIME);
    }

    @Test
    void coreNeedsOnlyTheJavaBaseModuleAndTheNullAnnotations() {
        classes()
                .should()
                .onlyDependOnClassesThat(areOursOrInJavaBaseOrJspecify())
                .check(CORE);
    }

    @Test
    void theMachinesHaveNoThreadsNoInputOrOutputAndNoClock() {
        classes()
                .that()
                .haveNameMatching(MACHINES)
                .should()
                .onlyDependOnClassesThat(arePure())
                .check(CORE);
        noClasses()
                .that()
                .haveNameMatching(MACHINES)
                .should()
                .callMethodWhere(target(nameMatching("wait|notify|notifyAll"))
                        .or(target(owner(assignableTo(Time.class))).and(not(target(nameMatching("plus"))))))
                .check(CORE);
    }

    @Test
    void onlyTheSystemsTimeReadsTheMonotonicClock() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.highlander.time.SystemTime")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethodWhere(target(owner(assignableTo(Clock.class))))
                .check(CORE);
    }

    /** What can neither wait, nor talk to anybody, nor tell the time. */
    private static DescribedPredicate<JavaClass> arePure() {
        Set<String> others = Set.of(
                TOP + ".State",
                TOP + ".Reason",
                TOP + ".NoProgressException",
                LOCK + ".Loss",
                TIME + ".Time",
                SUPERVISOR + ".Exit",
                SUPERVISOR + ".StopReason",
                SUPERVISOR + ".Strategy",
                SUPERVISOR + ".Backoff",
                SUPERVISOR + ".Restart",
                SUPERVISOR + ".AutomaticShutdown",
                SUPERVISOR + ".ChildInfo",
                SUPERVISOR + ".ChildType",
                SUPERVISOR + ".ChildStuckException",
                SUPERVISOR + ".StartFailedException",
                SUPERVISOR + ".TooManyRestartsException",
                "java.time.Duration",
                "org.jspecify.annotations.Nullable");
        Set<String> forbidden =
                Set.of("java.lang.Thread", "java.lang.System", "java.lang.Runtime", "java.lang.Process");
        return describe("are pure", target -> {
            JavaClass type = target.getBaseComponentType();
            String name = type.getName();
            return type.isPrimitive()
                    || others.contains(name)
                    || name.matches(MACHINES)
                    || (type.getPackageName().equals("java.lang") && !forbidden.contains(name))
                    || type.getPackageName().equals("java.lang.runtime")
                    || type.getPackageName().equals("java.lang.invoke")
                    || type.getPackageName().equals("java.util")
                    || type.getPackageName().equals("java.util.function")
                    || type.getPackageName().equals("java.util.stream");
        });
    }

    private static DescribedPredicate<JavaClass> areOursOrInJavaBaseOrJspecify() {
        Set<String> javaBase = Object.class.getModule().getPackages();
        return describe("are ours, in java.base or of JSpecify", target -> {
            JavaClass type = target.getBaseComponentType();
            String name = type.getPackageName();
            return type.isPrimitive()
                    || name.equals(TOP)
                    || name.startsWith(TOP + ".")
                    || name.equals("org.jspecify.annotations")
                    || javaBase.contains(name);
        });
    }
}
