package dev.highlander.lock;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Who holds a key: the node's name, and as much of address, token and beginning as is known. */
public record Holder(String node, Optional<String> address, OptionalLong token, Optional<Instant> since) {}
