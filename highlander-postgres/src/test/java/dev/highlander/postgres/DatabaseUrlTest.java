package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** D2: a database by its URL, in each form that people have it in. */
class DatabaseUrlTest {
    private static final String SECRET = "s3cr";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgres://db.example/app                        | jdbc:postgresql://db.example:5432/app
            postgresql://db.example:6432/app                 | jdbc:postgresql://db.example:6432/app
            POSTGRES://db.example/app                        | jdbc:postgresql://db.example:5432/app
            postgres://u:s3cr@db.example:1/app?sslmode=require | jdbc:postgresql://db.example:1/app
            postgres://db.example                            | jdbc:postgresql://db.example:5432/
            postgres://db.example/                           | jdbc:postgresql://db.example:5432/
            postgres://                                      | jdbc:postgresql://localhost:5432/
            postgres:///app                                  | jdbc:postgresql://localhost:5432/app
            postgres://:6432/app                             | jdbc:postgresql://localhost:6432/app
            postgres:///app?host=db.example&port=6432        | jdbc:postgresql://db.example:6432/app
            postgres://db.example/?dbname=app                | jdbc:postgresql://db.example:5432/app
            postgres://[::1]/app                             | jdbc:postgresql://[::1]:5432/app
            postgres://u@[2001:db8::7]:6432/app              | jdbc:postgresql://[2001:db8::7]:6432/app
            postgres:///app?host=::1                         | jdbc:postgresql://[::1]:5432/app
            postgres://a:1,b,[::1]:3/app                     | jdbc:postgresql://a:1,b:5432,[::1]:3/app
            postgres:///app?host=a,b&port=6432               | jdbc:postgresql://a:6432,b:6432/app
            postgres://db/my%20app%2Fx%2B1                   | jdbc:postgresql://db:5432/my+app%2Fx%2B1
            jdbc:postgresql://db.example/app                 | jdbc:postgresql://db.example:5432/app
            jdbc:postgresql://db.example:6432/app?user=u&password=s3cr | jdbc:postgresql://db.example:6432/app
            jdbc:postgresql://a:1,[::1]:2/app                | jdbc:postgresql://a:1,[::1]:2/app
            jdbc:postgresql:app                              | jdbc:postgresql://localhost:5432/app
            jdbc:postgresql:/                                | jdbc:postgresql://localhost:5432/
            jdbc:postgresql:///app                           | jdbc:postgresql://localhost:5432/app
            jdbc:postgresql://u:s3cr@db.example/app          | jdbc:postgresql://db.example:5432/app
            '  postgres://db.example/app  '                  | jdbc:postgresql://db.example:5432/app
            """)
    void D2_findsHostPortAndDatabase(String url, String expected) {
        DatabaseUrl read = DatabaseUrl.parse(url);

        assertThat(read.jdbcUrl()).isEqualTo(expected);
        assertThat(Driver.parseURL(read.jdbcUrl(), read.properties())).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgres://u:s3cr@h/d                            | password=s3cr, user=u
            postgres://u@h/d                                 | user=u
            postgres://u:@h/d                                | password=, user=u
            postgres://:s3cr@h/d                             | password=s3cr
            postgres://u%40corp:p%2Fs3cr%3A%3F%23%25+@h/d    | password=p/s3cr:?#%+, user=u@corp
            postgres://u:p@s3cr@h/d                          | password=p@s3cr, user=u
            postgres://u:s3cr:x#y@h/d                        | password=s3cr:x#y, user=u
            postgres://j%C3%BCrgen@h/d                       | user=jürgen
            postgres://h/d?user=u&password=s3cr              | password=s3cr, user=u
            postgres://h/d?sslmode=verify-full&sslrootcert=/ca.pem | sslmode=verify-full, sslrootcert=/ca.pem
            postgres://h/d?ssl=true                          | sslmode=require
            postgres://h/d?application_name=a&connect_timeout=3 | ApplicationName=a, connectTimeout=3
            postgres://h/d?options=-c%20geqo%3Doff           | options=-c geqo=off
            postgres://h/d?keepalives=1&gssencmode=disable   | gssEncMode=disable, tcpKeepAlive=true
            postgres://h/d?target_session_attrs=read-write   | targetServerType=primary
            postgres://h/d?channel_binding=require           | channelBinding=require
            postgres://h/d?socketTimeout=7                   | socketTimeout=7
            jdbc:postgresql://h/d?user=u@corp&password=s3cr&ssl=true | password=s3cr, ssl=true, user=u@corp
            jdbc:postgresql://h/d?options=-c+geqo%3Doff&     | options=-c geqo=off
            """)
    void D2_findsUserPasswordAndParameters(String url, String expected) {
        Map<String, String> read = new TreeMap<>();
        Properties properties = DatabaseUrl.parse(url).properties();
        properties.stringPropertyNames().forEach(name -> read.put(name, properties.getProperty(name)));

        assertThat(read.toString()).isEqualTo("{" + expected + "}");
    }

    @Test
    void D2_theDriverReadsWhatWasMeant() {
        DatabaseUrl read = DatabaseUrl.parse("postgres://u:s3cr@a:1,[::1]:2/my%20app%2Fx%2B1?sslmode=disable");

        Properties seen = Driver.parseURL(read.jdbcUrl(), read.properties());

        assertThat(seen).isNotNull();
        assertThat(PGProperty.PG_HOST.getOrNull(seen)).isEqualTo("a,[::1]");
        assertThat(PGProperty.PG_PORT.getOrNull(seen)).isEqualTo("1,2");
        assertThat(PGProperty.PG_DBNAME.getOrNull(seen)).isEqualTo("my app/x+1");
        assertThat(PGProperty.USER.getOrNull(seen)).isEqualTo("u");
        assertThat(PGProperty.SSL_MODE.getOrNull(seen)).isEqualTo("disable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://u:s3cr@h/d",
                "postgres://h/d?user=u&password=s3cr",
                "jdbc:postgresql://h/d?user=u&password=s3cr&sslpassword=s3cr",
            })
    void thePasswordIsNotShown(String url) {
        DatabaseUrl read = DatabaseUrl.parse(url);

        assertThat(read.hasPassword()).isTrue();
        assertThat(read.toString()).doesNotContain(SECRET).isEqualTo(read.jdbcUrl());
    }

    @Test
    void aPasswordFromElsewhereIsAdded_andNotShown() {
        DatabaseUrl read = DatabaseUrl.parse("postgres://u@h/d");
        DatabaseUrl complete = read.withPassword(SECRET);

        assertThat(complete.properties()).containsEntry("user", "u").containsEntry("password", SECRET);
        assertThat(complete.toString()).isEqualTo(read.toString());
        assertThat(read.hasPassword()).isFalse();
    }

    @Test
    void thePropertiesAreACopy() {
        DatabaseUrl read = DatabaseUrl.parse("postgres://u@h/d");
        read.properties().clear();

        assertThat(read.properties()).containsEntry("user", "u");
        assertThat(read.hasPassword()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                             | The database URL is empty. Write postgres://user@host:5432/database or jdbc:postgresql://host:5432/database.
            mysql://h/d                    | The database URL has the scheme "mysql", which is none of Postgres. Write postgres://
            postgresql+psycopg2://h/d      | The database URL has the scheme "postgresql+psycopg2", which is none of Postgres.
            jdbc:mysql://h/d               | The database URL is a JDBC URL, but not one of Postgres. Write
            host=h dbname=d                | The database URL has no scheme. Write postgres://
            postgres:h/d                   | The database URL has no scheme.
            postgres://h:x/d               | The database URL has a port that is no number from 1 to 65535.
            postgres://h:0/d               | The database URL has a port that is no number from 1 to 65535.
            postgres://h:65536/d           | The database URL has a port that is no number from 1 to 65535.
            postgres://h:999999999999/d    | The database URL has a port that is no number from 1 to 65535.
            postgres://::1/d               | The database URL has an IPv6 address that is not in brackets, or text right after them.
            postgres://[::1/d              | The database URL has an IPv6 address that is not in brackets, or text right after them. Write it as in [::1]:5432.
            postgres://[::1]5432/d         | The database URL has an IPv6 address that is not in brackets, or text right after them.
            postgres://a b/d               | The database URL has a host with a character that no host name has.
            postgres://%2Ftmp/d            | The database URL names a Unix-domain socket, which the Java driver can't use. Give a host name, such as localhost.
            postgres:///d?host=/tmp        | The database URL names a Unix-domain socket
            postgres:///d?host=a,b,c&port=1,2 | The database URL has 3 hosts and 2 ports. Give one port for each host, or one for all.
            postgres://h/d?sslmod=require  | The database URL has the parameter "sslmod", which neither libpq nor the driver knows. Correct or remove it.
            postgres://h/d?sslmode=full    | The database URL has an sslmode that does not exist. Use one of disable, allow, prefer, require, verify-ca, verify-full.
            jdbc:postgresql://h/d?sslmode=full | The database URL has an sslmode that does not exist.
            postgres://h/d?x               | The database URL has a parameter that is not of the form name=value.
            postgres://h/d?target_session_attrs=standby | The database URL has a target_session_attrs that may lead to a server which can't be written to, and such a server can't be relied on for locks. Use read-write or primary.
            postgres://h/100%              | The database in the database URL has a % that is not followed by two hexadecimal digits. Write %25 for a %.
            postgres://u%zz@h/d            | The user in the database URL has a % that is not followed by two hexadecimal digits.
            postgres://h/a%00b             | The database in the database URL has a NUL (%00). Remove it.
            postgres://h/a%ffb             | The database in the database URL is not UTF-8 when percent-decoded. Encode it as UTF-8.
            """)
    void D2_saysWhatIsWrong(String url, String expected) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DatabaseUrl.parse(url))
                .withMessageStartingWith(expected)
                .withMessageEndingWith(".");
    }

    /** A password with an unescaped delimiter ends up in every other part of the URL. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://u:s3cr/x@h/d",
                "postgres://u:12/s3cr@h/d",
                "postgres://u:12/s3cr?x@h/d",
                "postgres://u:s3cr?x@h/d",
                "postgres://u:12?s3cr@h/d",
                "postgres://u:12?s3cr=x@h/d",
                "postgres://u:%s3cr@h/d",
                "postgres://u:[s3cr@h:x/d",
                "postgres://u/s3cr@h/d",
                "jdbc:postgresql://u:s3cr/x@h/d",
                "u:s3cr@h/d",
                "s3cr:x@h/d",
            })
    void aPasswordIsNeverQuoted(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DatabaseUrl.parse(url))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET))
                .satisfies(e -> assertThat(e.getCause()).isNull());
    }
}
