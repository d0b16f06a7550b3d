package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Locks;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

/** In an application server the driver is often the server's, and its class loader does not see the application's. */
final class DriverOfAnotherClassLoaderTest {
    private static URL placeOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @AfterEach
    void restore() {
        Thread.currentThread().setContextClassLoader(before);
    }

    @Test
    void it_connects_all_the_same() throws Exception {
        try (URLClassLoader server =
                        new URLClassLoader(new URL[] {placeOf(Driver.class)}, ClassLoader.getPlatformClassLoader());
                URLClassLoader application =
                        new URLClassLoader(new URL[] {placeOf(Locks.class), placeOf(PostgresLocks.class)}, server)) {
            Class<?> theirs = application.loadClass(PostgresLocks.class.getName());
            assertThat(theirs).isNotSameAs(PostgresLocks.class);
            Thread.currentThread().setContextClassLoader(server);
            AutoCloseable locks = (AutoCloseable) theirs.getMethod("connect", String.class)
                    .invoke(null, PostgresServer.shared(18).url());
            try {
                await().atMost(Nodes.PATIENCE)
                        .until(() -> theirs.getMethod("condition")
                                .invoke(locks)
                                .toString()
                                .contains("READY"));
            } finally {
                locks.close();
            }
        }
    }
}
