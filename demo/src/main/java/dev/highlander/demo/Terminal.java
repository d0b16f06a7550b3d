package dev.highlander.demo;

import java.io.Console;

/** Whether somebody watches. */
final class Terminal {
    private Terminal() {}

    /** On a terminal, unless it is a plain one or {@code NO_COLOR} is set. */
    static boolean wantsColours() {
        String type = System.getenv("TERM");
        return System.getenv("NO_COLOR") == null && type != null && !type.equals("dumb") && isThere();
    }

    @SuppressWarnings("SystemConsoleNull") // it is null on 17 to 21
    private static boolean isThere() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // Since 22 there is a console without a terminal too, and this method to tell.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
