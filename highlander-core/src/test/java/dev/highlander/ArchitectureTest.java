package dev.highlander;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may know whom inside core. */
class ArchitectureTest {
    private static final String TOP = "dev.highlander";
    private static final String LOCK = "dev.highlander.lock";
    private static final String SUPERVISOR = "dev.highlander.supervisor";
    private static final String TIME = "dev.highlander.time";

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
