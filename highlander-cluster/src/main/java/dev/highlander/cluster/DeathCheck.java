package dev.highlander.cluster;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.Event;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.stack.IpAddress;
import org.jgroups.stack.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Has a member whose process is gone given up at once: one whose connection broke, and whose port refuses another. Others are
 * asked whether they live, as ever.
 *
 * <p>Above the transport and below {@link VERIFY_SUSPECT2}, which it passes by.
 */
final class DeathCheck extends Protocol {
    private static final short ID = 3302;
    private static final int PATIENCE_MILLIS = 500;

    static {
        ClassConfigurator.addProtocol(ID, DeathCheck.class);
    }

    @Override
    public @Nullable Object up(Event event) {
        if (event.getType() != Event.SUSPECT) {
            return up_prot.up(event);
        }
        Collection<Address> suspects = event.getArg();
        List<Address> all = List.copyOf(suspects);
        Thread thread = new Thread(() -> check(all), "highlander-cluster-death-check");
        thread.setDaemon(true);
        thread.start();
        return null;
    }

    private void check(List<Address> suspects) {
        List<Address> dead = new ArrayList<>();
        List<Address> silent = new ArrayList<>();
        for (Address suspect : suspects) {
            (isRefused(suspect) ? dead : silent).add(suspect);
        }
        if (!dead.isEmpty()) {
            Protocol verify = getProtocolStack().findProtocol(VERIFY_SUSPECT2.class);
            verify.getUpProtocol().up(new Event(Event.SUSPECT, dead));
        }
        if (!silent.isEmpty()) {
            up_prot.up(new Event(Event.SUSPECT, silent));
        }
    }

    private boolean isRefused(Address suspect) {
        Object physical = down_prot.down(new Event(Event.GET_PHYSICAL_ADDRESS, suspect));
        if (!(physical instanceof IpAddress address)) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getIpAddress(), address.getPort()), PATIENCE_MILLIS);
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
