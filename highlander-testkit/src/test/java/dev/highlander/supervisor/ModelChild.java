package dev.highlander.supervisor;

/** Something that runs in the model. */
interface ModelChild {
    void stop();
}
