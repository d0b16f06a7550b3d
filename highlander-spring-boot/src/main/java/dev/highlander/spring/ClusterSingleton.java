package dev.highlander.spring;

import dev.highlander.supervisor.Restart;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks what runs on one instance of the application at a time, supervised, and on another when that one ends.
 *
 * <pre>{@code
 * @Component
 * class MailRelay {
 *     @ClusterSingleton("mail-relay")
 *     void loop(Term term) throws InterruptedException {
 *         while (true) {
 *             Mail next = receive();
 *             term.ensureHeld();
 *             send(next);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>On a method without parameters or with a {@link dev.highlander.Term}: a loop, which runs until it is interrupted. On
 * the class of a bean, or on the method that makes one: a {@link Runnable}, a {@link dev.highlander.supervisor.Task} or a
 * {@link dev.highlander.TermTask} is such a loop; a {@link org.springframework.context.Lifecycle} is started and stopped,
 * and must not start by itself (the context must not be told to {@code start()} either, which starts all); a {@link dev.highlander.supervisor.ChildSpec} runs under this key instead of its id. The
 * bean itself exists on every instance.
 *
 * <p>What ends is started again, here or elsewhere, as {@link #restart} says. What is interrupted has to end: see {@code
 * highlander.when-stuck}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ClusterSingleton {
    /**
     * The key: what must be unique among all instances, in all versions of the application that run side by side. As {@link
     * dev.highlander.lock.Key#parse} reads it; may have {@code ${placeholders}}.
     */
    String value();

    /** When to start it again after it has ended by itself. */
    Restart restart() default Restart.ALWAYS;

    /**
     * How long it may take to stop in an orderly way before it is interrupted again, and called stuck: such as {@code 30s},
     * {@code 0s} for no time, and five seconds unless given. May have {@code ${placeholders}}.
     */
    String grace() default "";

    /**
     * For a method with a {@link dev.highlander.Term}: how long it may be silent, such as {@code 1m}, before it is stopped as
     * failed; it reports by {@link dev.highlander.Term#progress}. Not watched unless given. May have {@code ${placeholders}}.
     */
    String expectProgress() default "";
}
