package dev.highlander.cli;

/** Where the value of an option comes from; what is given in an earlier place counts, not what is given in a later one. */
enum Origin {
    COMMAND_LINE,
    ENVIRONMENT,
    FILE,
    DEFAULT;

    boolean outranks(Origin other) {
        return compareTo(other) < 0;
    }
}
