package dev.highlander.lock;

/**
 * What keeps the keys of two applications apart that share one lock service.
 *
 * @param name at most {@value #MAX_BYTES} bytes of UTF-8, without control characters
 */
public record Namespace(String name) {
    /** The most bytes that a namespace's name may have. */
    public static final int MAX_BYTES = 200;

    /** The namespace of those who give none. */
    public static final Namespace DEFAULT = new Namespace("default");

    public Namespace {
        Text.check("namespace", name, MAX_BYTES);
    }
}
