package fleet

import "wavetank/sim/kernel"

const none RequestID = -1

const (
	unused   requestState = iota
	admitted              // in no line yet
	pending
	queued
	executing
	suspended // preempted, in the queue again
	ended     // left its queue unserved; Forget is to follow
	answered  // served; its answer is on its way to the client
)

type requestState uint8

// slot is a place of the slab. It fills two cache lines. The fields that every request needs are on
// the first line, together with the first fields of Request.
type slot struct {
	epoch      uint32 // counts the uses of the slot
	next, prev RequestID
	replica    ReplicaID
	place      int32  // index in a ranked queue, or among the running requests of its replica
	turn       uint32 // counts the services begun at this place
	state      requestState
	resumes    bool // it was preempted, and its next service continues the last one
	Request
	rank int64 // in a ranked fleet: the smallest starts first
}

// side holds the fields of a place in the slab that are rarely used.
type side struct {
	until kernel.Time // served alone: when its service ends; preempted: how long the rest takes
}
