package dev.highlander.spring;

import dev.highlander.Highlander;
import dev.highlander.Term;
import dev.highlander.TermTask;
import dev.highlander.lock.Key;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Shutdown;
import dev.highlander.supervisor.Task;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.Lifecycle;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.ReflectionUtils;

/** Makes children of beans. */
final class Children {
    private final ConfigurableBeanFactory beans;
    private final Highlander highlander;

    Children(ConfigurableBeanFactory beans, Highlander highlander) {
        this.beans = beans;
        this.highlander = highlander;
    }

    SingletonBean ofBean(String name, String origin, @Nullable ClusterSingleton annotation) {
        Object bean = beans.getBean(name);
        try {
            if (annotation == null) {
                ChildSpec spec = (ChildSpec) bean;
                return new SingletonBean(Key.of(spec.id()), spec, origin, name);
            }
            Key key = Key.parse(text(annotation.value()));
            ChildSpec child = bean instanceof ChildSpec spec
                    ? spec
                    : with(annotation, childOf(bean, key.toString(), origin)).restart(annotation.restart());
            return new SingletonBean(key, child, origin, name);
        } catch (IllegalArgumentException e) {
            throw Problems.badSingleton(origin, e);
        }
    }

    private ChildSpec childOf(Object bean, String id, String origin) {
        if (bean instanceof TermTask task) {
            return highlander.task(id, task);
        }
        if (bean instanceof Task task) {
            return ChildSpec.task(id, task);
        }
        if (bean instanceof SmartLifecycle lifecycle && lifecycle.isAutoStartup()) {
            throw Problems.startsByItself(origin);
        }
        if (bean instanceof Lifecycle lifecycle) {
            return ChildSpec.service(id, new LifecycleService(lifecycle));
        }
        if (bean instanceof Runnable runnable) {
            return ChildSpec.task(id, runnable::run);
        }
        throw Problems.nothingToRun(origin, AopUtils.getTargetClass(bean).getName());
    }

    SingletonBean ofMethod(String name, String origin, Method method, ClusterSingleton annotation) {
        Class<?>[] parameters = method.getParameterTypes();
        boolean handedTerm = parameters.length == 1 && parameters[0] == Term.class;
        if (parameters.length > 0 && !handedTerm) {
            throw Problems.badParameters(origin);
        }
        Object bean = beans.getBean(name);
        ReflectionUtils.makeAccessible(method);
        try {
            Key key = Key.parse(text(annotation.value()));
            ChildSpec child = handedTerm
                    ? highlander.task(key.toString(), term -> call(method, bean, term))
                    : ChildSpec.task(key.toString(), () -> call(method, bean));
            return new SingletonBean(key, with(annotation, child).restart(annotation.restart()), origin, name);
        } catch (IllegalArgumentException e) {
            throw Problems.badSingleton(origin, e);
        }
    }

    private static void call(Method method, Object bean, Object... arguments) throws Exception {
        try {
            method.invoke(bean, arguments);
        } catch (InvocationTargetException e) {
            ReflectionUtils.rethrowException(e.getTargetException());
        }
    }

    private ChildSpec with(ClusterSingleton annotation, ChildSpec child) {
        ChildSpec result = child;
        String grace = text(annotation.grace());
        if (!grace.isBlank()) {
            Duration time = DurationStyle.detectAndParse(grace);
            result = result.shutdown(time.isZero() ? Shutdown.kill() : Shutdown.grace(time));
        }
        String progress = text(annotation.expectProgress());
        return progress.isBlank() ? result : result.expectProgress(DurationStyle.detectAndParse(progress));
    }

    private String text(String withPlaceholders) {
        String resolved = beans.resolveEmbeddedValue(withPlaceholders);
        return resolved == null ? "" : resolved;
    }
}
