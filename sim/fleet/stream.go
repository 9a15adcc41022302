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
	f.loadChanged(at)
}
