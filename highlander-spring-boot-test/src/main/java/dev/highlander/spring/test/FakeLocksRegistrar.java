package dev.highlander.spring.test;

import dev.highlander.lock.Lease;
import dev.highlander.spring.test.AutoConfigureFakeLocks.Holds;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.time.Time;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotationMetadata;

/** Adds the fake locks to the beans of a test; Highlander makes none of its own where there are some. */
final class FakeLocksRegistrar implements ImportBeanDefinitionRegistrar {
    private static final String BEAN = "fakeLocks";

    @Override
    public void registerBeanDefinitions(AnnotationMetadata test, BeanDefinitionRegistry registry) {
        MergedAnnotation<AutoConfigureFakeLocks> annotation =
                test.getAnnotations().get(AutoConfigureFakeLocks.class);
        Holds holds = annotation.getEnum("holds", Holds.class);
        RootBeanDefinition definition = new RootBeanDefinition(FakeLocks.class, () -> locks(holds));
        definition.setDestroyMethodName("close");
        registry.registerBeanDefinition(BEAN, definition);
    }

    private static FakeLocks locks(Holds holds) {
        return holds == Holds.ALL
                ? FakeLocks.withLease(Time.system(), Lease.DEFAULT).automatic()
                : FakeLocks.withoutLease(Time.system());
    }
}
