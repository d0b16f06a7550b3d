package dev.highlander.spring;

import java.lang.System.Logger.Level;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Warns of data sources on which a singleton can wait for ever: when its key is lost because the network is, an interrupt
 * does not end a wait for the database's answer, and what does not end has its JVM halted.
 */
final class SocketTimeouts {
    private static final System.Logger LOG = System.getLogger("dev.highlander.spring");

    private SocketTimeouts() {}

    /** Looks at what there is already, and makes no data source for it. */
    static void warn(ConfigurableListableBeanFactory beans) {
        for (String name : beans.getBeanNamesForType(DataSource.class, false, false)) {
            if (beans.containsSingleton(name)) {
                DataSources.read(name, beans.getBean(name, DataSource.class))
                        .filter(database -> database.isPostgres() && !database.hasSocketTimeout())
                        .ifPresent(database -> LOG.log(
                                Level.WARNING,
                                "The data source \"{0}\" has no socket timeout: a singleton that waits for an answer of the"
                                        + " database while the network is down ends neither by an interrupt nor by itself,"
                                        + " and what goes on after its key is lost takes this JVM down. Add"
                                        + " socketTimeout=<seconds>, more than the longest statement takes, to the URL or"
                                        + " to spring.datasource.hikari.data-source-properties.",
                                name));
            }
        }
    }
}
