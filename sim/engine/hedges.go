package engine

import (
	"slices"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// hedged records an attempt of a hedged request that begins, and schedules the next one.
func (l *clients) hedged(of int32, id fleet.RequestID, epoch uint32) {
	j := &l.calls[of]
	j.live = append(j.live, place{id, epoch})
	client := l.client(&j.request)
	if j.hedge++; j.attempts < client.Attempts {
		l.queue.Schedule(l.queue.Now().Add(client.HedgeAfter), event{kind: hedgeDue, index: of, epoch: j.hedge})
	}
}

// unwait records that the client of a call no longer waits for an attempt.
func (l *clients) unwait(j *call, id fleet.RequestID) {
	if i := slices.IndexFunc(j.live, func(p place) bool { return p.id == id }); i >= 0 {
		j.live = slices.Delete(j.live, i, i+1)
	}
}

// hedge lets the next attempt of a hedged request begin at this instant, unless the event is
// outdated or the budget is used up.
func (l *clients) hedge(of int32, epoch uint32) {
	if j := &l.calls[of]; !j.over && j.hedge == epoch && l.allows(j) {
		l.soon(j, of)
	}
}

// soon lets the next attempt of a hedged request begin at the end of the present instant.
func (l *clients) soon(j *call, of int32) {
	j.coming = true
	j.hedge++ // the next attempt begins now, not later
	l.queue.Schedule(l.queue.Now(), event{kind: attemptDue, index: of})
}

// allows takes a further attempt out of the budget of a client, if there is one left.
func (l *clients) allows(j *call) bool {
	b := l.budgets[j.request.Client-1]
	return b == nil || b.retry(l.queue.Now())
}

// answerHedged tells the client of a hedged request how an attempt has ended. The first answer ends
// the call, and the client leaves its other attempts. After a failure the next attempt begins at
// once. The call fails when no attempt is left for which the client waits.
func (l *clients) answerHedged(client *fleet.Client, kind sim.FactKind, of int32, id fleet.RequestID, at fleet.ReplicaID) {
	j := &l.calls[of]
	hopeless := kind == sim.RequestRejected && refuses(l.reason)
	switch {
	case kind == sim.RequestFinished:
	case j.coming:
		return
	case !hopeless && j.attempts < client.Attempts && l.allows(j):
		l.soon(j, of)
		return
	case len(j.live) > 0:
		return
	}
	for _, p := range j.live {
		l.gone[p.id] = true
	}
	if client.Cancels && len(j.live) > 0 {
		l.beaten = append(l.beaten, j.live...)
		l.beLate()
	}
	j.live = j.live[:0]
	l.end(kind, of, id, at)
}
