package dev.highlander.supervisor;

/** Who else is restarted with a child that has ended by itself and is to be started again. */
enum Strategy {
    /** Nobody. */
    ONE_FOR_ONE,
    /** All other children. */
    ONE_FOR_ALL,
    /** The children that were started after it. */
    REST_FOR_ONE
}
