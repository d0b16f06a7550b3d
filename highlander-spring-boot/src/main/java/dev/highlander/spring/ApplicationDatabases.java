package dev.highlander.spring;

import java.util.List;

/** The databases that Boot itself knows how to reach; implemented for each line of Boot, which keeps that in a class of its own. */
@FunctionalInterface
public interface ApplicationDatabases {
    /** All of them; one at most, but for test and development services. */
    List<ApplicationDatabase> all();
}
