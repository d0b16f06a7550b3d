package dev.highlander.lock;

/** A key that is held now, and by whom. A lock service that knows only a text's number gives that number as the key. */
public record Holding(Key key, Holder holder) {}
