package dev.highlander.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.tukaani.xz.XZInputStream;

/**
 * The tar archives the Postgres binaries come in: files, folders and symbolic links with names of at most 100 bytes.
 * Anything else is refused.
 */
final class TarXz {
    private static final int BLOCK = 512;

    private final InputStream in;
    private final Path target;
    private int files;

    private TarXz(InputStream in, Path target) {
        this.in = in;
        this.target = target;
    }

    /** Unpacks the archive into an existing folder and returns the number of files and links written. */
    static int unpack(InputStream archive, Path target) throws IOException {
        try (InputStream in = new BufferedInputStream(new XZInputStream(archive), 1 << 16)) {
            TarXz tar = new TarXz(in, target);
            while (tar.entry()) {}
            return tar.files;
        }
    }

    private boolean entry() throws IOException {
        byte[] header = in.readNBytes(BLOCK);
        if (header.length < BLOCK || header[0] == 0) {
            return false;
        }
        Path path = target.resolve(text(header, 0, 100)).normalize();
        if (!path.startsWith(target)) {
            throw new IOException("an entry outside of the archive's folder: " + path);
        }
        boolean executable = (number(header, 100, 8) & 0111) != 0;
        long size = number(header, 124, 12);
        char type = (char) header[156];
        switch (type) {
            case '0', '\0' -> file(path, size, executable);
            case '2' -> link(path, text(header, 157, 100));
            case '5' -> folder(path);
            default -> throw new IOException("an entry of the unknown type '" + type + "': " + path);
        }
        return true;
    }

    private void file(Path path, long size, boolean executable) throws IOException {
        folder(path.resolveSibling(""));
        try (OutputStream out = Files.newOutputStream(path)) {
            byte[] buffer = new byte[1 << 16];
            for (long left = size; left > 0; ) {
                int n = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
                if (n == 0) {
                    throw new EOFException("the archive ends within " + path);
                }
                out.write(buffer, 0, n);
                left -= n;
            }
        }
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        mode(path, executable ? "rwxr-xr-x" : "rw-r--r--");
        files++;
    }

    private void link(Path path, String to) throws IOException {
        folder(path.resolveSibling(""));
        Files.createSymbolicLink(path, Path.of(to));
        files++;
    }

    private static void folder(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            folder(path.resolveSibling(""));
            Workspace.createFolder(path);
        }
    }

    /** Set explicitly, whatever the umask is: the server may run under another account. */
    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, US_ASCII);
    }

    private static long number(byte[] header, int from, int length) {
        return Long.parseLong(text(header, from, length).trim(), 8);
    }
}
