package dev.highlander.postgres;

import dev.highlander.lock.Claimant;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Loss;

/** A claimant with no child, which gives back whatever it gets. */
class Nobody implements Claimant {
    @Override
    public void granted(Hold hold) {
        hold.release();
    }

    @Override
    public void startable(Hold hold) {}

    @Override
    public void lost(Hold hold, Loss why) {
        hold.release();
    }
}
