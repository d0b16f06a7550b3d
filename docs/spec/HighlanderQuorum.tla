-------------------------- MODULE HighlanderQuorum --------------------------
(***************************************************************************)
(* Peer cluster, quorum(n) and a lease: one key. Views are installed by    *)
(* each member at its own time, may never reach some members, may overlap, *)
(* may leave anybody out (detection is arbitrary). Time as ages.           *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets, TLC
CONSTANTS Nodes, Quorum, MaxV, Lq, Qq,
  MNoWait,          \* grant as soon as the view has a quorum
  MWaitFromView,    \* wait counted from the coordinator's own view, not from the n-th report in it
  MCountMembers,    \* view size instead of members that reported in the view
  MAckAnyView,      \* members acknowledge heartbeats of a view they have left
  MExtendUnconfirmed, \* heartbeats in a new view extend a hold the new coordinator has not confirmed
  MNoLease,         \* the holder stops only when its own view is small (as first designed)
  MStaleGrant,      \* a grant of an older view is obeyed
  MConfirmRestarts, \* a confirmation also lets the child start again
  MLeaseAtGrant     \* the lease begins with the grant, without a confirmed round
VARIABLES view, mem, coord, nv, rep, wait, granted, conf, hold, lease, round, child
vars == <<view, mem, coord, nv, rep, wait, granted, conf, hold, lease, round, child>>
Views == 1..MaxV
Old == Lq + 1
Nobody == "nobody"
NoRound == [age |-> 0, acks |-> {}]
Min(a, b) == IF a < b THEN a ELSE b

Init ==
  /\ nv = 1 /\ view = [i \in Nodes |-> 1]
  /\ mem = [v \in Views |-> IF v = 1 THEN Nodes ELSE {}]
  /\ \E c \in Nodes : coord = [v \in Views |-> IF v = 1 THEN c ELSE Nobody]
  /\ rep = [v \in Views |-> IF v = 1 THEN Nodes ELSE {}]
  /\ wait = [v \in Views |-> IF v = 1 THEN Qq ELSE 0]
  /\ granted = [v \in Views |-> Nobody]
  /\ conf = [v \in Views |-> FALSE]        \* granted[v] is the confirmation of a running child
  /\ hold = [i \in Nodes |-> 0]      \* view whose coordinator granted or confirmed it
  /\ lease = [i \in Nodes |-> Old] /\ round = [i \in Nodes |-> NoRound]
  /\ child = [i \in Nodes |-> FALSE]

NewView ==       \* some node forms a view of any members, itself coordinator, and installs it
  /\ nv < MaxV
  /\ \E c \in Nodes, m \in SUBSET Nodes :
       /\ c \in m /\ mem' = [mem EXCEPT ![nv + 1] = m] /\ coord' = [coord EXCEPT ![nv + 1] = c]
       /\ view' = [view EXCEPT ![c] = nv + 1] /\ round' = [round EXCEPT ![c] = NoRound]
       /\ hold' = [hold EXCEPT ![c] = IF child[c] THEN @ ELSE 0]
       /\ lease' = [lease EXCEPT ![c] = IF child[c] THEN @ ELSE Old]
  /\ nv' = nv + 1 /\ UNCHANGED <<rep, wait, granted, conf, child>>
Install(i, v) ==
  /\ v <= nv /\ v > view[i] /\ i \in mem[v]
  /\ view' = [view EXCEPT ![i] = v] /\ round' = [round EXCEPT ![i] = NoRound]
  /\ hold' = [hold EXCEPT ![i] = IF child[i] THEN @ ELSE 0]
  /\ lease' = [lease EXCEPT ![i] = IF child[i] THEN @ ELSE Old]
  /\ UNCHANGED <<mem, coord, nv, rep, wait, granted, conf, child>>
Current(v) == coord[v] # Nobody /\ view[coord[v]] = v
Small(i) == Cardinality(mem[view[i]]) < Quorum
Enough(v) == IF MCountMembers THEN Cardinality(mem[v]) >= Quorum ELSE Cardinality(rep[v]) >= Quorum
\* the report reaches the coordinator; a running child is confirmed unless the key was granted in this view
Report(i) ==
  LET v == view[i] IN
  /\ Current(v) /\ i \notin rep[v]
  /\ rep' = [rep EXCEPT ![v] = @ \cup {i}]
  /\ wait' = IF Enough(v) \/ MWaitFromView THEN wait ELSE [wait EXCEPT ![v] = 0]
  /\ IF child[i] /\ granted[v] = Nobody
     THEN granted' = [granted EXCEPT ![v] = i] /\ conf' = [conf EXCEPT ![v] = TRUE] ELSE UNCHANGED <<granted, conf>>
  /\ UNCHANGED <<view, mem, coord, nv, hold, lease, round, child>>
Grant(v, i) ==
  /\ v <= nv /\ Current(v) /\ granted[v] = Nobody /\ i \in rep[v] /\ ~child[i]
  /\ Enough(v) /\ (MNoWait \/ wait[v] >= Qq)
  /\ granted' = [granted EXCEPT ![v] = i] /\ conf' = [conf EXCEPT ![v] = FALSE]
  /\ UNCHANGED <<view, mem, coord, nv, rep, wait, hold, lease, round, child>>
Told(i, v) ==    \* grant or confirmation arrives
  /\ v <= nv /\ granted[v] = i /\ hold[i] # v
  /\ MStaleGrant \/ view[i] = v
  /\ conf[v] => child[i] \/ MConfirmRestarts
  /\ hold' = [hold EXCEPT ![i] = v]
  /\ lease' = IF MLeaseAtGrant THEN [lease EXCEPT ![i] = 0] ELSE lease
  /\ UNCHANGED <<view, mem, coord, nv, rep, wait, granted, conf, round, child>>
Beat(i) ==
  /\ hold[i] # 0 /\ (hold[i] = view[i] \/ MExtendUnconfirmed \/ MStaleGrant)
  /\ round' = [round EXCEPT ![i] = [age |-> 0, acks |-> {i}]]
  /\ UNCHANGED <<view, mem, coord, nv, rep, wait, granted, conf, hold, lease, child>>
Ack(j, i) ==
  /\ round[i].acks # {} /\ j \notin round[i].acks /\ j \in mem[view[i]]
  /\ MAckAnyView \/ view[j] = view[i]
  /\ LET a == round[i].acks \cup {j} IN
     IF Cardinality(a) >= Quorum
     THEN lease' = [lease EXCEPT ![i] = Min(@, round[i].age)] /\ round' = [round EXCEPT ![i] = NoRound]
     ELSE round' = [round EXCEPT ![i].acks = a] /\ UNCHANGED lease
  /\ UNCHANGED <<view, mem, coord, nv, rep, wait, granted, conf, hold, child>>
Start(i) ==
  /\ hold[i] # 0 /\ (hold[i] = view[i] \/ MStaleGrant) /\ ~child[i]
  /\ IF MNoLease THEN ~Small(i) ELSE lease[i] < Lq
  /\ child' = [child EXCEPT ![i] = TRUE]
  /\ UNCHANGED <<view, mem, coord, nv, rep, wait, granted, conf, hold, lease, round>>
Stop(i) ==       \* with or without a release that reaches the coordinator
  /\ child[i] /\ child' = [child EXCEPT ![i] = FALSE]
  /\ \/ UNCHANGED granted
     \/ hold[i] = view[i] /\ Current(view[i]) /\ granted[view[i]] = i /\ granted' = [granted EXCEPT ![view[i]] = Nobody]
  /\ hold' = [hold EXCEPT ![i] = 0] /\ lease' = [lease EXCEPT ![i] = Old] /\ round' = [round EXCEPT ![i] = NoRound]
  /\ UNCHANGED <<view, mem, coord, nv, rep, wait, conf>>
Tick ==
  /\ \A i \in Nodes : child[i] => IF MNoLease THEN ~Small(i) ELSE lease[i] < Lq
  /\ lease' = [i \in Nodes |-> Min(lease[i] + 1, Old)]
  /\ round' = [i \in Nodes |-> IF round[i].acks = {} THEN NoRound ELSE [round[i] EXCEPT !.age = Min(@ + 1, Old)]]
  /\ wait' = [v \in Views |-> IF v <= nv /\ (MWaitFromView \/ Enough(v)) THEN Min(wait[v] + 1, Qq) ELSE wait[v]]
  /\ UNCHANGED <<view, mem, coord, nv, rep, granted, conf, hold, child>>
Next ==
  \/ NewView \/ Tick
  \/ \E i \in Nodes : Report(i) \/ Beat(i) \/ Start(i) \/ Stop(i)
  \/ \E i \in Nodes, v \in Views : Install(i, v) \/ Grant(v, i) \/ Told(i, v)
  \/ \E i, j \in Nodes : Ack(j, i)
Spec == Init /\ [][Next]_vars
OnlyOne == \A i, j \in Nodes : i # j => ~(child[i] /\ child[j])
NeverTwoViews == ~ \E i \in Nodes : child[i] /\ hold[i] = 2 /\ view[i] = 2
Perms == Permutations(Nodes)
=============================================================================
