package dev.highlander.cli;

/** Where the JVM begins. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int status = new Cli(System.getenv(), System.out, System.err).run(args);
        System.out.flush();
        System.err.flush();
        System.exit(status);
    }
}
