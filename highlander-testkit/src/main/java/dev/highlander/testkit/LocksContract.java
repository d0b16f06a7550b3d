package dev.highlander.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.lock.Bounds;
import dev.highlander.lock.Bounds.Mishap;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.StuckChildException;
import dev.highlander.lock.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every lock service must do, as tests: extend it, say how one is opened, and run it with JUnit.
 *
 * <p>It uses real threads and waits for signals, each for at most {@link #patience()}; it never sleeps. That something
 * does <em>not</em> happen is shown by a later claim that is granted: so a service has to try for all it wants, at the
 * latest, when a new claim comes.
 */
public abstract class LocksContract {
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final Namespace ours = new Namespace("contract-" + run);
    private final List<Locks> opened = new ArrayList<>();
    private final List<Recorder> claims = new ArrayList<>();
    private final List<Hold> untold = new ArrayList<>();

    /** For subclasses, one object for each test. */
    protected LocksContract() {}

    /** Opens a service of its own, under a node of that name, on the one authority of this test; closed by the test. */
    protected abstract Locks open(String node, Namespace namespace) throws Exception;

    /** How long anything that must happen may take: twenty seconds, unless a subclass knows better. */
    protected Duration patience() {
        return Duration.ofSeconds(20);
    }

    /** How many terms each key has in the stress tests; 40 unless a subclass has more time, or less. */
    protected int turns() {
        return 40;
    }

    /** How the authority of this test can be put out of reach; none unless a subclass knows, and then its tests are skipped. */
    protected Optional<Outage> outage() {
        return Optional.empty();
    }

    /** Puts the authority out of reach of all services that are open, and back. */
    protected interface Outage {
        void begin() throws Exception;

        void end() throws Exception;
    }

    /** Closes what was opened, whatever it holds. */
    @AfterEach
    public final void closeAll() {
        claims.forEach(Recorder::end);
        untold.forEach(Hold::release);
        for (Locks locks : opened) {
            try {
                locks.close();
            } catch (StuckChildException e) {
                // The test that left a hold has said what it thinks of that.
            }
        }
    }

    @Test
    void A1_a_key_is_granted_to_one_of_several_services() throws Exception {
        Key key = key("one");
        Locks a = open("a");
        Locks b = open("b");
        Locks c = open("c");
        Recorder first = claim(a, key);
        first.awaitStartable();
        Recorder second = claim(b, key);
        Recorder third = claim(c, key);

        oneRoundOf(a, b, c);

        assertThat(second.heard()).isEmpty();
        assertThat(third.heard()).isEmpty();
    }

    @Test
    void A2_different_keys_are_held_at_once_by_one_service_and_by_several() throws Exception {
        Locks a = open("a");
        Locks b = open("b");
        Recorder one = claim(a, key("one"));
        Recorder two = claim(a, key("two"));
        Recorder three = claim(b, key("three"));

        for (Recorder each : List.of(one, two, three)) {
            each.awaitStartable();
        }
    }

    @Test
    void A4_another_namespace_is_another_key_and_the_same_one_excludes() throws Exception {
        Key key = key("shared");
        Locks here = open("here");
        Locks alsoHere = open("also-here");
        Locks elsewhere = opened(open("elsewhere", new Namespace("other-" + run)));
        Recorder holder = claim(here, key);
        holder.awaitStartable();

        claim(elsewhere, key).awaitStartable();
        Recorder excluded = claim(alsoHere, key);
        oneRoundOf(alsoHere);

        assertThat(excluded.heard()).isEmpty();
        holder.end();
        excluded.awaitStartable();
    }

    @Test
    void A5_two_claims_within_one_service_exclude_each_other() throws Exception {
        Key key = key("twice");
        Locks locks = open("a");
        Recorder first = claim(locks, key);
        Recorder second = claim(locks, key);
        first.awaitStartable();

        oneRoundOf(locks);

        assertThat(second.heard()).isEmpty();
        first.end();
        second.awaitStartable();
    }

    @Test
    void A6_a_number_a_pair_and_a_text_of_the_same_digits_are_three_keys() throws Exception {
        int digits = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        Locks locks = open("a");
        List<Recorder> all = List.of(
                claim(locks, Key.number(digits)),
                claim(locks, Key.pair(0, digits)),
                claim(locks, Key.of(Integer.toString(digits))));

        for (Recorder each : all) {
            each.awaitStartable();
        }
    }

    @Test
    void A6_a_number_is_the_same_key_in_every_namespace() throws Exception {
        int digits = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        for (Key key : List.of(Key.number(digits), Key.pair(digits, 7))) {
            Locks here = open("here");
            Locks elsewhere = opened(open("elsewhere", new Namespace("other-" + run)));
            Recorder holder = claim(here, key);
            holder.awaitStartable();
            Recorder excluded = claim(elsewhere, key);

            oneRoundOf(elsewhere);

            assertThat(excluded.heard()).as("%s", key).isEmpty();
            holder.end();
            excluded.awaitStartable();
        }
    }

    @Test
    void a_hold_is_granted_and_then_startable_and_its_token_is_known_from_then_on() throws Exception {
        Locks locks = open("a");
        Key key = key("order");
        Recorder recorder = claim(locks, key);

        Hold granted = recorder.awaitGranted();
        Hold startable = recorder.awaitStartable();

        assertThat(startable).isSameAs(granted);
        assertThat(startable.key()).isEqualTo(key);
        assertThat(recorder.heard()).containsExactly("granted", "startable");
        assertThat(recorder.tokenBeforeStartable()).isInstanceOf(IllegalStateException.class);
        assertThat(startable.token()).isEqualTo(startable.token());
        assertThat(startable.deadBy()).isGreaterThan(locks.time().nanos());
    }

    @Test
    void D9_a_release_is_followed_by_a_grant_to_one_who_waits() throws Exception {
        Key key = key("handover");
        Locks a = open("a");
        Locks b = open("b");
        Recorder holder = claim(a, key);
        Hold first = holder.awaitStartable();
        Recorder waiter = claim(b, key);
        oneRoundOf(b);

        holder.end();

        assertThat(waiter.awaitStartable().token()).isGreaterThan(first.token());
    }

    @Test
    void F4_the_bounds_of_the_guarantee_agree_with_it() throws Exception {
        Guarantee guarantee = open("bounds").guarantee();
        Bounds bounds = guarantee.bounds();

        if (guarantee.neverTwo()) {
            assertThat(bounds.overlap()).as("overlap where there are never two").contains(Duration.ZERO);
        }
        guarantee.lease().ifPresent(lease -> {
            for (Mishap mishap : List.of(Mishap.HANG, Mishap.PARTITION)) {
                bounds.takeoverAfter(mishap)
                        .ifPresent(most -> assertThat(most)
                                .as("the most after %s: the holder is trusted for a lease", mishap)
                                .isGreaterThan(lease.length()));
            }
        });
        if (guarantee.lease().isEmpty()) {
            assertThat(bounds.takeoverAfter(Mishap.HANG))
                    .as("the most after HANG, where nothing expires")
                    .isEmpty();
        }
    }

    @Test
    void a_claim_that_is_not_withdrawn_is_granted_again_after_its_release() throws Exception {
        Recorder recorder = claim(open("a"), key("again"));
        Hold first = recorder.awaitStartable();

        first.release();

        assertThat(recorder.awaitStartable().token()).isGreaterThan(first.token());
    }

    @Test
    void D10_tokens_rise_strictly_over_many_terms_across_services() throws Exception {
        Key key = key("tokens");
        List<Locks> services = List.of(open("a"), open("b"), open("c"));
        List<Long> tokens = new ArrayList<>();
        for (int term = 0; term < 24; term++) {
            Recorder recorder = claim(services.get(term % services.size()), key);
            Hold hold = recorder.awaitStartable();
            tokens.add(hold.token());
            recorder.withdraw();
            hold.release();
        }
        assertThat(tokens).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void a_hold_released_twice_is_released_once() throws Exception {
        Key key = key("release");
        Locks a = open("a");
        Locks b = open("b");
        Recorder recorder = claim(a, key);
        Hold hold = recorder.awaitStartable();
        recorder.withdraw();
        hold.release();
        claim(b, key).awaitStartable();

        hold.release();
        Recorder excluded = claim(a, key);
        oneRoundOf(a, b);

        assertThat(excluded.heard()).isEmpty();
    }

    @Test
    void a_hold_may_be_released_before_it_is_startable() throws Exception {
        Key key = key("early");
        Locks locks = open("a");
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Claim[] claim = new Claim[1];
        CountDownLatch claimed = new CountDownLatch(1);
        claim[0] = locks.claim(key, new Claimant() {
            @Override
            public void granted(Hold hold) {
                heard.add("granted");
                await(claimed);
                claim[0].withdraw();
                hold.release();
            }

            @Override
            public void startable(Hold hold) {
                heard.add("startable");
            }

            @Override
            public void lost(Hold hold, Loss why) {
                heard.add("lost");
            }
        });
        claimed.countDown();

        claim(locks, key).awaitStartable();

        assertThat(heard).containsExactly("granted");
    }

    @Test
    void a_claim_withdrawn_before_its_grant_is_never_granted() throws Exception {
        Key key = key("withdrawn");
        Locks a = open("a");
        Locks b = open("b");
        Recorder holder = claim(a, key);
        Hold hold = holder.awaitStartable();
        Recorder waiter = claim(b, key);
        oneRoundOf(b);

        waiter.withdraw();
        waiter.withdraw();
        holder.withdraw();
        hold.release();

        claim(b, key).awaitStartable();
        assertThat(waiter.heard()).isEmpty();
    }

    @Test
    void a_claim_withdrawn_before_the_service_came_to_it_is_never_granted() throws Exception {
        Locks locks = open("a");
        Key key = key("unseen");
        Blocker blocker = new Blocker(locks);
        Recorder recorder = claim(locks, key);
        recorder.withdraw();
        blocker.end();

        claim(locks, key).awaitStartable();

        assertThat(recorder.heard()).isEmpty();
    }

    @Test
    void a_claim_withdrawn_while_its_key_comes_free_is_never_granted() throws Exception {
        Locks a = open("a");
        Locks b = open("b");
        Key key = key("unseen");
        Recorder holder = claim(a, key);
        holder.awaitStartable();
        Recorder waiter = claim(b, key);
        oneRoundOf(b);
        Blocker blocker = new Blocker(b);
        holder.end();
        oneRoundOf(a); // it has been released by now
        waiter.withdraw();
        blocker.end();

        claim(a, key).awaitStartable();

        assertThat(waiter.heard()).isEmpty();
    }

    @Test
    void a_claim_withdrawn_after_its_grant_keeps_its_hold_until_the_release_and_gets_no_other() throws Exception {
        Key key = key("kept");
        Locks a = open("a");
        Locks b = open("b");
        Recorder holder = claim(a, key);
        Hold hold = holder.awaitStartable();
        Recorder waiter = claim(b, key);

        holder.withdraw();
        oneRoundOf(a, b);
        assertThat(waiter.heard()).isEmpty();

        hold.release();
        waiter.awaitStartable();
        oneRoundOf(a);
        assertThat(holder.heard()).containsExactly("granted", "startable");
    }

    @Test
    void a_withdrawal_that_races_with_the_grant_leaks_no_hold() throws Exception {
        Key key = key("race");
        List<Locks> services = List.of(open("a"), open("b"));
        Random random = new Random(7);
        for (int i = 0; i < 10 * turns(); i++) {
            Claim claim = services.get(i % 2).claim(key, new Claimant() {
                @Override
                public void granted(Hold hold) {
                    hold.release();
                }

                @Override
                public void startable(Hold hold) {}

                @Override
                public void lost(Hold hold, Loss why) {}
            });
            for (int spin = random.nextInt(20_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            claim.withdraw();
        }
        claim(services.get(0), key).awaitStartable();
    }

    @Test
    void a_closed_service_refuses_claims_and_its_waiting_claims_are_withdrawn() throws Exception {
        Key key = key("closed");
        Locks a = open("a");
        Locks b = open("b");
        Locks c = open("c");
        Recorder holder = claim(a, key);
        Hold hold = holder.awaitStartable();
        Recorder waiter = claim(b, key);
        oneRoundOf(b);

        b.close();
        b.close();
        holder.withdraw();
        hold.release();

        claim(c, key).awaitStartable();
        assertThat(waiter.heard()).isEmpty();
        assertThatThrownBy(() -> b.claim(key, waiter)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_service_closed_with_an_unreleased_hold_says_so_and_the_key_stays_held() throws Exception {
        Key key = key("stuck");
        Locks a = open("a");
        Locks b = open("b");
        claim(a, key).awaitStartable();

        assertThatThrownBy(a::close).isInstanceOf(StuckChildException.class);
        Recorder excluded = claim(b, key);
        oneRoundOf(b);

        assertThat(excluded.heard()).isEmpty();
        assertThat(await(b.holder(key))).map(Holder::node).contains("a");
    }

    @Test
    void a_service_closed_right_after_its_holds_are_released_is_not_stuck() throws Exception {
        Key key = key("prompt");
        for (int i = 0; i < 20; i++) {
            Locks locks = open("a");
            Recorder recorder = claim(locks, key);
            recorder.awaitStartable();
            recorder.end();
            locks.close();
        }
    }

    @Test
    void D11_the_holder_of_a_key_is_found_from_any_service_with_its_token() throws Exception {
        Key key = key("who");
        Locks a = open("a");
        Locks b = open("b");
        assertThat(await(b.holder(key))).isEmpty();
        Recorder recorder = claim(a, key);
        Hold hold = recorder.awaitStartable();

        for (Locks any : List.of(a, b)) {
            Holder holder = awaitHolderWithToken(any, key);
            assertThat(holder.node()).isEqualTo("a");
            assertThat(holder.token()).hasValue(hold.token());
        }

        recorder.withdraw();
        hold.release();
        claim(b, key).awaitStartable();
        assertThat(await(a.holder(key))).map(Holder::node).contains("b");
    }

    /** A service may hear a moment later under which token another one holds a key. */
    private Holder awaitHolderWithToken(Locks locks, Key key) throws Exception {
        long end = System.nanoTime() + patience().toNanos();
        Holder holder = await(locks.holder(key)).orElseThrow();
        while (holder.token().isEmpty() && System.nanoTime() < end) {
            holder = await(locks.holder(key)).orElseThrow();
        }
        return holder;
    }

    @Test
    void the_condition_becomes_ready_and_then_closed_and_a_listener_hears_it() throws Exception {
        Locks locks = open("a");
        BlockingQueue<Condition> heard = new LinkedBlockingQueue<>();
        BlockingQueue<Condition> unheard = new LinkedBlockingQueue<>();
        Subscription ended = locks.listen(unheard::add);
        locks.listen(heard::add);
        awaitReady(locks);
        ended.close();
        unheard.clear();

        locks.close();

        assertThat(locks.condition()).isEqualTo(Condition.closed());
        awaitHeard(heard, condition -> condition.equals(Condition.closed()));
        assertThat(unheard).isEmpty();
    }

    @Test
    void a_claimant_is_called_on_the_services_thread_and_one_that_blocks_holds_up_no_other_service() throws Exception {
        Locks a = open("a");
        Locks b = open("b");
        Blocker blocker = new Blocker(a);

        Recorder other = claim(b, key("other"));
        other.awaitStartable();
        assertThat(other.threads()).doesNotContain(Thread.currentThread());
        assertThat(other.threads().stream().distinct()).hasSize(1);

        blocker.end();
        claim(a, key("later")).awaitStartable();
    }

    @Test
    void a_claimant_that_throws_harms_no_other_claim() throws Exception {
        Locks locks = open("a");
        Key key = key("throws");
        CountDownLatch told = new CountDownLatch(1);
        Claim claim = locks.claim(key, new Claimant() {
            @Override
            public void granted(Hold hold) {
                untold.add(hold);
                told.countDown();
                throw new IllegalStateException("thrown on purpose by a claimant");
            }

            @Override
            public void startable(Hold hold) {}

            @Override
            public void lost(Hold hold, Loss why) {}
        });
        await(told);

        claim.withdraw();
        claim(locks, key("harmless")).awaitStartable();
    }

    @Test
    void A1_four_services_take_turns_at_eight_keys_and_never_two_at_once() throws Exception {
        Uniqueness uniqueness = new Uniqueness();
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            keys.add(key("stress-" + i));
        }
        List<Locks> services = List.of(open("a"), open("b"), open("c"), open("d"));
        ExecutorService workers = Executors.newFixedThreadPool(3);
        Random random = new Random(11);
        List<Taker> takers = new ArrayList<>();
        try {
            for (Locks service : services) {
                for (Key key : keys) {
                    takers.add(new Taker(service, key, uniqueness, workers, random.nextLong()));
                }
            }
            takers.forEach(Taker::join);

            boolean done = uniqueness.awaitTerms(keys, turns(), 3 * patience().toNanos());

            assertThat(uniqueness.violations()).isEmpty();
            assertThat(done)
                    .as("every key had %s terms: %s", turns(), uniqueness.terms())
                    .isTrue();
            takers.forEach(Taker::leave);
            for (Key key : keys) {
                claim(services.get(0), key).awaitStartable(); // nothing was left behind
            }
        } finally {
            takers.forEach(Taker::leave);
            workers.shutdown();
        }
    }

    @Test
    void an_outage_is_a_condition_and_throws_nowhere_and_claims_outlast_it() throws Exception {
        Outage outage = outage().orElse(null);
        Assumptions.assumeTrue(outage != null, "this service's authority can't be put out of reach");
        Locks locks = open("a");
        awaitReady(locks);
        BlockingQueue<Condition> heard = new LinkedBlockingQueue<>();
        locks.listen(heard::add);

        outage.begin();
        Recorder claimed = claim(locks, key("in-the-outage"));
        claimed.giveBackWhatIsLost(); // a server that has just come back is slow, and may lose it again
        Recorder withdrawn = claim(locks, key("withdrawn"));
        withdrawn.withdraw();
        awaitHeard(heard, condition -> condition.phase() != Condition.Phase.READY);
        assertThat(claimed.heard()).isEmpty();
        locks.holder(key("anything")).exceptionally(unreachable -> Optional.empty());
        outage.end();

        claimed.awaitStartable();
        awaitReady(locks);
        assertThat(withdrawn.heard()).isEmpty();
    }

    /** Someone who wants a key again and again, and holds it for a moment each time. */
    private static final class Taker implements Claimant {
        private final Locks locks;
        private final Key key;
        private final Uniqueness uniqueness;
        private final ExecutorService workers;
        private final Random random;
        private final AtomicInteger terms = new AtomicInteger();
        private Optional<Claim> claim = Optional.empty(); // guarded by this
        private boolean left; // guarded by this

        Taker(Locks locks, Key key, Uniqueness uniqueness, ExecutorService workers, long seed) {
            this.locks = locks;
            this.key = key;
            this.uniqueness = uniqueness;
            this.workers = workers;
            this.random = new Random(seed);
        }

        synchronized void join() {
            if (!left) {
                claim = Optional.of(locks.claim(key, this));
            }
        }

        synchronized void leave() {
            left = true;
            claim.ifPresent(Claim::withdraw);
        }

        @Override
        public void granted(Hold hold) {}

        @Override
        public void startable(Hold hold) {
            uniqueness.begins(hold);
            workers.execute(() -> {
                for (int spin = random.nextInt(2_000); spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                boolean rejoin = terms.incrementAndGet() % 5 == 0; // else the claim is still in the queue
                if (rejoin) {
                    claimed().ifPresent(Claim::withdraw);
                }
                end(hold);
                if (rejoin) {
                    join();
                }
            });
        }

        private synchronized Optional<Claim> claimed() {
            return claim;
        }

        @Override
        public void lost(Hold hold, Loss why) {
            end(hold);
        }

        private void end(Hold hold) {
            if (uniqueness.ends(hold)) {
                hold.release();
            }
        }
    }

    /** Holds up a service's thread. */
    private final class Blocker implements Claimant {
        private final CountDownLatch blocked = new CountDownLatch(1);
        private final CountDownLatch mayGoOn = new CountDownLatch(1);
        private final Claim claim;

        Blocker(Locks locks) {
            claim = locks.claim(key("blocks-" + UUID.randomUUID()), this);
            await(blocked);
        }

        @Override
        public void granted(Hold hold) {
            blocked.countDown();
            await(mayGoOn);
            hold.release();
        }

        @Override
        public void startable(Hold hold) {}

        @Override
        public void lost(Hold hold, Loss why) {}

        /** Returns although the service's thread is held up. */
        void end() {
            claim.withdraw();
            mayGoOn.countDown();
        }

        private void await(CountDownLatch latch) {
            LocksContract.this.await(latch);
        }
    }

    private Locks open(String node) throws Exception {
        return opened(open(node, ours));
    }

    private Locks opened(Locks locks) {
        opened.add(locks);
        return locks;
    }

    /** A key that no other test, and no other run of this one, has. */
    private Key key(String text) {
        return Key.of(text + "-" + run);
    }

    private Recorder claim(Locks locks, Key key) {
        Recorder recorder = Recorder.claim(locks, key, patience());
        claims.add(recorder);
        return recorder;
    }

    /** Each service has tried for all that it wants: it was granted something that was claimed later. */
    private void oneRoundOf(Locks... services) throws InterruptedException {
        for (Locks service : services) {
            Recorder scratch = claim(service, key("scratch-" + UUID.randomUUID()));
            scratch.awaitGranted();
            scratch.end();
        }
    }

    private void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(patience().toNanos(), TimeUnit.NANOSECONDS))
                    .as("came within %s", patience())
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("Interrupted while waiting.", e);
        }
    }

    private <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(patience().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void awaitReady(Locks locks) throws InterruptedException {
        BlockingQueue<Condition> heard = new LinkedBlockingQueue<>();
        Subscription subscription = locks.listen(heard::add);
        if (locks.condition().phase() != Condition.Phase.READY) {
            awaitHeard(heard, condition -> condition.phase() == Condition.Phase.READY);
        }
        subscription.close();
    }

    private void awaitHeard(BlockingQueue<Condition> heard, Predicate<Condition> wanted) throws InterruptedException {
        Condition next;
        do {
            next = heard.poll(patience().toNanos(), TimeUnit.NANOSECONDS);
            assertThat(next).as("a condition within %s", patience()).isNotNull();
        } while (!wanted.test(next));
    }
}
