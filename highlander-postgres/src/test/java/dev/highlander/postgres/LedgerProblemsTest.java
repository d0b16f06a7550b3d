package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** D8: what a ledger can be refused for. */
class LedgerProblemsTest {
    private static final LedgerTable TABLE = new LedgerTable("ops", "highlander_ledger");

    static Stream<Problem> all() {
        return Stream.of(
                LedgerProblems.keptByOthers("ops.highlander_ledger"),
                LedgerProblems.othersKeepOne(5000),
                LedgerProblems.othersKeepNone(5000),
                LedgerProblems.missing(TABLE, true, "app"),
                LedgerProblems.missing(TABLE, false, "app"),
                LedgerProblems.nowhere("highlander_ledger", "app"),
                LedgerProblems.twice("highlander_ledger", List.of("ops", "public")),
                LedgerProblems.elsewhere(TABLE, "public"),
                LedgerProblems.noTable(TABLE),
                LedgerProblems.otherColumns(TABLE, List.of("it lacks the column reason text")),
                LedgerProblems.mayNot(TABLE, List.of("DELETE"), "app"),
                LedgerProblems.noHistory("highlander_ledger"),
                LedgerProblems.emptied(TABLE),
                LedgerProblems.aboveCeiling(TABLE, Lease.of(Duration.ofSeconds(30)), Lease.DEFAULT));
    }

    @ParameterizedTest
    @MethodSource("all")
    void D8_eachSaysWhatIsWrongAndWhatToDoInSentencesAndIsARefusal(Problem problem) {
        assertThat(problem.code()).matches("[A-Z_]+");
        assertThat(problem.what()).matches("(?s)[A-Z].*\\w.*[.]");
        assertThat(problem.remedy()).matches("(?s)[A-Z].*[.]");
        assertThat(Problems.isRefusal(problem)).isTrue();
    }
}
