package simtest

import (
	"encoding/binary"
	"hash"
	"hash/fnv"

	"wavetank/sim"
)

// Fingerprint is an observer that hashes the stream of facts (FNV-1a, 64 bits). Equal runs have
// equal fingerprints. Two runs that differ in any fact almost surely do not.
type Fingerprint struct {
	hash   hash.Hash64
	buffer [64]byte
}

// NewFingerprint returns the fingerprint of no facts.
func NewFingerprint() *Fingerprint { return &Fingerprint{hash: fnv.New64a()} }

// Observe implements Observer.
func (p *Fingerprint) Observe(f *sim.Fact) {
	b := p.buffer[:0]
	b = binary.LittleEndian.AppendUint32(b, kindSums[f.Kind])
	b = binary.LittleEndian.AppendUint64(b, uint64(f.At))
	for _, id := range [...]int32{int32(f.Model), int32(f.Deployment), int32(f.Replica), int32(f.Machine), int32(f.Type), int32(f.Count)} {
		b = binary.LittleEndian.AppendUint32(b, uint32(id))
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(f.Span))
	if f.Request != nil {
		b = binary.LittleEndian.AppendUint64(b, uint64(f.Request.Ordinal))
	}
	if f.Kind == sim.PipelineEnded {
		b = binary.LittleEndian.AppendUint32(b, kindSums[f.Outcome])
	}
	p.hash.Write(b) // a hash.Hash never fails
}

// kindSums are hashes of the names of the kinds. So a new kind of fact does not change the
// fingerprints of runs without such facts.
var kindSums = func() (sums [sim.FactKinds]uint32) {
	for k := range sums {
		h := fnv.New32a()
		h.Write([]byte(sim.FactKind(k).String()))
		sums[k] = h.Sum32()
	}
	return sums
}()

// Sum returns the hash of the facts so far.
func (p *Fingerprint) Sum() uint64 { return p.hash.Sum64() }
