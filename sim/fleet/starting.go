package fleet

import "math"

// ServeSingly tells the fleet that replicas which work on batches serve requests one by one: a slot
// takes one request, however many items it carries.
func (f *Fleet) ServeSingly() { f.singly = true }

// Starting returns how many of those in line the free slots of a replica would take into service
// now, in full batches, and the places that are left then for a further request. That has all the
// places it needs where a slot is left for it alone. The slots of a token replica are its
// sequences.
func (f *Fleet) Starting(at ReplicaID) (count, left int) {
	r := &f.replicas[at]
	d := &f.spec.Deployments[r.Deployment]
	free, queued, most, singly := int(r.Slots-r.Busy), int(r.queue.length), d.MaxBatch, f.singly
	if d.Tokens != nil {
		free, singly = d.Tokens.MaxSequences-int(r.Executing), true
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

// startingItems is Starting where requests may carry more or less than one item.
func (f *Fleet) startingItems(at ReplicaID, free, most int) (count, left int) {
	for request := range f.InLine(at) {
		places := request.Places()
		if places > left {
			if free == 0 {
				return count, 0 // nobody overtakes this one
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

// HasRoom reports whether a replica could start one more request of so many places now, beside
// those in line there.
func (f *Fleet) HasRoom(at ReplicaID, places int) bool {
	count, left := f.Starting(at)
	return count == int(f.replicas[at].queue.length) && left >= places
}
