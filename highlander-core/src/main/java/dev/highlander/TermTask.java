package dev.highlander;

/** A loop or a job that is handed its term. */
@FunctionalInterface
public interface TermTask {
    /** Runs on a thread of its own; an interrupt asks it to return soon. */
    void run(Term term) throws Exception;
}
