package dev.highlander.cluster;

import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;

/**
 * A key as the whole cluster knows it.
 *
 * @param namespace empty for numbers, which are the same key in every namespace
 */
record ClusterKey(String namespace, Key key) {
    ClusterKey {
        if (key instanceof Key.Named) {
            namespace = new Namespace(namespace).name();
        } else if (!namespace.isEmpty()) {
            throw new IllegalArgumentException("The number " + key + " has no namespace, but \"" + namespace + "\".");
        }
    }

    static ClusterKey of(Key key, Namespace namespace) {
        return new ClusterKey(key instanceof Key.Named ? namespace.name() : "", key);
    }

    @Override
    public String toString() {
        return key.toString();
    }
}
