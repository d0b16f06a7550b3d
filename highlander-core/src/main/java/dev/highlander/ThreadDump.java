package dev.highlander;

import java.util.Map;

/** What every thread is doing, for whoever asks later why this process was halted. */
final class ThreadDump {
    private ThreadDump() {}

    static void print(String why) {
        StringBuilder text = new StringBuilder("Highlander is about to halt this JVM: " + why + ".\n");
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            Thread thread = entry.getKey();
            text.append('"')
                    .append(thread.getName())
                    .append("\" ")
                    .append(thread.getState())
                    .append('\n');
            for (StackTraceElement frame : entry.getValue()) {
                text.append("    at ").append(frame).append('\n');
            }
        }
        System.err.print(text);
        System.err.flush();
    }
}
