/** What is another class in Spring Boot 4 than in other lines of it. */
@NullMarked
package dev.highlander.spring.boot4;

import org.jspecify.annotations.NullMarked;
