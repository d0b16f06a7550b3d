package dev.highlander.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * A file of options, a line {@code name=value} each, as {@link Properties} reads them, in UTF-8.
 *
 * @param path where it is
 * @param values by the names of options without their dashes
 */
record ConfigFile(Path path, Properties values) {
    private static final int MAX_BYTES = 1 << 20;

    /**
     * Reads it.
     *
     * @param known the names that may be in it
     * @throws FailedException if it can't be read, or has something else in it
     */
    static ConfigFile read(Path path, Set<String> known) {
        ConfigFile file = new ConfigFile(path, new Once(path));
        try (InputStream stream = Files.newInputStream(path)) {
            byte[] bytes = stream.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw file.unusable("it has more than " + MAX_BYTES + " bytes");
            }
            file.values.load(
                    new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder()));
        } catch (NoSuchFileException e) {
            throw file.unusable("there is no such file");
        } catch (AccessDeniedException e) {
            throw file.unusable("this user may not read it");
        } catch (CharacterCodingException e) {
            throw file.unusable("it is not UTF-8");
        } catch (IllegalArgumentException e) {
            throw file.unusable("it has a \\u that is not followed by four hexadecimal digits; write \\\\ for a \\");
        } catch (IOException e) {
            throw file.unusable(Files.isDirectory(path) ? "it is a directory" : String.valueOf(e.getMessage()));
        }
        file.refuseUnknown(known);
        return file;
    }

    private FailedException unusable(String why) {
        return FailedException.usage("The configuration file " + Shown.of(path.toString()) + " can't be used: " + why
                + ". Correct it, or give --config another one.");
    }

    private void refuseUnknown(Set<String> known) {
        for (String name : new TreeSet<>(values.stringPropertyNames())) {
            if (!known.contains(name)) {
                throw FailedException.usage("The configuration file " + Shown.of(path.toString())
                        + " has the unknown name " + Shown.of(name) + "."
                        + Nearest.to(name.startsWith("--") ? name.substring(2) : name, known)
                                .map(near -> " Did you mean " + near + "?")
                                .orElse(" Its names are those of the long options, without the dashes."));
            }
        }
    }

    /** Refuses to replace a value by a later one. */
    private static final class Once extends Properties {
        private static final long serialVersionUID = 1;

        private final transient Path path;

        Once(Path path) {
            this.path = path;
        }

        @Override
        public synchronized Object put(Object name, Object value) {
            if (super.put(name, value) != null) {
                throw FailedException.usage("The configuration file " + Shown.of(path.toString()) + " has "
                        + Shown.of(name.toString()) + " twice. Remove one of them.");
            }
            return value;
        }

        @Override
        public boolean equals(Object other) {
            return super.equals(other);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }
}
