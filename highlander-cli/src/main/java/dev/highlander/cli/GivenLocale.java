package dev.highlander.cli;

import java.util.Map;

/**
 * The locale that the launcher was given. In the C locale Java reads ASCII only, so there the launcher sets another one,
 * and {@value #VARIABLE} to what was there before: the command is to see that, and nothing of this.
 */
final class GivenLocale {
    private static final String VARIABLE = "HIGHLANDER_LC_ALL";
    private static final String LOCALE = "LC_ALL";

    private GivenLocale() {}

    static void restore(Map<String, String> environment) {
        String given = environment.remove(VARIABLE);
        if (given != null && given.isEmpty()) {
            environment.remove(LOCALE);
        } else if (given != null) {
            environment.put(LOCALE, given);
        }
    }
}
