package dev.highlander.postgres;

import java.util.List;

/**
 * What the server sends at once: notifications, then what came of a request, if anything did.
 *
 * @param came the notifications
 * @param reply the reply to the latest request, or null
 * @param mishap what came instead of a reply, or along with it
 * @param asked when the request that this answers was sent, in true time
 * @param backend the number of the session, in its first packet; else 0
 * @param ledger the ledger that the session keeps, in its first packet; or null
 */
record SimPacket(
        List<Wire.Notification> came, Reply reply, Mishap mishap, long asked, int backend, LedgerAccess ledger) {
    /** What a reply can be spoiled by. */
    enum Mishap {
        NONE,
        /** The statement has failed, whatever it did before. */
        ERROR,
        /** It has been done, with a warning. */
        WARNING,
        /** The server is a standby. */
        IN_RECOVERY,
        /** The server has closed the connection. */
        END
    }

    static SimPacket welcome(int backend, LedgerAccess ledger) {
        return new SimPacket(List.of(), null, Mishap.NONE, 0, backend, ledger);
    }

    static SimPacket notifications(List<Wire.Notification> came) {
        return new SimPacket(came, null, Mishap.NONE, 0, 0, null);
    }

    static SimPacket reply(List<Wire.Notification> came, Reply reply, Mishap mishap, long asked) {
        return new SimPacket(came, reply, mishap, asked, 0, null);
    }

    static SimPacket refusal() {
        return new SimPacket(List.of(), null, Mishap.IN_RECOVERY, 0, 0, null);
    }

    static SimPacket goodBye() {
        return new SimPacket(List.of(), null, Mishap.END, 0, 0, null);
    }

    boolean end() {
        return mishap == Mishap.END;
    }
}
