package dev.highlander.spring;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.lock.Locks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/** Which singletons run on this instance, and for which it stands by. */
final class HighlanderInfo implements InfoContributor {
    private final Locks locks;
    private final Highlander highlander;

    HighlanderInfo(Locks locks, Highlander highlander) {
        this.locks = locks;
        this.highlander = highlander;
    }

    @Override
    public void contribute(Info.Builder builder) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("node", locks.node().name());
        details.put("running", keys(true));
        details.put("standby", keys(false));
        builder.withDetail("highlander", details);
    }

    private List<String> keys(boolean running) {
        return highlander.singletons().stream()
                .filter(singleton -> (singleton.state() == State.RUNNING) == running)
                .map(Singleton::key)
                .map(Object::toString)
                .sorted()
                .toList();
    }
}
