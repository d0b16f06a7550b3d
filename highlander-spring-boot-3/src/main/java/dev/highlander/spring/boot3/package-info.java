/** What is another class in Spring Boot 3.5 than in other lines of it. */
@NullMarked
package dev.highlander.spring.boot3;

import org.jspecify.annotations.NullMarked;
