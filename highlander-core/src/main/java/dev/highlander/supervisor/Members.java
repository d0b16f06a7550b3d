package dev.highlander.supervisor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The children of one supervisor, in the order of starting. */
final class Members implements Iterable<Member> {
    private final List<Member> all = new ArrayList<>();

    Members(Collection<Member.Traits> children) {
        children.forEach(traits -> all.add(new Member(traits)));
    }

    void add(Member last) {
        all.add(last);
    }

    void remove(Member member) {
        all.remove(member);
    }

    List<Member> others(Member than) {
        return all.stream().filter(member -> member != than).toList();
    }

    List<Member> after(Member member) {
        return List.copyOf(all.subList(all.indexOf(member) + 1, all.size()));
    }

    List<Member> before(Member member) {
        return List.copyOf(all.subList(0, all.indexOf(member)));
    }

    List<Member> all(Predicate<Member> wanted) {
        return all.stream().filter(wanted).toList();
    }

    boolean any(Predicate<Member> wanted) {
        return first(wanted) != null;
    }

    @Nullable
    Member first(Predicate<Member> wanted) {
        for (Member member : all) {
            if (wanted.test(member)) {
                return member;
            }
        }
        return null;
    }

    @Nullable
    Member last(Predicate<Member> wanted) {
        for (int i = all.size() - 1; i >= 0; i--) {
            if (wanted.test(all.get(i))) {
                return all.get(i);
            }
        }
        return null;
    }

    @Nullable
    Member named(String id) {
        return first(member -> member.traits.id().equals(id));
    }

    @Nullable
    Member at(int slot) {
        return first(member -> member.traits.slot() == slot);
    }

    @Override
    public Iterator<Member> iterator() {
        return all.iterator();
    }
}
