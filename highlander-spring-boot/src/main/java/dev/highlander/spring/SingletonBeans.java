package dev.highlander.spring;

import dev.highlander.Highlander;
import dev.highlander.lock.Key;
import dev.highlander.supervisor.ChildSpec;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Finds the singletons that an application defines: its {@link ChildSpec} beans, its beans that are a {@link
 * ClusterSingleton}, and the methods of beans that are.
 */
final class SingletonBeans {
    private final ConfigurableListableBeanFactory beans;
    private final Children children;
    private final List<SingletonBean> found = new ArrayList<>();

    private SingletonBeans(ConfigurableListableBeanFactory beans, Highlander highlander) {
        this.beans = beans;
        this.children = new Children(beans, highlander);
    }

    /**
     * All of them, checked.
     *
     * @throws SetupException if one can't be run, or two have one key
     */
    static List<SingletonBean> find(ConfigurableListableBeanFactory beans, Highlander highlander) {
        SingletonBeans search = new SingletonBeans(beans, highlander);
        for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
            if (!ScopedProxyUtils.isScopedTarget(name) && !isAbstract(beans, name)) {
                search.look(name);
            }
        }
        refuseDuplicates(search.found);
        search.found.forEach(singleton -> refuseWhatCannotRun(highlander, singleton));
        return List.copyOf(search.found);
    }

    private static boolean isAbstract(ConfigurableListableBeanFactory beans, String name) {
        return beans.containsBeanDefinition(name)
                && beans.getBeanDefinition(name).isAbstract();
    }

    private void look(String name) {
        Class<?> type = AutoProxyUtils.determineTargetClass(beans, name);
        if (type == null || type.getName().startsWith("org.springframework.")) {
            return;
        }
        ClusterSingleton annotation = annotationOf(name);
        if (annotation != null || ChildSpec.class.isAssignableFrom(type)) {
            String origin = "The bean \"" + name + "\"";
            requireOne(name, origin);
            found.add(children.ofBean(name, origin, annotation));
        }
        if (AnnotationUtils.isCandidateClass(type, ClusterSingleton.class)) {
            methods(type).forEach((method, onMethod) -> {
                String origin = "The method " + method.getName() + " of the bean \"" + name + "\"";
                requireOne(name, origin);
                Method invocable = AopUtils.selectInvocableMethod(
                        method, beans.getBean(name).getClass());
                found.add(children.ofMethod(name, origin, invocable, onMethod));
            });
        }
    }

    private @Nullable ClusterSingleton annotationOf(String name) {
        return beans.findAnnotationOnBean(name, ClusterSingleton.class, false);
    }

    private static Map<Method, ClusterSingleton> methods(Class<?> type) {
        MethodIntrospector.MetadataLookup<ClusterSingleton> annotation =
                method -> AnnotatedElementUtils.hasAnnotation(method, Bean.class)
                        ? null // it says that of the bean that it makes
                        : AnnotatedElementUtils.findMergedAnnotation(method, ClusterSingleton.class);
        return MethodIntrospector.selectMethods(type, annotation);
    }

    private void requireOne(String name, String origin) {
        if (!beans.isSingleton(name)) {
            throw Problems.notOneBean(origin);
        }
    }

    private static void refuseDuplicates(List<SingletonBean> singletons) {
        Map<Key, SingletonBean> known = new HashMap<>();
        for (SingletonBean singleton : singletons) {
            SingletonBean earlier = known.putIfAbsent(singleton.key(), singleton);
            if (earlier != null) {
                throw Problems.duplicateKey(
                        singleton.key().toString(), inSentence(earlier.origin()), inSentence(singleton.origin()));
            }
        }
    }

    private static String inSentence(String origin) {
        return "t" + origin.substring(1);
    }

    /** Now rather than when it is started. */
    private static void refuseWhatCannotRun(Highlander highlander, SingletonBean singleton) {
        try {
            ChildSpec unused = highlander.wrap(singleton.key(), singleton.child());
        } catch (IllegalArgumentException e) {
            throw Problems.badSingleton(singleton.origin(), e);
        }
    }
}
