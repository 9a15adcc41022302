package fleet

import "fmt"

// Enter takes a request that waits at a token replica into service, together with all others there.
func (f *Fleet) Enter(id RequestID) {
	s := &f.requests[id]
	if s.state != queued {
		panic(fmt.Sprintf("fleet: request %d enters in state %d", id, s.state))
	}
	r := &f.replicas[s.replica]
	f.unlink(&r.queue, id)
	f.owe(r, id, -1)
	s.state = executing
	r.Executing++
	f.waiting[s.Model]--
	f.loadChanged(s.replica)
}

// Exit ends the service of a request that was started by Enter. The caller then calls Forget or
// Pass.
func (f *Fleet) Exit(id RequestID) {
	s := &f.requests[id]
	at := s.replica
	s.state, s.replica = ended, NoReplica
	f.replicas[at].Executing--
	f.replicas[at].tokens -= int64(s.Input)
	f.loadChanged(at)
}

// Pass makes a request that has left by Exit a pending request of another model, at its place in
// the order of arrival.
func (f *Fleet) Pass(id RequestID, to ModelID) {
	s := &f.requests[id]
	s.Model = to
	f.Retry(id)
}

// Brought adds the prompt of a request that was given to a token replica to the replica's prompt
// tokens. Exit and Abandon subtract it.
func (f *Fleet) Brought(id RequestID) {
	s := &f.requests[id]
	f.replicas[s.replica].tokens += int64(s.Input)
	f.loadChanged(s.replica)
}

// LeastTokens counts the prompt tokens of the outstanding requests of a token replica
// (Fleet.PromptTokens). Ties go to the replica with fewer requests. Output tokens do not count,
// because routers do not know them.
var LeastTokens = &Measure{func(f *Fleet, at ReplicaID) float64 {
	return float64(f.PromptTokens(at))*(1<<12) + float64(min(f.Outstanding(at), 1<<12-1))
}}
