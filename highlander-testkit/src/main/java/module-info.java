/** What tests are made of: the contract of lock services, fake locks, a clock that is turned by hand, and for JUnit all three. */
@org.jspecify.annotations.NullMarked
module dev.highlander.testkit {
    requires transitive dev.highlander.core;
    requires org.assertj.core;
    requires static transitive org.jspecify;
    requires transitive org.junit.jupiter.api;

    exports dev.highlander.testkit;
}
