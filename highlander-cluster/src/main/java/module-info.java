/** Highlander's lock service without a server: the nodes themselves keep the registry of names. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-transitive-automatic") // JGroups has a name, and no descriptor
module dev.highlander.cluster {
    requires transitive dev.highlander.core;
    requires transitive org.jgroups;
    requires static org.jspecify;

    exports dev.highlander.cluster;
}
