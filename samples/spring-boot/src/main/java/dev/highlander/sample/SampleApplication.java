package dev.highlander.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application of which several instances run, and one of them sends mails. */
@SpringBootApplication
public class SampleApplication {
    /** Runs until it is told to end. */
    public static void main(String[] args) {
        SpringApplication.run(SampleApplication.class, args);
    }
}
