/** Highlander's lock service without a server: the nodes themselves keep the registry of names. */
@org.jspecify.annotations.NullMarked
module dev.highlander.cluster {
    requires transitive dev.highlander.core;
    requires static org.jspecify;

    exports dev.highlander.cluster;
}
