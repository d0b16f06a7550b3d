package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.util.Properties;
import javax.sql.DataSource;

/** Connections to where a data source leads, beside it and not from it. */
final class DataSourceConnector implements Connector {
    private final DataSource source;
    private final Properties more;
    private final String node;
    private final Lease lease;
    private final UrlConnector first;

    /** Reads the settings at once, so that an error in them comes as early as can be. */
    DataSourceConnector(DataSource source, Properties more, String node, Lease lease) {
        this.source = source;
        this.more = more;
        this.node = node;
        this.lease = lease;
        this.first = read();
    }

    private UrlConnector read() {
        DataSourceSettings settings = DataSourceSettings.of(source);
        Properties all = settings.properties();
        all.putAll(more);
        DriverSettings.refuseContradictions(settings.url(), all, lease);
        return new UrlConnector(settings.url(), all, node);
    }

    @Override
    public Link connect(long timeoutMillis) throws Exception {
        return read().connect(timeoutMillis);
    }

    @Override
    public String where() {
        return first.where();
    }

    @Override
    public int hosts() {
        return first.hosts();
    }
}
