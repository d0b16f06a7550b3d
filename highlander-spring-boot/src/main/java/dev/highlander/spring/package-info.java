/** Singletons of a Spring Boot application: beans that run on one of its instances. */
@NullMarked
package dev.highlander.spring;

import org.jspecify.annotations.NullMarked;
