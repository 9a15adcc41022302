package fleet

import "math"

// ServeSingly tells the fleet that replicas which work on batches serve requests one by one: a slot
// takes one request, however many items it carries.
func (f *Fleet) ServeSingly() { f.singly = true }

// Starting returns how many of those in line the free slots of a replica would take into service
// now, in full batches, and the places that are left then for a further request. That has all the
// places it needs where a slot is left for it alone.
func (f *Fleet) Starting(at ReplicaID) (count, left int) {
	r := &f.replicas[at]
	free, queued := int(r.Slots-r.Busy), int(r.queue.length)
	most := f.spec.Deployments[r.Deployment].MaxBatch
	switch {
	case f.singly && queued < free:
		return queued, math.MaxInt
	case f.singly:
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
// those in line there. A token replica could where it has a sequence left.
func (f *Fleet) HasRoom(at ReplicaID, places int) bool {
	r := &f.replicas[at]
	if c := f.spec.Deployments[r.Deployment].Tokens; c != nil {
		return r.Outstanding() < c.MaxSequences
	}
	count, left := f.Starting(at)
	return count == int(r.queue.length) && left >= places
}
