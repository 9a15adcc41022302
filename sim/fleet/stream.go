package fleet

import "fmt"

// Enter takes a request that waits at a token replica into service beside all others there.
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

// Exit ends the service of a request that entered. It is still to be forgotten.
func (f *Fleet) Exit(id RequestID) {
	s := &f.requests[id]
	at := s.replica
	s.state, s.replica = ended, NoReplica
	f.replicas[at].Executing--
	f.replicas[at].tokens -= int64(s.Input)
	f.loadChanged(at)
}

// Pass puts a request that has exited among the pending ones of another model, in the order of
// arrival.
func (f *Fleet) Pass(id RequestID, to ModelID) {
	s := &f.requests[id]
	s.Model = to
	f.Retry(id)
}

// Brought adds the prompt of a request that was given to a token replica to what the replica has to
// do, until the request exits or is abandoned.
func (f *Fleet) Brought(id RequestID) {
	s := &f.requests[id]
	f.replicas[s.replica].tokens += int64(s.Input)
	f.loadChanged(s.replica)
}

// LeastTokens counts the prompt tokens of the unfinished requests of a token replica, as
// PromptTokens does. Among equals it counts the requests: how long outputs will be is not known
// when requests are routed.
var LeastTokens = &Measure{func(f *Fleet, at ReplicaID) float64 {
	return float64(f.PromptTokens(at))*(1<<12) + float64(min(f.Outstanding(at), 1<<12-1))
}}
