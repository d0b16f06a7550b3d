package dev.highlander.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private final Listeners<String> listeners = new Listeners<>();
    private final List<String> heard = new ArrayList<>();

    @Test
    void allAreToldInTheOrderInWhichTheyCame() {
        listeners.listen(event -> heard.add("first " + event));
        listeners.listen(event -> heard.add("second " + event));
        listeners.tell("a");
        assertThat(heard).containsExactly("first a", "second a");
    }

    @Test
    void oneThatThrowsDisturbsNoOther() {
        listeners.listen(event -> {
            throw new AssertionError("on purpose");
        });
        listeners.listen(heard::add);
        listeners.tell("a");
        listeners.tell("b");
        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void theSameOneTwiceIsToldTwiceAndLeavesOneByOne() {
        Consumer<String> one = heard::add;
        Subscription first = listeners.listen(one);
        listeners.listen(one);
        first.close();
        first.close();
        listeners.tell("a");
        assertThat(heard).containsExactly("a");
    }

    @Test
    void oneThatAnotherTakesAwayWhileBeingToldHearsNothingMore() {
        AtomicReference<Subscription> later = new AtomicReference<>();
        listeners.listen(event -> later.get().close());
        later.set(listeners.listen(heard::add));
        listeners.tell("a");
        assertThat(heard).isEmpty();
    }

    @Test
    void oneThatComesWhileAnotherIsToldHearsTheNext() {
        listeners.listen(event -> {
            if (event.equals("a")) {
                listeners.listen(heard::add);
            }
        });
        listeners.tell("a");
        listeners.tell("b");
        assertThat(heard).containsExactly("b");
    }
}
