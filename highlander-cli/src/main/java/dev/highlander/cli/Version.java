package dev.highlander.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String packaged = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "highlander " + (packaged == null ? "(not packaged)" : packaged) + ", Java "
                    + System.getProperty("java.version")
        };
    }
}
