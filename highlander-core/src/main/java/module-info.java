/** Run exactly one of anything across a cluster, supervised, and started elsewhere when its node dies. */
@org.jspecify.annotations.NullMarked
module dev.highlander.core {
    requires static transitive org.jspecify;

    exports dev.highlander;
    exports dev.highlander.lock;
    exports dev.highlander.supervisor;
    exports dev.highlander.time;
}
