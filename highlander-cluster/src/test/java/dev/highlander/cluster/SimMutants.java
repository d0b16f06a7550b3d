package dev.highlander.cluster;

import dev.highlander.cluster.ClusterMessage.Beat;
import dev.highlander.cluster.ClusterMessage.Grants;
import dev.highlander.cluster.ClusterMessage.Held;
import dev.highlander.cluster.ClusterMessage.Report;
import dev.highlander.cluster.ClusterMessage.Revokes;
import dev.highlander.cluster.ClusterMessage.Stage;
import dev.highlander.cluster.ClusterMessage.Who;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Plausible mistakes, one rule dropped in each. */
final class SimMutants {
    private SimMutants() {}

    /**
     * A mistake.
     *
     * @param options a simulation that makes it
     * @param seeds within how many seeds it must be found
     */
    record Mutant(SimOptions options, int seeds) {}

    static Map<String, Mutant> all() {
        Map<String, Mutant> all = new LinkedHashMap<>();
        SimOptions quorum = SimOptions.withQuorum();
        all.put("2: acknowledges beats of any view", of(quorum.with(AcknowledgesAnyView::new), 1000));
        all.put("3: trusts its view instead of acknowledgements", of(quorum.with(TrustsItsView::new), 200));
        all.put("3: starts at the grant, before a round", of(quorum.with(StartsAtTheGrant::new), 2000));
        all.put("3: trusts from the acknowledgement on", of(quorum.with(TrustsFromTheAck::new), 2000));
        all.put("4: counts members instead of reports", of(quorum.with(CountsMembers::new), 2000));
        all.put("5: extends a hold that is not confirmed", of(quorum.with(ExtendsUnconfirmed::new), 1000));
        all.put("5: a confirmation permits a start", of(quorum.with(ConfirmationStarts::new), 2000));
        all.put("6: grants as soon as enough have reported", of(quorum.with(NoSettle::new), 200));
        all.put("6: settles from its own view on", of(quorum.with(SettlesFromItsView::new), 1000));
        all.put("7: obeys grants of an older view", of(quorum.with(ObeysOldGrants::new), 2000));
        SimOptions calm = SimOptions.calm();
        all.put("a new registry does not know what runs", of(calm.with(NothingReported::new), 100));
        all.put("E8: does not wait for others", of(calm.with(NoDiscovery::new), 100));
        all.put("grants before all have reported", of(calm.with(GrantsAtOnce::new), 500));
        all.put("takes back a grant that is under way", of(calm.with(TakesBackGrants::new), 2000));
        all.put("E4: a loser that goes on", of(SimOptions.withoutQuorum().with(LoserGoesOn::new), 100));
        return all;
    }

    private static Mutant of(SimOptions options, int seeds) {
        return new Mutant(options, seeds);
    }

    static @Nullable String firstViolation(SimOptions options, int seeds) {
        for (long seed = 0; seed < seeds; seed++) {
            String violation = Simulation.run(seed, options).violation();
            if (violation != null) {
                return "seed " + seed + ": " + violation;
            }
        }
        return null;
    }

    private static class Mistaken extends ClusterProtocol {
        Mistaken(SimNode node) {
            super(node.rules, node.who(), ConflictResolver.oldestTerm(), node.nanos());
        }
    }

    private static final class AcknowledgesAnyView extends Mistaken {
        AcknowledgesAnyView(SimNode node) {
            super(node);
        }

        @Override
        Timing timing(ClusterMessage message) {
            return message instanceof Beat ? Timing.NOW : super.timing(message);
        }

        @Override
        Member newMember(ClusterRules rules, Who who, Highest highest) {
            return new Member(rules, who, highest) {
                @Override
                boolean acknowledges(Beat beat) {
                    return true;
                }
            };
        }
    }

    private static final class TrustsItsView extends Mistaken {
        TrustsItsView(SimNode node) {
            super(node);
        }

        @Override
        Member newMember(ClusterRules rules, Who who, Highest highest) {
            return new Member(rules, who, highest) {
                @Override
                boolean isEnough(Set<Peer> acks) {
                    ClusterView view = view();
                    return view != null && view.size() >= rules.quorum();
                }
            };
        }
    }

    private static final class StartsAtTheGrant extends Mistaken {
        StartsAtTheGrant(SimNode node) {
            super(node);
        }

        @Override
        Member newMember(ClusterRules rules, Who who, Highest highest) {
            return new Member(rules, who, highest) {
                @Override
                void granted(Tenure tenure, Moment now) {
                    start(tenure, now);
                }
            };
        }
    }

    private static final class TrustsFromTheAck extends Mistaken {
        TrustsFromTheAck(SimNode node) {
            super(node);
        }

        @Override
        Member newMember(ClusterRules rules, Who who, Highest highest) {
            return new Member(rules, who, highest) {
                @Override
                Moment trustFromOf(Moment sent, Moment acknowledged) {
                    return acknowledged;
                }
            };
        }
    }

    private static final class ExtendsUnconfirmed extends Mistaken {
        ExtendsUnconfirmed(SimNode node) {
            super(node);
        }

        @Override
        Member newMember(ClusterRules rules, Who who, Highest highest) {
            return new Member(rules, who, highest) {
                @Override
                boolean counts(Tenure tenure, long beat) {
                    return true;
                }

                @Override
                long nextBeatOf(Moment now) {
                    return now.at();
                }
            };
        }
    }

    private static final class ConfirmationStarts extends Mistaken {
        ConfirmationStarts(SimNode node) {
            super(node);
        }

        @Override
        Member newMember(ClusterRules rules, Who who, Highest highest) {
            return new Member(rules, who, highest) {
                @Override
                boolean isForgotten(Tenure tenure) {
                    return false;
                }

                @Override
                Stage stageOf(Tenure tenure) {
                    Stage stage = super.stageOf(tenure);
                    return stage == Stage.STARTING ? Stage.RUNNING : stage;
                }
            };
        }
    }

    private static final class ObeysOldGrants extends Mistaken {
        ObeysOldGrants(SimNode node) {
            super(node);
        }

        @Override
        Timing timing(ClusterMessage message) {
            Timing timing = super.timing(message);
            return message instanceof Grants && timing == Timing.VOID ? Timing.NOW : timing;
        }

        @Override
        boolean isCoordinator(Peer peer) {
            return true;
        }
    }

    private static final class LoserGoesOn extends Mistaken {
        LoserGoesOn(SimNode node) {
            super(node);
        }

        @Override
        Member newMember(ClusterRules rules, Who who, Highest highest) {
            return new Member(rules, who, highest) {
                @Override
                void revokes(Revokes revokes, Moment now) {}

                @Override
                boolean counts(Tenure tenure, long beat) {
                    return true;
                }
            };
        }
    }

    private static final class CountsMembers extends Mistaken {
        CountsMembers(SimNode node) {
            super(node);
        }

        @Override
        Registry newRegistry(ClusterView of, ClusterRules rules, Who own, Highest tokens, long from, long notBefore) {
            return new Registry(rules, of, own, ConflictResolver.oldestTerm(), tokens, from, notBefore) {
                @Override
                boolean isQuorate(int reported) {
                    return of.size() >= rules.quorum();
                }
            };
        }
    }

    private static final class NoSettle extends Mistaken {
        NoSettle(SimNode node) {
            super(node);
        }

        @Override
        Registry newRegistry(ClusterView of, ClusterRules rules, Who own, Highest tokens, long from, long notBefore) {
            return new Registry(rules, of, own, ConflictResolver.oldestTerm(), tokens, from, notBefore) {
                @Override
                long settledOf(long quorate) {
                    return quorate;
                }
            };
        }
    }

    private static final class SettlesFromItsView extends Mistaken {
        SettlesFromItsView(SimNode node) {
            super(node);
        }

        @Override
        Registry newRegistry(ClusterView of, ClusterRules rules, Who own, Highest tokens, long from, long notBefore) {
            return new Registry(rules, of, own, ConflictResolver.oldestTerm(), tokens, from, notBefore) {
                @Override
                long settledOf(long quorate) {
                    return quorate == NEVER
                            ? NEVER
                            : Math.max(quorate, from + rules.lease().settle());
                }
            };
        }
    }

    private static final class NothingReported extends Mistaken {
        NothingReported(SimNode node) {
            super(node);
        }

        @Override
        Registry newRegistry(ClusterView of, ClusterRules rules, Who own, Highest tokens, long from, long notBefore) {
            return new Registry(rules, of, own, ConflictResolver.oldestTerm(), tokens, from, notBefore) {
                @Override
                List<Held> holdsOf(Report report) {
                    return List.of();
                }
            };
        }
    }

    private static final class NoDiscovery extends Mistaken {
        NoDiscovery(SimNode node) {
            super(node);
        }

        @Override
        Registry newRegistry(ClusterView of, ClusterRules rules, Who own, Highest tokens, long from, long notBefore) {
            return new Registry(rules, of, own, ConflictResolver.oldestTerm(), tokens, from, from);
        }
    }

    private static final class GrantsAtOnce extends Mistaken {
        GrantsAtOnce(SimNode node) {
            super(node);
        }

        @Override
        Registry newRegistry(ClusterView of, ClusterRules rules, Who own, Highest tokens, long from, long notBefore) {
            return new Registry(rules, of, own, ConflictResolver.oldestTerm(), tokens, from, notBefore) {
                @Override
                boolean isComplete() {
                    return true;
                }
            };
        }
    }

    private static final class TakesBackGrants extends Mistaken {
        TakesBackGrants(SimNode node) {
            super(node);
        }

        @Override
        Registry newRegistry(ClusterView of, ClusterRules rules, Who own, Highest tokens, long from, long notBefore) {
            return new Registry(rules, of, own, ConflictResolver.oldestTerm(), tokens, from, notBefore) {
                @Override
                void report(Peer peer, Report report, Moment now) {
                    super.report(
                            peer,
                            new Report(
                                    report.view(),
                                    report.number(),
                                    Long.MAX_VALUE,
                                    report.who(),
                                    report.highest(),
                                    report.holds(),
                                    report.wants()),
                            now);
                }
            };
        }
    }
}
