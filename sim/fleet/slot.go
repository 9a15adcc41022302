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
	ended     // left its queue unserved, to be forgotten
)

type requestState uint8

// slot is a place of the slab. It is two cache lines. What every request needs lies on the first,
// with the first fields of Request.
type slot struct {
	epoch      uint32 // counts the uses of the slot
	next, prev RequestID
	replica    ReplicaID
	place      int32  // in a ranked queue, or among the running of its replica
	turn       uint32 // counts the times that its service was begun
	state      requestState
	resumes    bool // was preempted
	Request
	rank int64 // in a ranked fleet: the smallest starts first
}

// side is the part of a place in the slab that is rarely looked at.
type side struct {
	until kernel.Time // served alone: when its service ends; preempted: what is left of it
}
