/** Highlander's singletons and their leases as metrics of Micrometer. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings(
        "requires-transitive-automatic") // Micrometer has no module descriptor, and its registry is in our API
module dev.highlander.micrometer {
    requires transitive dev.highlander.core;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports dev.highlander.micrometer;
}
