package dev.highlander.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be wrong with an application's configuration, each with its remedy. No text holds a password. */
final class Problems {
    private static final String OR_LOCAL =
            "Or set highlander.locks=local if all instances run on this machine, as in development, or"
                    + " highlander.enabled=false if nothing is to run.";

    private Problems() {}

    // Where locks come from.

    static SetupException noDatabase() {
        return problem(
                "Highlander has no lock service: the application has no database.",
                "Set spring.datasource.url to a Postgres, or highlander.postgres.url for one that only Highlander uses. "
                        + OR_LOCAL);
    }

    static SetupException notPostgres(ApplicationDatabase database) {
        return problem(
                "Highlander has no lock service: the application's database (" + database + ") is no Postgres.",
                "Set highlander.postgres.url to a Postgres that all instances reach. " + OR_LOCAL);
    }

    static SetupException severalDatabases(List<String> names) {
        return problem(
                "Highlander does not know which database to lock in: there are " + names.size() + " ("
                        + String.join(", ", names) + ").",
                "Set highlander.postgres.data-source to the name of one of the data source beans, make one of them"
                        + " @Primary, or set highlander.postgres.url. All instances have to lock in the same.");
    }

    static SetupException noSuchDataSource(String name, List<String> names) {
        return problem(
                "highlander.postgres.data-source names \"" + name
                        + "\", and there is no data source bean of that name.",
                names.isEmpty()
                        ? "The application has none: set highlander.postgres.url instead."
                        : "Use one of: " + String.join(", ", names) + ".");
    }

    static SetupException hiddenSettings(String name, String type) {
        return problem(
                "The data source \"" + name + "\", a " + type
                        + ", does not tell how it connects, and Highlander needs a connection of its own, outside of any pool.",
                "Set highlander.postgres.url, username and password to what the data source is made of.");
    }

    static SetupException badPostgres(String origin, IllegalArgumentException why) {
        return problem(
                "The Postgres to lock in, of " + origin + ", can't be used: " + why.getMessage(),
                "Mend that setting, or set highlander.postgres.url to another.",
                why);
    }

    static SetupException missingPostgres() {
        return problem(
                "The locks are to come from Postgres, and dev.highlander:highlander-postgres is not there.",
                "Add that dependency, which highlander-spring-boot-starter has unless it is excluded.");
    }

    static SetupException badSetting(String property, IllegalArgumentException why) {
        return problem(property + " can't be used: " + why.getMessage(), "Change " + property + ".", why);
    }

    // Singletons.

    static SetupException duplicateKey(String key, String first, String second) {
        return problem(
                "Two singletons have the key \"" + key + "\": " + first + " and " + second
                        + ". They would exclude each other, so one of them would never run.",
                "Give each a key of its own.");
    }

    static SetupException nothingToRun(String origin, String type) {
        return problem(
                origin + " is a @ClusterSingleton, and its type, " + type + ", has nothing to run.",
                "Put @ClusterSingleton on the method to run, or implement Runnable, Task, TermTask or Lifecycle, or give a"
                        + " ChildSpec.");
    }

    static SetupException startsByItself(String origin) {
        return problem(
                origin
                        + " is a @ClusterSingleton and a SmartLifecycle that starts by itself, so Spring would start it on"
                        + " every instance.",
                "Return false from its isAutoStartup(), or set its autoStartup to false: Highlander starts it on one.");
    }

    static SetupException badParameters(String origin) {
        return problem(
                origin + " is a @ClusterSingleton with parameters that nobody can give.",
                "Let it have none, or a single dev.highlander.Term.");
    }

    static SetupException notOneBean(String origin) {
        return problem(
                origin + " is a @ClusterSingleton, and there is not one bean of it but one for each use (its scope).",
                "Make the bean a singleton of its application context, which is the default scope.");
    }

    static SetupException badSingleton(String origin, IllegalArgumentException why) {
        return problem(
                origin + " can't be run: " + why.getMessage(), "Change what @ClusterSingleton or ChildSpec says.", why);
    }

    private static SetupException problem(String what, String remedy) {
        return problem(what, remedy, null);
    }

    private static SetupException problem(String what, String remedy, @Nullable Throwable cause) {
        return new SetupException(what, remedy, cause);
    }
}
