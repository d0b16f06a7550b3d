package dev.highlander;

/** What to do about a child that ignores its kill while its key is lost, so that another node is about to start one. */
public enum WhenStuck {
    /**
     * Write a thread dump to standard error and halt this JVM with status {@value #EXIT_STATUS} before the lease ends:
     * never two copies, at the price of this process. The default where the lock service promises "never two".
     */
    HALT,
    /** Log it and go on: two copies may run until the child ends. The default elsewhere. */
    REPORT;

    /** The exit status of a halted JVM. */
    public static final int EXIT_STATUS = 70;
}
