package dev.highlander.supervisor;

/**
 * Makes something closeable from an argument.
 *
 * @param <A> the argument
 */
@FunctionalInterface
public interface Factory<A> {
    AutoCloseable create(A argument) throws Exception;
}
