---------------------------- MODULE HighlanderPg ----------------------------
(***************************************************************************)
(* Locks on Postgres: one key, session advisory lock, settle, clean        *)
(* evidence by NOTIFY, ledger, death certificate.                          *)
(* Time is discrete and unbounded: only ages are stored, they saturate.    *)
(* The server may end any session at any moment, for no reason; requests   *)
(* of an abandoned session (try, clean) may still be executed; replies are *)
(* delayed without bound; nodes freeze, lose, die, reconnect without bound.*)
(* Reductions (sound for OnlyOne): a failed try stutters; mark, run,       *)
(* unlock are one step (their delay is a delay before or after it); a      *)
(* heartbeat is executed when sent (the worst case for the lease), its     *)
(* reply is delayed; dead variables are reset.                             *)
(* A constant whose name begins with M (but MaxAlive) switches on a mutant.*)
(***************************************************************************)
EXTENDS Naturals, FiniteSets, TLC
CONSTANTS Nodes, Slots, L, Q, MaxAlive,
  AcqAt,            \* "grant": announcement at grant (as first designed);  "start": `run` when startable
  CleanWhen,        \* "any": a settling hold that is given up announces clean;  "startable": only if startable
  GuardHeld,        \* run/clean statements check pg_locks of their own backend
  SilentDrop,       \* DISCARD ALL / unlock_all drops the lock, the session lives on
  Pauses, ThawAtomic,
  Ledger, Promote, LedgerTL, LedgerNodes,
  Cert,             \* the newest announcer is proven dead by its refused address
  Linger, CertWaitsLinger,
  InitClean,        \* begin after a clean release that everybody heard (a reachable state)
  MNoOwnRead, MNoSettle, MTrustReply, MSettleFromSend, MUnlockFirst, MCleanEarly,
  MCleanAfterUnlock, MEvidenceKept, MNoLeaseCheck, MNoRunAck, MReuseAfterClean,
  MSettleFromOldSession
VARIABLES lock, alive, last, pend, ph, cur, ev, lease, settle, child, paused, ledger, orphan
vars == <<lock, alive, last, pend, ph, cur, ev, lease, settle, child, paused, ledger, orphan>>

NOSESS == <<"none", 0>>
Sessions == Nodes \X Slots
Idle == [k |-> "none", age |-> 0, rep |-> FALSE]
Cur(n) == <<n, cur[n]>>
Min(a, b) == IF a < b THEN a ELSE b
Old == L + 1
\* what a session has last heard about the key since its LISTEN
None == <<"none">>   Clean == <<"clean">>
Dirty(n) == <<"dirty", n, FALSE>>          \* third: that process is gone

Init ==     \* everybody is connected, nobody knows anything
  /\ lock = NOSESS /\ alive = [x \in Sessions |-> x[2] = 1]
  /\ last = [x \in Sessions |-> IF InitClean /\ x[2] = 1 THEN Clean ELSE None] /\ pend = [x \in Sessions |-> Idle]
  /\ ph = [n \in Nodes |-> "conn"] /\ cur = [n \in Nodes |-> 1]
  /\ ev = [n \in Nodes |-> FALSE] /\ lease = [n \in Nodes |-> Old] /\ settle = [n \in Nodes |-> 0]
  /\ child = [n \in Nodes |-> FALSE] /\ paused = [n \in Nodes |-> FALSE]
  /\ ledger = [clean |-> TRUE, tl |-> TRUE]     \* tl: written on the present timeline
  /\ orphan = [n \in Nodes |-> 0]           \* an OS command that outlives its wrapper: 1 + time its guard has left

NAlive == Cardinality({x \in Sessions : alive[x]})
\* mutant: evidence taken without reading up to one's own message = a queue that may lag behind
Tell(m) == last' = [y \in Sessions |-> IF alive[y] /\ ~(MNoOwnRead /\ last[y] = Clean) THEN m ELSE last[y]]
Row(n, b) == ledger' = IF Ledger /\ n \in LedgerNodes THEN [clean |-> b, tl |-> TRUE] ELSE ledger
LedgerSays(n) == Ledger /\ n \in LedgerNodes /\ ledger.clean /\ (LedgerTL => ledger.tl)
Held(n) == lock = Cur(n)
Ok(n) == alive[Cur(n)] /\ (GuardHeld => Held(n))
----------------------------------------------------------------------------
(* server *)
Ended(x, p, l) ==
  /\ pend' = p /\ last' = l
ServerEnds(x) ==
  /\ alive[x] /\ alive' = [alive EXCEPT ![x] = FALSE]
  /\ lock' = IF lock = x THEN NOSESS ELSE lock
  /\ pend' = [pend EXCEPT ![x] = IF @.rep THEN @ ELSE Idle]
  /\ last' = IF MEvidenceKept THEN last ELSE [last EXCEPT ![x] = None]
  /\ UNCHANGED <<ph, cur, ev, lease, settle, child, paused, ledger, orphan>>
ServerRestarts ==
  /\ Promote /\ alive' = [x \in Sessions |-> FALSE] /\ lock' = NOSESS
  /\ pend' = [x \in Sessions |-> IF pend[x].rep THEN pend[x] ELSE Idle]
  /\ last' = [x \in Sessions |-> None]
  /\ \E b \in BOOLEAN : ledger' = [clean |-> b, tl |-> FALSE]   \* async standby: any older row
  /\ UNCHANGED <<ph, cur, ev, lease, settle, child, paused, orphan>>
ServerDropsLock ==
  /\ SilentDrop /\ lock # NOSESS /\ lock' = NOSESS
  /\ UNCHANGED <<alive, last, pend, ph, cur, ev, lease, settle, child, paused, ledger, orphan>>
ServerExecutes(x) ==
  LET p == pend[x]  n == x[1]  mine == cur[n] = x[2]
      ok == GuardHeld => lock = x IN
  /\ alive[x] /\ p.k # "none" /\ ~p.rep
  /\ \/ /\ p.k = "try" /\ lock = NOSESS /\ lock' = x
        /\ pend' = [pend EXCEPT ![x] = IF mine THEN [p EXCEPT !.rep = TRUE] ELSE Idle]
        /\ UNCHANGED <<last, ledger, ph>>
     \/ /\ p.k = "clean" /\ UNCHANGED lock /\ pend' = [pend EXCEPT ![x] = Idle]
        /\ IF ok THEN Tell(Clean) /\ Row(n, TRUE) ELSE UNCHANGED <<last, ledger>>
        /\ ph' = [ph EXCEPT ![n] = IF ~mine THEN @ ELSE IF @ = "cleaning" THEN "cleaned" ELSE IF @ = "lateclean" THEN "conn" ELSE @]
     \/ /\ p.k = "run" /\ UNCHANGED <<lock, ph>> /\ pend' = [pend EXCEPT ![x] = Idle]     \* mutant only
        /\ IF ok THEN Tell(Dirty(n)) /\ Row(n, FALSE) ELSE UNCHANGED <<last, ledger>>
  /\ UNCHANGED <<alive, cur, ev, lease, settle, child, paused, orphan>>
----------------------------------------------------------------------------
(* node *)
Connect(n) ==      \* connect + LISTEN
  /\ ph[n] = "disc" /\ ~child[n] /\ ~paused[n] /\ NAlive < MaxAlive
  /\ \E i \in Slots :
       /\ ~alive[<<n, i>>] /\ cur' = [cur EXCEPT ![n] = i]
       /\ alive' = [alive EXCEPT ![<<n, i>>] = TRUE]
       /\ pend' = [pend EXCEPT ![<<n, i>>] = Idle]
       /\ last' = IF MEvidenceKept THEN last ELSE [last EXCEPT ![<<n, i>>] = None]
  /\ ph' = [ph EXCEPT ![n] = "conn"] /\ ev' = [ev EXCEPT ![n] = FALSE]
  /\ lease' = [lease EXCEPT ![n] = Old]
  /\ settle' = IF MSettleFromOldSession THEN settle ELSE [settle EXCEPT ![n] = 0]
  /\ UNCHANGED <<lock, child, paused, ledger, orphan>>

Certified(n) ==
  /\ Cert /\ last[Cur(n)][1] = "dirty" /\ last[Cur(n)][3]
  /\ CertWaitsLinger => orphan[last[Cur(n)][2]] = 0
Startable(n) == ev[n] \/ settle[n] >= Q \/ MNoSettle \/ Certified(n)
Free(n) == ~paused[n] /\ cur[n] # 0 /\ pend[Cur(n)].k = "none"
Send(n, k, r) == pend' = [pend EXCEPT ![Cur(n)] = [k |-> k, age |-> 0, rep |-> r]]
Go(n, s) == ph' = [ph EXCEPT ![n] = s]

Mark(n) ==        \* statement + reading up to one's own message
  /\ Free(n) /\ ph[n] = "held" /\ alive[Cur(n)] /\ Go(n, "settle")
  /\ ev' = [ev EXCEPT ![n] = last[Cur(n)] = Clean \/ LedgerSays(n)]
  /\ IF AcqAt = "grant"
     THEN /\ last' = [y \in Sessions |-> IF alive[y] /\ y # Cur(n) THEN Dirty(n) ELSE last[y]]
          /\ Row(n, FALSE)
     ELSE UNCHANGED <<last, ledger>>
  /\ UNCHANGED <<lock, alive, pend, cur, lease, settle, child, paused, orphan>>
Run(n) ==
  /\ Free(n) /\ ph[n] = "settle" /\ Startable(n) /\ Ok(n) /\ Go(n, "run")
  /\ IF AcqAt = "start" THEN Tell(Dirty(n)) /\ Row(n, FALSE) ELSE UNCHANGED <<last, ledger>>
  /\ ev' = [ev EXCEPT ![n] = FALSE] /\ settle' = [settle EXCEPT ![n] = 0]
  /\ UNCHANGED <<lock, alive, pend, cur, lease, child, paused, orphan>>
Unlock(n) ==
  /\ Free(n) /\ alive[Cur(n)] /\ lock' = IF Held(n) THEN NOSESS ELSE lock
  /\ \/ ph[n] \in {"held", "settle", "run", "stopped", "cleaned"} /\ ~child[n]
          /\ Go(n, IF MCleanAfterUnlock THEN "unlocked" ELSE "conn")
          /\ ev' = [ev EXCEPT ![n] = FALSE] /\ lease' = [lease EXCEPT ![n] = Old] /\ settle' = [settle EXCEPT ![n] = 0]
     \/ MUnlockFirst /\ ph[n] = "child" /\ UNCHANGED <<ph, ev, lease, settle>>
  /\ UNCHANGED <<alive, last, pend, cur, child, paused, ledger, orphan>>
NodeSends(n) ==
  /\ Free(n)
  /\ \/ ph[n] = "conn" /\ alive[Cur(n)] /\ Send(n, "try", FALSE) /\ UNCHANGED ph
     \/ ph[n] \in {"held", "settle", "run", "child"} /\ alive[Cur(n)] /\ Held(n) /\ lease[n] > 0
          /\ Send(n, "hb", TRUE) /\ UNCHANGED ph
     \/ ph[n] = "settle" /\ CleanWhen = "any" /\ Send(n, "clean", FALSE) /\ Go(n, "cleaning")
     \/ ph[n] \in {"run", "stopped"} /\ ~child[n] /\ ~MCleanAfterUnlock
          /\ Send(n, "clean", FALSE) /\ Go(n, "cleaning")
     \/ MCleanEarly /\ ph[n] = "child" /\ Send(n, "clean", FALSE) /\ UNCHANGED ph
     \/ MReuseAfterClean /\ ph[n] = "cleaned" /\ Go(n, "run") /\ UNCHANGED pend
     \/ MCleanAfterUnlock /\ ph[n] = "unlocked" /\ Send(n, "clean", FALSE) /\ Go(n, "lateclean")
  /\ UNCHANGED <<lock, alive, last, cur, ev, lease, settle, child, paused, ledger, orphan>>
NodeLoses(n) ==     \* error, timeout, refused heartbeat, or just so; the socket is closed
  /\ ~paused[n] /\ cur[n] # 0
  /\ cur' = [cur EXCEPT ![n] = 0] /\ ev' = [ev EXCEPT ![n] = FALSE]
  /\ ph' = [ph EXCEPT ![n] = IF child[n] THEN "lost" ELSE "disc"]
  /\ pend' = [pend EXCEPT ![Cur(n)] = IF @.rep THEN Idle ELSE @]
  /\ lease' = IF child[n] THEN lease ELSE [lease EXCEPT ![n] = Old]
  /\ settle' = IF MSettleFromOldSession THEN settle ELSE [settle EXCEPT ![n] = 0]
  /\ UNCHANGED <<lock, alive, last, child, paused, ledger, orphan>>
NodeReceives(n) ==
  LET x == Cur(n)  p == pend[x]  from == IF MTrustReply THEN 0 ELSE p.age IN
  /\ ~paused[n] /\ cur[n] # 0 /\ p.rep /\ pend' = [pend EXCEPT ![x] = Idle]
  /\ lease' = [lease EXCEPT ![n] = Min(@, from)]
  /\ IF p.k = "try"
     THEN /\ Go(n, "held")
          /\ settle' = IF MSettleFromOldSession THEN settle
                       ELSE [settle EXCEPT ![n] = IF MSettleFromSend THEN Min(p.age, Q) ELSE 0]
     ELSE UNCHANGED <<ph, settle>>
  /\ UNCHANGED <<lock, alive, last, cur, ev, child, paused, ledger, orphan>>
ChildStarts(n) ==
  /\ ~paused[n] /\ ~child[n]
  /\ \/ ph[n] = "run" /\ UNCHANGED pend
     \/ MNoRunAck /\ ph[n] = "settle" /\ Startable(n) /\ Free(n) /\ Send(n, "run", FALSE)
  /\ MNoLeaseCheck \/ lease[n] < L
  /\ child' = [child EXCEPT ![n] = TRUE] /\ Go(n, "child")
  /\ UNCHANGED <<lock, alive, last, cur, ev, lease, settle, paused, ledger, orphan>>
ChildStops(n) ==
  /\ ~paused[n] /\ child[n] /\ child' = [child EXCEPT ![n] = FALSE]
  /\ Go(n, IF ph[n] = "lost" THEN "disc" ELSE "stopped")
  /\ lease' = [lease EXCEPT ![n] = Old]
  /\ UNCHANGED <<lock, alive, last, pend, cur, ev, settle, paused, ledger, orphan>>
Dies(n) ==     \* process gone (differs from losing and stopping only for certificates)
  /\ Cert /\ ph[n] # "disc" /\ orphan[n] = 0
  /\ child' = [child EXCEPT ![n] = FALSE] /\ orphan' = [orphan EXCEPT ![n] = IF Linger /\ child[n] THEN 1 + L - Min(lease[n], L) ELSE 0]
  /\ paused' = [paused EXCEPT ![n] = FALSE] /\ Go(n, "disc")
  /\ ev' = [ev EXCEPT ![n] = FALSE] /\ cur' = [cur EXCEPT ![n] = 0]
  /\ lease' = [lease EXCEPT ![n] = Old] /\ settle' = [settle EXCEPT ![n] = 0]
  /\ pend' = IF cur[n] = 0 THEN pend ELSE [pend EXCEPT ![Cur(n)] = IF @.rep THEN Idle ELSE @]
  /\ last' = [y \in Sessions |-> IF last[y] = Dirty(n) THEN <<"dirty", n, TRUE>> ELSE last[y]]
  /\ UNCHANGED <<lock, alive, ledger>>
OrphanEnds(n) ==   \* the guard kills the command's tree
  /\ orphan[n] > 0 /\ orphan' = [orphan EXCEPT ![n] = 0]
  /\ UNCHANGED <<lock, alive, last, pend, ph, cur, ev, lease, settle, child, paused, ledger>>
Freeze(n) ==
  /\ Pauses /\ ~paused[n] /\ child[n] /\ paused' = [paused EXCEPT ![n] = TRUE]
  /\ UNCHANGED <<lock, alive, last, pend, ph, cur, ev, lease, settle, child, ledger, orphan>>
Thaw(n) ==
  /\ paused[n] /\ paused' = [paused EXCEPT ![n] = FALSE]
  /\ IF ThawAtomic /\ child[n] /\ lease[n] > L
     THEN child' = [child EXCEPT ![n] = FALSE] /\ Go(n, IF ph[n] = "lost" THEN "disc" ELSE "stopped")
     ELSE UNCHANGED <<child, ph>>
  /\ UNCHANGED <<lock, alive, last, pend, cur, ev, lease, settle, ledger, orphan>>
Tick ==
  /\ \A n \in Nodes : (child[n] /\ ~paused[n]) => lease[n] < L    \* watchdog: dead by sent + L
  /\ \A n \in Nodes : orphan[n] # 1                               \* the guard kills inside the lease
  /\ lease' = [n \in Nodes |-> Min(lease[n] + 1, Old)]
  /\ settle' = [n \in Nodes |-> IF ph[n] \in {"held", "settle"} \/ MSettleFromOldSession THEN Min(settle[n] + 1, Q) ELSE settle[n]]
  /\ pend' = [x \in Sessions |-> IF pend[x].k \in {"try", "hb"} THEN [pend[x] EXCEPT !.age = Min(@ + 1, Old)] ELSE pend[x]]
  /\ UNCHANGED <<lock, alive, last, ph, cur, ev, child, paused, ledger>>
  /\ orphan' = [n \in Nodes |-> IF orphan[n] > 1 THEN orphan[n] - 1 ELSE orphan[n]]

Next ==
  \/ \E x \in Sessions : ServerEnds(x) \/ ServerExecutes(x)
  \/ ServerRestarts \/ ServerDropsLock \/ Tick
  \/ \E n \in Nodes : Connect(n) \/ Mark(n) \/ Run(n) \/ Unlock(n) \/ NodeSends(n) \/ NodeLoses(n)
                      \/ NodeReceives(n) \/ ChildStarts(n) \/ ChildStops(n) \/ Dies(n)
                      \/ OrphanEnds(n) \/ Freeze(n) \/ Thaw(n)
Spec == Init /\ [][Next]_vars

Active(n) == (child[n] /\ ~paused[n]) \/ orphan[n] > 0
OnlyOne == \A n, m \in Nodes : n # m => ~(Active(n) /\ Active(m))
\* vacuity checks: these must be violated
NeverRuns == \A n \in Nodes : ~child[n]
NeverHandsOver == ~ \E n \in Nodes : child[n] /\ ph[n] = "child" /\ settle[n] = 0 /\ \E x \in Sessions : last[x] = Dirty(n) /\ x # Cur(n)
Perms == Permutations(Nodes)
=============================================================================
