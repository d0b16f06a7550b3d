/** Singletons and their leases as metrics. */
package dev.highlander.micrometer;
