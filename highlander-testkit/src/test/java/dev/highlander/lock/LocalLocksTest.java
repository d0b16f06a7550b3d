package dev.highlander.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLocksTest {
    private static final Key KEY = Key.of("mail-relay");

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size(); i > 0; i--) {
            opened.get(i - 1).close();
        }
    }

    @Test
    void another_process_excludes_us_until_it_releases_the_key() throws Exception {
        OtherProcess other = opened(OtherProcess.holding(directory, "mail-relay"));
        long theirs = Long.parseLong(other.line());
        LocalLocks locks = locks("us");
        Heard ours = claim(locks, KEY);
        claim(locks, Key.of("later")).startable();
        assertThat(ours.events).isEmpty();
        assertThat(locks.holder(KEY).toCompletableFuture().get().map(Holder::node))
                .contains("other");

        other.end();

        assertThat(ours.startable().token()).isGreaterThan(theirs);
    }

    @Test
    void a_process_that_is_killed_leaves_its_key_to_the_next() throws Exception {
        OtherProcess other = opened(OtherProcess.holding(directory, "mail-relay"));
        long theirs = Long.parseLong(other.line());
        LocalLocks locks = locks("us");
        Heard ours = claim(locks, KEY);
        claim(locks, Key.of("later")).startable();
        assertThat(ours.events).isEmpty();

        other.kill();

        assertThat(ours.startable().token()).isGreaterThan(theirs);
    }

    @Test
    void closing_one_service_drops_no_lock_of_another_in_this_process() throws Exception {
        claim(locks("us"), KEY).startable();
        LocalLocks second = locks("second");
        Heard waiting = claim(second, KEY);
        second.holder(KEY).toCompletableFuture().get();
        second.holders().toCompletableFuture().get();
        waiting.claim.withdraw();
        second.close();

        assertThat(OtherProcess.asked(directory, "mail-relay")).isEqualTo("us");
    }

    @Test
    void a_hold_released_twice_drops_no_lock_of_the_next() throws Exception {
        Heard first = claim(locks("first"), KEY);
        Hold hold = first.startable();
        first.claim.withdraw();
        hold.release();
        claim(locks("second"), KEY).startable();

        hold.release();
        claim(first.locks, Key.of("later")).startable();

        assertThat(OtherProcess.asked(directory, "mail-relay")).isEqualTo("second");
    }

    @Test
    void class_loaders_exclude_each_other_and_drop_no_lock_of_the_other() throws Exception {
        claim(locks("us"), KEY).startable();
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        Consumer<String> listener = told::add;
        try (URLClassLoader loader = new URLClassLoader(
                classPath(), ClassLoader.getSystemClassLoader().getParent())) {
            Class<?> foreign = loader.loadClass(OtherProcess.class.getName());
            assertThat(foreign).isNotSameAs(OtherProcess.class);
            AutoCloseable theirs = (AutoCloseable) foreign.getMethod("hold", String.class, List.class, Consumer.class)
                    .invoke(null, directory.toString(), List.of("mail-relay", "later"), listener);
            assertThat(told.poll(20, TimeUnit.SECONDS)).as("later's token").containsOnlyDigits();
            theirs.close();
        }

        assertThat(told).as("tokens of others").isEmpty();
        assertThat(OtherProcess.asked(directory, "mail-relay")).isEqualTo("us");
    }

    @Test
    void a_file_with_foreign_content_is_refused_by_name_left_alone_and_used_again_once_mended() throws Exception {
        Path file = file(KEY);
        Files.writeString(file, "not ours");
        LocalLocks locks = locks("us");
        BlockingQueue<Condition> conditions = new LinkedBlockingQueue<>();
        locks.listen(conditions::add);

        Heard refused = claim(locks, KEY);

        Condition condition = conditions.poll(20, TimeUnit.SECONDS);
        assertThat(condition.phase()).isEqualTo(Condition.Phase.REFUSED);
        assertThat(condition.problem().orElseThrow().toString())
                .contains("LOCK_FILE_CORRUPT", file.toRealPath().toString(), "delete it");
        claim(locks, Key.of("another")).startable();
        assertThat(refused.events).isEmpty();
        assertThat(file).hasContent("not ours");

        Files.delete(file);
        refused.startable();
        assertThat(conditions.poll(20, TimeUnit.SECONDS)).isEqualTo(Condition.ready());
    }

    @Test
    void a_withdrawn_claim_takes_its_problem_with_it() throws Exception {
        Files.writeString(file(KEY), "not ours");
        LocalLocks locks = locks("us");
        BlockingQueue<Condition> conditions = new LinkedBlockingQueue<>();
        locks.listen(conditions::add);
        Heard refused = claim(locks, KEY);
        assertThat(conditions.poll(20, TimeUnit.SECONDS).phase()).isEqualTo(Condition.Phase.REFUSED);

        refused.claim.withdraw();

        assertThat(conditions.poll(20, TimeUnit.SECONDS)).isEqualTo(Condition.ready());
    }

    @Test
    void a_record_that_was_torn_costs_a_token_and_never_takes_one_back() throws Exception {
        long first = term();
        long second = term();
        assertThat(second).isEqualTo(first + 1);
        byte[] content = Files.readAllBytes(file(KEY));
        byte[] torn = content.clone();
        Arrays.fill(torn, LockRecord.BYTES + 100, 2 * LockRecord.BYTES, (byte) 0); // the second term's slot

        Files.write(file(KEY), torn);
        assertThat(term()).isEqualTo(first + 2);

        byte[] bothTorn = torn.clone();
        Arrays.fill(bothTorn, 20, 40, (byte) 'x');
        Files.write(file(KEY), bothTorn);
        Heard refused = claim(locks("them"), KEY);
        claim(refused.locks, Key.of("later")).startable();
        assertThat(refused.events).isEmpty();
    }

    @Test
    void a_new_file_counts_from_the_wall_clock() throws Exception {
        long before = System.currentTimeMillis();

        assertThat(term()).isBetween(before, System.currentTimeMillis());
    }

    @Test
    void a_file_of_another_key_is_refused() throws Exception {
        term();
        Files.copy(file(KEY), file(Key.of("impostor")));
        LocalLocks locks = locks("us");
        BlockingQueue<Condition> conditions = new LinkedBlockingQueue<>();
        locks.listen(conditions::add);

        claim(locks, Key.of("impostor"));

        assertThat(conditions.poll(20, TimeUnit.SECONDS).problem().orElseThrow().what())
                .contains("another key, mail-relay");
    }

    @Test
    void a_symbolic_link_in_the_place_of_a_file_is_not_followed() throws Exception {
        Path target = Files.createFile(directory.resolve("target"));
        Files.createSymbolicLink(file(KEY), target);
        LocalLocks locks = locks("us");
        BlockingQueue<Condition> conditions = new LinkedBlockingQueue<>();
        locks.listen(conditions::add);

        claim(locks, KEY);

        assertThat(conditions.poll(20, TimeUnit.SECONDS).problem().orElseThrow().code())
                .isEqualTo("LOCK_FILE_REPLACED");
        assertThat(target).isEmptyFile();
    }

    @Test
    void a_holder_whose_file_is_deleted_loses_the_key() throws Exception {
        Heard heard = claim(locks("us"), KEY);
        heard.startable();

        Files.delete(file(KEY));

        assertThat(heard.next()).isEqualTo("lost REVOKED");
    }

    @Test
    void a_hold_that_was_never_released_is_kept_after_close_until_its_child_ends() throws Exception {
        LocalLocks stuck = LocalLocks.open(directory);
        Heard holder = claim(stuck, KEY);
        opened.remove(holder);
        Hold hold = holder.startable();

        assertThatThrownBy(stuck::close).isInstanceOf(StuckChildException.class).hasMessageContaining("mail-relay");
        Heard next = claim(locks("next"), KEY);
        claim(next.locks, Key.of("later")).startable();
        assertThat(next.events).isEmpty();

        hold.release();
        next.startable();
        stuck.close();
    }

    @Test
    void an_interrupt_of_the_services_thread_costs_no_lock() throws Exception {
        LocalLocks locks = locks("us");
        BlockingQueue<Condition> problems = new LinkedBlockingQueue<>();
        locks.listen(problems::add);
        BlockingQueue<Heard> later = new LinkedBlockingQueue<>();
        Heard meddler = opened(new Heard(locks, KEY) {
            @Override
            public void startable(Hold hold) {
                later.add(new Heard(locks, Key.of("later"))); // the next that the thread has to do
                Thread.currentThread().interrupt();
                super.startable(hold);
            }
        });
        meddler.startable();

        opened(later.poll(20, TimeUnit.SECONDS)).startable();

        assertThat(problems).isEmpty();
        assertThat(OtherProcess.asked(directory, "mail-relay")).isEqualTo("us");
        assertThat(OtherProcess.asked(directory, "later")).isEqualTo("us");
    }

    @Test
    void holders_are_listed_with_the_numbers_and_without_other_namespaces() throws Exception {
        LocalLocks locks = locks("us");
        claim(locks, KEY).startable();
        claim(locks, Key.pair(1, 2)).startable();
        claim(locks, Key.number(-3)).startable();
        term(Key.of("free again"));
        LocalLocks elsewhere = LocalLocks.builder()
                .directory(directory)
                .namespace(new Namespace("elsewhere"))
                .node(Node.named("them"))
                .open();
        opened.add(elsewhere);
        claim(elsewhere, Key.of("theirs")).startable();

        assertThat(locks.holders().toCompletableFuture().get())
                .extracting(holding -> holding.key() + " " + holding.holder().node())
                .containsExactly("#-3 us", "#1:2 us", "mail-relay us");
        assertThat(elsewhere.holders().toCompletableFuture().get())
                .extracting(holding -> holding.key() + " " + holding.holder().node())
                .containsExactly("#-3 us", "#1:2 us", "theirs them");
        Holder holder = locks.holders().toCompletableFuture().get().get(2).holder();
        assertThat(holder.address()).contains("pid " + ProcessHandle.current().pid());
        assertThat(holder.since().orElseThrow()).isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    @Test
    void a_question_leaves_no_file_behind() throws Exception {
        assertThat(locks("us").holder(KEY).toCompletableFuture().get()).isEmpty();

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void a_closed_service_answers_no_questions() {
        LocalLocks locks = LocalLocks.open(directory);
        locks.close();

        assertThatThrownBy(() -> locks.holder(KEY).toCompletableFuture().get())
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void file_names_are_readable_and_safe_and_never_change() {
        Namespace namespace = Namespace.DEFAULT;
        assertThat(LockFile.name(namespace, KEY)).isEqualTo("mail-relay-" + hash(KEY) + ".lock");
        assertThat(LockFile.name(namespace, Key.of("../../a b:c"))).startsWith(".._.._a_b_c-");
        assertThat(LockFile.name(namespace, Key.of("x".repeat(200)))).hasSize(40 + 1 + 16 + 5);
        assertThat(LockFile.name(namespace, Key.number(-42))).isEqualTo("#-42.lock");
        assertThat(LockFile.name(namespace, Key.pair(1, -2))).isEqualTo("#1,-2.lock");
        assertThat(LockFile.name(new Namespace("other"), KEY)).isNotEqualTo(LockFile.name(namespace, KEY));
        assertThat(LockFile.name(new Namespace("other"), Key.number(-42))).isEqualTo("#-42.lock");
    }

    @Test
    void a_record_with_the_longest_names_is_read_as_it_was_written() {
        LockRecord longest = LockRecord.of(
                Long.MAX_VALUE,
                new Namespace("n".repeat(200)),
                Key.of("\u00e4".repeat(100)),
                Node.named("o".repeat(63)),
                Instant.parse("2026-01-01T00:00:00.123456789Z"));
        assertThat(LockRecord.decode(longest.encode().array())).isEqualTo(longest);
    }

    @Test
    void files_are_kept_from_being_taken_for_old() throws Exception {
        term();
        Files.setLastModifiedTime(file(KEY), FileTime.from(Instant.EPOCH));

        LockFile.of(directory.toRealPath(), Namespace.DEFAULT, KEY).touch(Instant.now());

        assertThat(Files.getLastModifiedTime(file(KEY)).toInstant())
                .isAfter(Instant.now().minusSeconds(60));
    }

    @Test
    void the_default_directory_is_this_users_alone() throws Exception {
        Path own = LockDirectory.ownBelow(directory, "Jane Doe");

        assertThat(own).isEqualTo(directory.toRealPath().resolve("highlander-jane_doe"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                .isEqualTo("rwx------");
        assertThat(LockDirectory.ownBelow(directory, "Jane Doe")).isEqualTo(own);
        assertThat(own).isEmptyDirectory();
    }

    @Test
    void a_default_directory_that_someone_else_may_have_made_is_refused() throws Exception {
        Files.createSymbolicLink(directory.resolve("highlander-link"), directory);
        Files.createFile(directory.resolve("highlander-file"));
        Path open = Files.createDirectory(directory.resolve("highlander-open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertRefused("link", "symbolic link");
        assertRefused("file", "no directory");
        assertRefused("open", "others may write there (rwxrwxrwx)");
    }

    @Test
    void a_default_directory_of_another_user_is_refused() throws Exception {
        Path foreign = Files.createDirectory(directory.resolve("highlander-foreign"));
        assumeTrue(isRoot(), "only root can give a directory to another user");
        Files.setAttribute(foreign, "unix:uid", 65534);

        assertRefused("foreign", "it belongs to ");
    }

    @Test
    void a_directory_that_cannot_be_written_or_is_none_is_refused() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> LocalLocks.open(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file + ": there is something else than a directory in its place")
                .hasMessageContaining("Give a directory");

        assumeFalse(isRoot(), "root may write everywhere");
        Path sealed = Files.createDirectory(directory.resolve("sealed"));
        Files.setPosixFilePermissions(sealed, PosixFilePermissions.fromString("r-xr-xr-x"));
        assertThatThrownBy(() -> LocalLocks.open(sealed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this user may not write there");
    }

    private void assertRefused(String user, String why) {
        assertThatThrownBy(() -> LockDirectory.ownBelow(directory, user))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("highlander-" + user)
                .hasMessageContaining(why);
    }

    private boolean isRoot() throws Exception {
        Map<String, Object> attributes = Files.readAttributes(directory, "unix:uid");
        return attributes.get("uid").equals(0);
    }

    private static String hash(Key key) {
        return String.format("%016x", ((Key.Named) key).hash(Namespace.DEFAULT));
    }

    private Path file(Key key) {
        return directory.resolve(LockFile.name(Namespace.DEFAULT, key));
    }

    private static URL[] classPath() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    private <T extends AutoCloseable> T opened(T what) {
        opened.add(what);
        return what;
    }

    private LocalLocks locks(String node) {
        return opened(
                LocalLocks.builder().directory(directory).node(Node.named(node)).open());
    }

    private Heard claim(LocalLocks locks, Key key) {
        return opened(new Heard(locks, key));
    }

    private long term() throws Exception {
        return term(KEY);
    }

    /** A whole term, in a service of its own; returns its token. */
    private long term(Key key) throws Exception {
        try (LocalLocks locks = LocalLocks.open(directory);
                Heard heard = new Heard(locks, key)) {
            return heard.startable().token();
        }
    }

    /** A claim and what it hears; closed, it gives back what it was granted. */
    private static class Heard implements Claimant, AutoCloseable {
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        final LocalLocks locks;
        final Claim claim;
        private volatile Hold hold;

        Heard(LocalLocks locks, Key key) {
            this.locks = locks;
            this.claim = locks.claim(key, this);
        }

        @Override
        public void granted(Hold granted) {
            hold = granted;
            events.add("granted");
        }

        @Override
        public void startable(Hold startable) {
            events.add("startable");
        }

        @Override
        public void lost(Hold lost, Loss why) {
            events.add("lost " + why);
        }

        String next() throws InterruptedException {
            return events.poll(20, TimeUnit.SECONDS);
        }

        Hold startable() throws InterruptedException {
            assertThat(next()).isEqualTo("granted");
            assertThat(next()).isEqualTo("startable");
            return hold;
        }

        @Override
        public void close() {
            claim.withdraw();
            if (hold != null) {
                hold.release();
            }
        }
    }
}
