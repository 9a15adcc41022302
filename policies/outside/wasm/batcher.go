package wasm

import (
	"encoding/binary"
	"fmt"
	"math"

	"wavetank/policies/outside"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// mostWaiting is the most requests in line that a module sees. The field queued of the replica is
// the number of all.
const mostWaiting = 1024

// batcher asks a module which of the first requests in line at a replica start or leave.
type batcher struct {
	*instance
	label   string
	server  []column[outside.AskedReplica]
	read    []column[outside.AskedRequest] // that the module reads
	request outside.AskedRequest
	replica outside.AskedReplica
	waits   int // decisions in turn to wait for a time
}

// mostWaits is the most decisions in turn to wait for a time, after which the run fails: a module
// that always waits would let it go on for ever.
const mostWaits = 100_000

// NewBatcher returns the batcher of a module, for one run.
func NewBatcher(m *Module, label string) *batcher {
	b := &batcher{label: label, server: chosen(outside.ReplicaFields, replicaRow, ^uint64(0), every)}
	var err error
	if b.instance, err = m.start(Batch); err != nil {
		b.instance = &instance{err: err}
	}
	b.read = chosen(outside.WaitingFields, waitingRow, b.fields, every)
	return b
}

// Batch implements sim.Batcher.
func (b *batcher) Batch(v *sim.View, at fleet.ReplicaID) (d sim.BatchDecision) {
	if b.err == nil {
		d, b.err = b.decide(v, at)
	}
	if b.err != nil {
		return sim.BatchDecision{}
	}
	return d
}

// decide writes the row of the decision, that of the replica, the times of batches and the rows of
// requests, and calls the module.
func (b *batcher) decide(v *sim.View, at fleet.ReplicaID) (d sim.BatchDecision, err error) {
	on, n := v.Deployment(at), min(v.Queued(at), mostWaiting)
	const replica, times = decisionRow, decisionRow + replicaRow // where they begin
	waiting := times + on.MaxBatch*word
	view, err := b.reserve(waiting + n*waitingRow)
	if err != nil {
		return d, err
	}
	clear(view[:decisionRow])
	b.replica = outside.AskedReplica{View: v, At: at}
	put(view[replica:], b.server, &b.replica)
	for i := range on.MaxBatch {
		binary.LittleEndian.PutUint64(view[times+i*word:], math.Float64bits(on.Latency.Latency(i+1).Seconds()))
	}
	b.request.View = v
	row := waiting
	for q := range v.InLine(at) {
		if row == waiting+n*waitingRow {
			break
		}
		b.request.Request = q
		put(view[row:], b.read, &b.request)
		row += waitingRow
	}
	b.stack = [5]uint64{uint64(b.at), uint64(b.at + replica), uint64(b.at + times), uint64(int(b.at) + waiting), uint64(n)}
	count, err := b.call(b.ask)
	if err != nil {
		return d, err
	}
	answer, err := b.reserve(decisionRow) // the memory may have moved
	if err != nil {
		return d, err
	}
	d.Drop, d.Count = int(binary.LittleEndian.Uint64(answer)), int(int32(count))
	if d.Drop < 0 || d.Drop > n {
		return d, fmt.Errorf("%s: %s drops %d of %d waiting requests", b.name, Batch, d.Drop, n)
	}
	if most := min(n-d.Drop, on.MaxBatch); d.Count < 0 || d.Count > most {
		return d, fmt.Errorf("%s: %s starts %d requests, %d can start", b.name, Batch, d.Count, most)
	}
	if d.Until, err = b.until(v.Now(), math.Float64frombits(binary.LittleEndian.Uint64(answer[word:]))); err != nil {
		return d, err
	}
	if b.waits++; d.Count+d.Drop > 0 || d.Until == kernel.Never {
		b.waits = 0
	}
	if b.waits > mostWaits {
		return d, fmt.Errorf("%s: %s waited %d times in turn, and started no request", b.name, Batch, b.waits)
	}
	return d, nil
}

// until returns the instant after a wait in seconds. A wait of 0 lasts until the queue changes.
func (b *batcher) until(now kernel.Time, wait float64) (kernel.Time, error) {
	switch nanoseconds := math.Round(wait * 1e9); {
	case !(wait >= 0):
		return 0, fmt.Errorf("%s: %s wants to wait for %v s", b.name, Batch, wait)
	case wait == 0 || nanoseconds >= float64(kernel.Never-now):
		return kernel.Never, nil
	default:
		return now + kernel.Time(max(1, nanoseconds)), nil
	}
}

// String returns the label.
func (b *batcher) String() string { return b.label }
