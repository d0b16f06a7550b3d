/** The application of the guide's page on Spring Boot. */
@NullMarked
package dev.highlander.sample;

import org.jspecify.annotations.NullMarked;
