package dev.highlander.postgres;

import java.util.List;

/**
 * What the server sends at once: notifications, then a reply if there is one.
 *
 * @param came the notifications
 * @param reply the reply to the latest request, or null
 * @param backend the number of the session, in its first packet; else 0
 * @param end whether the server has closed the connection
 */
record SimPacket(List<Wire.Notification> came, Reply reply, int backend, boolean end) {
    static SimPacket welcome(int backend) {
        return new SimPacket(List.of(), null, backend, false);
    }

    static SimPacket notifications(List<Wire.Notification> came) {
        return new SimPacket(came, null, 0, false);
    }

    static SimPacket reply(List<Wire.Notification> came, Reply reply) {
        return new SimPacket(came, reply, 0, false);
    }

    static SimPacket goodBye() {
        return new SimPacket(List.of(), null, 0, true);
    }
}
