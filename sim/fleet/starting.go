package fleet

import "math"

// ServeSingly tells the fleet that batch replicas serve requests one by one. A slot then takes one
// request, with any number of items.
func (f *Fleet) ServeSingly() { f.singly = true }

// Starting returns how many of the requests in line the free slots of a replica would take into
// service now, in full batches. Left is the number of places that are then left for one further
// request; it is math.MaxInt if a whole slot is left. The slots of a token replica are the
// sequences that it may run at a time.
func (f *Fleet) Starting(at ReplicaID) (count, left int) {
	r := &f.replicas[at]
	d := &f.spec.Deployments[r.Deployment]
	free, queued, most, singly := int(r.Slots-r.Busy), int(r.queue.length), d.MaxBatch, f.singly
	if d.Tokens != nil {
		free, singly = d.Tokens.Engines()*d.Tokens.MaxSequences-int(r.Executing), true
	}
	switch {
	case singly && queued < free:
		return queued, math.MaxInt
	case singly:
		return free, 0
	case f.varied:
		return f.startingItems(at, free, most)
	}
	count = min(queued, free*most)
	return count, free*most - count
}

// startingItems is Starting for requests whose number of items may not be 1.
func (f *Fleet) startingItems(at ReplicaID, free, most int) (count, left int) {
	for request := range f.InLine(at) {
		places := request.Places()
		if places > left {
			if free == 0 {
				return count, 0 // later requests do not overtake this one
			}
			free, left = free-1, most
		}
		count, left = count+1, max(0, left-places)
	}
	if free > 0 {
		return count, math.MaxInt
	}
	return count, left
}

// HasRoom reports whether a replica could start one more request of so many places now, together
// with those in line there.
func (f *Fleet) HasRoom(at ReplicaID, places int) bool {
	count, left := f.Starting(at)
	return count == int(f.replicas[at].queue.length) && left >= places
}
