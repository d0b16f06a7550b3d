package dev.highlander.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/**
 * Gives a test's application fake locks in place of those that it is configured for: a bean of the type {@link
 * dev.highlander.testkit.FakeLocks}, which needs no database. By default this test holds all singletons: each key is granted
 * at once, and kept until the test takes it away.
 *
 * <pre>{@code
 * @SpringBootTest
 * @AutoConfigureFakeLocks
 * class MailRelayTest {
 *     @Autowired
 *     FakeLocks locks;
 *     ...
 *     locks.lose(Key.of("mail-relay"), Loss.DISCONNECTED);
 * }
 * }</pre>
 *
 * <p>Time is the real one. Contexts are cached between tests, and so is what was done to the locks of one: add {@code
 * @DirtiesContext} to a test that does not undo it.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(FakeLocksRegistrar.class)
public @interface AutoConfigureFakeLocks {
    /** Which singletons this test holds from the beginning. */
    Holds holds() default Holds.ALL;

    /** Which singletons a test holds. */
    enum Holds {
        /** All: each key is granted at once. */
        ALL,
        /** None: each waits until the test calls {@link dev.highlander.testkit.FakeLocks#grant}. */
        NONE
    }
}
