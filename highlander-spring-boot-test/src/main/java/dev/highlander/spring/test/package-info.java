/** Tests of Spring Boot applications with singletons, without a lock service. */
@NullMarked
package dev.highlander.spring.test;

import org.jspecify.annotations.NullMarked;
