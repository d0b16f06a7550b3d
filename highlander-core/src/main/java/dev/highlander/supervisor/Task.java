package dev.highlander.supervisor;

/** A loop that runs until it is interrupted, or a job that ends by itself. */
@FunctionalInterface
public interface Task {
    /** Runs on a thread of its own; an interrupt asks it to return soon. */
    void run() throws Exception;
}
