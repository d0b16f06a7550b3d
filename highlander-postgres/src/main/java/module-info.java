/** Highlander's lock service on Postgres advisory locks. */
@org.jspecify.annotations.NullMarked
module dev.highlander.postgres {
    requires transitive dev.highlander.core;
    requires transitive java.sql;
    requires org.postgresql.jdbc;
    requires static java.naming; // a supertype of the driver's data sources, where compiling looks it up
    requires static org.jspecify;

    exports dev.highlander.postgres;
}
