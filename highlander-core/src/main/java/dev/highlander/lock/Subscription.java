package dev.highlander.lock;

/** A listener's place in the list; closing it ends the listening, and never throws. */
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
