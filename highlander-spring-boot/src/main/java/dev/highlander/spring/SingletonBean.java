package dev.highlander.spring;

import dev.highlander.lock.Key;
import dev.highlander.supervisor.ChildSpec;

/**
 * A singleton that the application defines.
 *
 * @param key what must be unique
 * @param child what runs
 * @param origin where it is defined, for people
 * @param bean the name of the bean that runs, and has to be there for as long as it does
 */
record SingletonBean(Key key, ChildSpec child, String origin, String bean) {}
